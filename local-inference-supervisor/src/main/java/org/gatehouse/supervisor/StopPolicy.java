package org.gatehouse.supervisor;

import java.time.Duration;

/**
 * How an engine is stopped: first nobody routes to it, then its calls may end, then it is asked to end, then it is ended.
 *
 * @param drain longest wait for calls in flight, before the engine hears anything; vLLM goes on accepting calls after SIGTERM
 *        and aborts them, so routing must have stopped by then
 * @param grace from SIGTERM to SIGKILL of everything the engine started; for vLLM its {@code --shutdown-timeout} plus 20 s
 */
public record StopPolicy(Duration drain, Duration grace) {

    /** A minute to drain, 25 s of grace. */
    public static final StopPolicy DEFAULT = new StopPolicy(Duration.ofMinutes(1), Duration.ofSeconds(25));

    /** Checks the ranges. */
    public StopPolicy {
        Durations.notNegative(drain, "drain");
        Durations.notNegative(grace, "grace");
    }
}
