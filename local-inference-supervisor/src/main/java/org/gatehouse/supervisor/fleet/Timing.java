package org.gatehouse.supervisor.fleet;

import java.time.Duration;
import java.util.Objects;

/**
 * How long things may take for one deployment. All positive but the drain, the grace and the residency, which may be zero. Immutable.
 *
 * @param drain longest wait for calls in flight before an engine is asked to end
 * @param grace from SIGTERM to SIGKILL
 * @param silence longest silence of a loading engine's log outside of compilation
 * @param longestLoad longest load of all
 * @param healthInterval between two health checks
 * @param healthDeadline for each of them
 * @param healthMisses how many missed in a row end the engine; at least 1
 * @param residency least time in GPU memory before it gives way to another model
 * @param longestWait a caller's model that has waited so long for room gets it in spite of the others' residency
 */
public record Timing(Duration drain, Duration grace, Duration silence, Duration longestLoad, Duration healthInterval,
        Duration healthDeadline, int healthMisses, Duration residency, Duration longestWait) {
    /** A minute to drain, 25 s of grace, 3 min of silence, 1 h to load, health each 5 s, a minute of residency, 2 min of waiting. */
    public static final Timing DEFAULT = new Timing(Duration.ofMinutes(1), Duration.ofSeconds(25),
            Duration.ofMinutes(3), Duration.ofHours(1), Duration.ofSeconds(5), Duration.ofSeconds(2), 3,
            Duration.ofMinutes(1), Duration.ofMinutes(2));

    /** Checks that everything is there. */
    public Timing {
        Objects.requireNonNull(drain, "drain");
        Objects.requireNonNull(grace, "grace");
        Objects.requireNonNull(silence, "silence");
        Objects.requireNonNull(longestLoad, "longestLoad");
        Objects.requireNonNull(healthInterval, "healthInterval");
        Objects.requireNonNull(healthDeadline, "healthDeadline");
        Objects.requireNonNull(residency, "residency");
        Objects.requireNonNull(longestWait, "longestWait");
    }
}
