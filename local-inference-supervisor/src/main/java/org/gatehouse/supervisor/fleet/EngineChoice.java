package org.gatehouse.supervisor.fleet;

import java.util.List;
import java.util.Objects;

import org.gatehouse.supervisor.planning.EngineKind;

/**
 * By which program a deployment is served. Immutable.
 *
 * @param kind the engine
 * @param release the name of an {@link EngineProgram} of this kind; empty for the first that is set up
 * @param extraArguments more arguments, of those that the engine's rules allow
 */
public record EngineChoice(EngineKind kind, String release, List<String> extraArguments) {
    /** Copies the list. */
    public EngineChoice {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(release, "release");
        extraArguments = List.copyOf(extraArguments);
    }

    /** The usual program of this kind, with no further arguments. */
    public static EngineChoice of(EngineKind kind) {
        return new EngineChoice(kind, "", List.of());
    }
}
