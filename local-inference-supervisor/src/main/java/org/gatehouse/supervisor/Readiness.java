package org.gatehouse.supervisor;

import java.time.Duration;
import java.util.Objects;

import org.gatehouse.supervisor.engines.LoadStage;

/**
 * When a starting engine counts as ready, and when as stuck. An engine is stuck when its log says nothing new, not when it takes
 * long: seconds for a small model, 17 minutes for a 72B one, 2219 s for one reported compilation.
 *
 * @param healthPath the path whose 200 means ready
 * @param interval time between two attempts, at most one under way
 * @param deadline for connecting and answering, in each attempt
 * @param stall longest silence of the log outside compilation
 * @param compileStall longest silence while the engine compiles or captures graphs
 * @param longest longest start of all, however talkative
 */
public record Readiness(String healthPath, Duration interval, Duration deadline, Duration stall, Duration compileStall,
        Duration longest) {

    /** vLLM's needs: {@code /health} each 250 ms, silence of 3 min (15 min in compilation), 1 h in all. */
    public static final Readiness DEFAULT = new Readiness("/health", Duration.ofMillis(250), Duration.ofSeconds(2),
            Duration.ofMinutes(3), Duration.ofMinutes(15), Duration.ofHours(1));

    /** Checks that every duration is positive. */
    public Readiness {
        if (!Objects.requireNonNull(healthPath, "healthPath").startsWith("/")) {
            throw new IllegalArgumentException("healthPath must start with /, not " + healthPath);
        }
        Durations.positive(interval, "interval");
        Durations.positive(deadline, "deadline");
        Durations.positive(stall, "stall");
        Durations.positive(compileStall, "compileStall");
        Durations.positive(longest, "longest");
    }

    /** Longest silence that is still fine in this stage. */
    Duration stallIn(LoadStage stage) {
        return stage.mayBeSilent() ? compileStall : stall;
    }
}
