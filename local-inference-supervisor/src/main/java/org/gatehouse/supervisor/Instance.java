package org.gatehouse.supervisor;

import java.time.Instant;
import java.util.Objects;
import java.util.OptionalLong;

import org.jspecify.annotations.Nullable;

/**
 * One engine instance as it was at one moment. Immutable.
 *
 * @param deployment what was wished
 * @param state where it stands
 * @param since when it came into this state
 * @param generation counts its processes from 1; 0 before the first
 * @param restarts how often it was started again after a crash since it was last started by hand
 * @param pid the engine's process, while there is one; else {@code null}
 * @param load how busy the engine said it is when it was last asked; {@code null} while it does not serve or does not say
 */
public record Instance(Deployment deployment, EngineState state, Instant since, long generation, int restarts,
        @Nullable Long pid, @Nullable MeasuredLoad load) {

    /** Checks what must be there. */
    public Instance {
        Objects.requireNonNull(deployment, "deployment");
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(since, "since");
    }

    /** The deployment's id. */
    public String id() {
        return deployment.id();
    }

    /** The model name that callers use. */
    public String publicName() {
        return deployment.publicName();
    }

    /** Where it answers when it is ready. */
    public Listen listen() {
        return deployment.listen();
    }

    /** The engine's process id, while there is a process. */
    public OptionalLong processId() {
        return pid == null ? OptionalLong.empty() : OptionalLong.of(pid);
    }
}
