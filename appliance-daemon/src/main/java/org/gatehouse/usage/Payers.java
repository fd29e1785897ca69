package org.gatehouse.usage;

import java.math.BigInteger;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Caller;
import org.gatehouse.audit.TrailCalls;

/**
 * The calls of one upstream that pay for a minute of its GPUs: all that ran in it. A call weighs its uncached prompt tokens, plus
 * {@value #OUTPUT_WEIGHT} times its produced tokens, plus 1, times the part of its time that lies in the minute.
 */
final class Payers {
    /**
     * A produced token costs a pass over all weights, a prompt token its part of one pass over many: the ratio that vendors' prices of
     * input and output tokens have, four to five, is the best known stand-in.
     */
    static final int OUTPUT_WEIGHT = 4;
    /** Weights are whole numbers; a part of a call's time is counted in millionths. */
    static final long WHOLE_CALL = 1_000_000;
    /** Of all upstreams together: 3,300 calls a second, some 25 MB while they are shared. Calls beyond are left out of the minute. */
    private static final int MOST = 200_000;

    private final List<Payer> payers = new ArrayList<>();
    private BigInteger weight = BigInteger.ZERO;

    private Payers() {}

    /**
     * A call.
     *
     * @param bucket the line of this minute that it belongs to
     * @param department its name; empty when nobody's
     */
    record Payer(UUID call, Bucket bucket, String department, BigInteger weight) {}

    List<Payer> all() {
        return payers;
    }

    /** Of all together. */
    BigInteger weight() {
        return weight;
    }

    private void add(Payer payer) {
        payers.add(payer);
        weight = weight.add(payer.weight());
    }

    /**
     * Reads them from the trail.
     *
     * @param minute its first second since 1970
     * @param wait how long after the minute a call may have ended and still pays for it
     * @return by upstream; none of an upstream that no call ran at
     */
    static Map<String, Payers> of(Connection connection, long minute, Set<String> upstreams, Duration wait)
            throws SQLException {
        Instant start = Instant.ofEpochSecond(minute);
        Instant end = start.plus(1, ChronoUnit.MINUTES);
        ScenarioBound scenarios = new ScenarioBound();
        Map<String, Payers> found = new HashMap<>();
        // Few lines, many calls: equal ones are kept once.
        Map<Bucket, Bucket> lines = new HashMap<>();
        int count = 0;
        try (TrailCalls calls = TrailCalls.open(connection, start, end.plus(wait), end, upstreams)) {
            for (List<CallRecord> page = calls.next(); !page.isEmpty() && count < MOST; page = calls.next()) {
                for (CallRecord call : page) {
                    BigInteger weight = weight(call, start, end);
                    if (weight.signum() > 0) {
                        Bucket line = Bucket.of(Grain.MINUTE, call, scenarios.filed(connection, call))
                                .startingAt(minute);
                        Caller caller = call.caller();
                        String department = caller == null ? "" : Bucket.fitting(caller.departmentName());
                        found.computeIfAbsent(line.upstream(), _ -> new Payers()).add(new Payer(call.id(),
                                lines.computeIfAbsent(line, same -> same), department, weight));
                        count++;
                    }
                }
            }
        }
        return found;
    }

    private static BigInteger weight(CallRecord call, Instant start, Instant end) {
        BigInteger tokens = weight(call.usage().inputTokens(), call.usage().cachedInputTokens(),
                call.usage().outputTokens());
        return tokens.multiply(BigInteger.valueOf(inside(call, start, end)));
    }

    /** How much of a call's time lies in the minute, in millionths of it, rounded up; a call without length is in one minute whole. */
    static long inside(CallRecord call, Instant start, Instant end) {
        Instant first = call.startedAt().isAfter(start) ? call.startedAt() : start;
        Instant last = call.at().isBefore(end) ? call.at() : end;
        if (call.startedAt().equals(call.at())) {
            return !first.isAfter(last) && last.isBefore(end) ? WHOLE_CALL : 0;
        }
        long micros = Math.max(0, ChronoUnit.MICROS.between(first, last));
        // A day has 8.6e10 us, so this stays below 1e17.
        return Math.ceilDiv(micros * WHOLE_CALL, call.totalMicros());
    }

    /** Each call weighs at least 1, for one that produced nothing was served, too. */
    static BigInteger weight(long input, long cached, long output) {
        return BigInteger.valueOf(Math.max(0, input - cached))
                .add(BigInteger.valueOf(output).multiply(BigInteger.valueOf(OUTPUT_WEIGHT))).add(BigInteger.ONE);
    }
}
