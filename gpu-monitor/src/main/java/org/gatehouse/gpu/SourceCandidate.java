package org.gatehouse.gpu;

import java.util.Objects;
import java.util.function.Supplier;

/**
 * A source that may be there.
 *
 * @param kind what it would read from
 * @param name for logs and notes, such as {@code "DCGM host engine at unix:///tmp/nv-hostengine"}
 * @param opener tries to open it; may block for as long as a driver hangs
 */
public record SourceCandidate(SourceKind kind, String name, Supplier<Opening> opener) {

    /** Checks that nothing is null. */
    public SourceCandidate {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(opener, "opener");
    }

    /** The outcome of opening. */
    public sealed interface Opening {
        /** It is there. The receiver closes it. */
        record Opened(GpuSource source) implements Opening {}

        /** It is not there, or of no use; {@code reason} says what was met and what to do. */
        record Unavailable(String reason) implements Opening {}
    }
}
