package org.gatehouse.admin;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/** What the data plane knows of routes right now; supplied by whoever carries calls. Thread-safe. */
public interface LiveRoutes {

    /** A route's figures since the start of the box; all 0 before its first call. */
    Counts counts(UUID model);

    /** How the arms of a route's splits did so far; those without a call are left out. */
    List<ArmFigures> arms(UUID model);

    /** A target's figures; {@code null} when it had no call yet. */
    @Nullable
    TargetFigures target(UUID target);

    /** How the keys of an upstream stand; those without a call are left out. */
    List<KeyFigures> keys(UUID upstream);

    /** Takes a target for well again. */
    void reset(UUID target);

    /**
     * Of a route.
     *
     * @param furtherAttempts of its calls, after the first of each
     * @param dryRunDiffered calls for which the dry run would have chosen another target
     */
    record Counts(long calls, long furtherAttempts, long dryRunDiffered) {}

    /**
     * Of a target.
     *
     * @param failures by cause, in lower case
     * @param breaker closed, open or half_open
     * @param coolDown until calls may go there again; zero when they may
     * @param firstByteStreamed expected of a stream; zero when unknown
     * @param firstBytePlain expected of a plain answer; zero when unknown
     * @param tokensPerSecond 0 when unknown
     */
    record TargetFigures(long attempts, long served, long abandoned, Map<String, Long> failures, String breaker,
            Duration coolDown, int inFlight, int waiting, Duration firstByteStreamed, Duration firstBytePlain,
            double tokensPerSecond) {}

    /**
     * Of a key.
     *
     * @param out why it is out until tested, in lower case; {@code null} when it is not
     * @param rest how long it still rests, where that is longest
     */
    record KeyFigures(String name, String account, @Nullable String out, Duration rest) {}

    /**
     * Of an arm.
     *
     * @param split its split's name
     * @param low the lower end of the 95 % interval of its rate of success
     * @param firstByteMargin half of the 95 % interval of the mean time to the first byte, in ms
     * @param costMicros mean cost of a served call, in millionths of the box's currency
     * @param success better, worse or undecided against the control
     * @param firstByte better, worse or undecided against the control
     */
    record ArmFigures(String split, String arm, long served, long failed, long crossed, double low, double rate,
            double high, double firstByteMillis, double firstByteMargin, double tokensPerSecond, long costMicros,
            String success, String firstByte) {}
}
