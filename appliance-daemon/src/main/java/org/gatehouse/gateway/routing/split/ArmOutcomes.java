package org.gatehouse.gateway.routing.split;

import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/** Counts how the calls of an arm went. Thread-safe. */
public final class ArmOutcomes {
    private final LongAdder served = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder crossed = new LongAdder();
    private final LongAdder outputTokens = new LongAdder();
    private final LongAdder outputNanos = new LongAdder();
    private final LongAdder costMicros = new LongAdder();
    private final LongAdder firstBytes = new LongAdder();
    private final DoubleAdder firstByteMillis = new DoubleAdder();
    private final DoubleAdder firstByteSquares = new DoubleAdder();

    /**
     * A call was served by a target of its arm.
     *
     * @param firstByteNanos from sending it to the first byte; negative when nobody looked
     * @param tokens of the answer
     * @param answerNanos from the first byte to the last
     * @param cost in millionths of the box's currency
     */
    public void served(long firstByteNanos, long tokens, long answerNanos, long cost) {
        served.increment();
        costMicros.add(cost);
        if (answerNanos > 0) {
            outputTokens.add(tokens);
            outputNanos.add(answerNanos);
        }
        if (firstByteNanos >= 0) {
            double millis = firstByteNanos / 1e6;
            firstBytes.increment();
            firstByteMillis.add(millis);
            firstByteSquares.add(millis * millis);
        }
    }

    /** A target of the arm failed a call; whether another one served it then does not matter. */
    public void failed() {
        failed.increment();
    }

    /** A call of the arm was sent to a target outside of it, since none inside could be used. */
    public void crossed() {
        crossed.increment();
    }

    /** What it came to. */
    public Outcome outcome(String arm) {
        long good = served.sum();
        long count = firstBytes.sum();
        double mean = count == 0 ? 0 : firstByteMillis.sum() / count;
        double variance = count < 2 ? 0 : Math.max(0, (firstByteSquares.sum() - count * mean * mean) / (count - 1));
        long nanos = outputNanos.sum();
        return new Outcome(arm, good, failed.sum(), crossed.sum(), mean,
                count < 2 ? 0 : Outcome.Z * Math.sqrt(variance / count),
                nanos == 0 ? 0 : outputTokens.sum() * 1e9 / nanos, good == 0 ? 0 : costMicros.sum() / good);
    }
}
