package org.gatehouse.supervisor;

import java.time.Duration;
import java.util.Objects;

/**
 * What an engine must show before calls are routed to it, and again when it seems to hang: vLLM's {@code /health} says 200 for hours
 * while its engine makes no token (vllm#39863).
 *
 * @param depth how much
 * @param deadline for one question; the first token after a start may take its seconds
 * @param atMost how long after its first good health an engine may need to pass
 */
public record Trial(Depth depth, Duration deadline, Duration atMost) {
    /** A real answer of one token within 20 s, two minutes in all. */
    public static final Trial DEFAULT = new Trial(Depth.ANSWERED, Duration.ofSeconds(20), Duration.ofMinutes(2));
    /** Health is enough. */
    public static final Trial HEALTH_ONLY = new Trial(Depth.HEALTHY, Duration.ofSeconds(20), Duration.ofMinutes(2));

    /** How much an engine must show. */
    public enum Depth {
        /** Its health check alone. */
        HEALTHY,
        /** It lists the model by its public name. */
        LISTED,
        /** It lists the model and answers a call: a prompt with one token or, where it refuses those, what else its model is for. */
        ANSWERED
    }

    /** Checks the ranges. */
    public Trial {
        Objects.requireNonNull(depth, "depth");
        Durations.positive(deadline, "deadline");
        Durations.positive(atMost, "atMost");
    }
}
