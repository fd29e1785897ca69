package org.gatehouse.gateway.routing.split;

import java.util.Locale;

/**
 * How the calls of an arm went. Immutable.
 *
 * @param served attempts that a target of the arm answered well
 * @param failed attempts that a target of the arm failed
 * @param crossed calls that had to go to a target outside the arm; in neither of the other counts
 * @param firstByteMillis mean time to the first byte
 * @param firstByteMargin half of that mean's 95 % interval, in milliseconds
 * @param tokensPerSecond of the answers after their first byte
 * @param costMicros mean cost of a served call, in millionths of the box's currency
 */
public record Outcome(String arm, long served, long failed, long crossed, double firstByteMillis,
        double firstByteMargin, double tokensPerSecond, long costMicros) {
    /** Of a 95 % interval. */
    static final double Z = 1.959964;

    /** A rate between two bounds. */
    public record Interval(double low, double rate, double high) {}

    /** What a comparison comes to, so far. */
    public enum Verdict {
        /** Reliably better. */
        BETTER,
        /** Reliably worse. */
        WORSE,
        /** Too few calls, or too alike. */
        UNDECIDED;

        /** The name in the API, lower case. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The rate of success with its 95 % interval by Wilson's method, which also holds for rates near 1 and for few calls.
     * Of no calls at all: anything.
     */
    public Interval successRate() {
        long calls = served + failed;
        if (calls == 0) {
            return new Interval(0, 0, 1);
        }
        double rate = (double) served / calls;
        double spread = Z * Z / calls;
        double centre = (rate + spread / 2) / (1 + spread);
        double margin = Z / (1 + spread) * Math.sqrt((rate * (1 - rate) + spread / 4) / calls);
        return new Interval(Math.max(0, centre - margin), rate, Math.min(1, centre + margin));
    }

    /** Whether its rate of success differs from another's, by Newcombe's interval of the difference. */
    public Verdict succeedsComparedWith(Outcome other) {
        if (served + failed == 0 || other.served + other.failed == 0) {
            return Verdict.UNDECIDED;
        }
        Interval mine = successRate();
        Interval others = other.successRate();
        double difference = mine.rate - others.rate;
        double low = difference - Math.hypot(mine.rate - mine.low, others.high - others.rate);
        double high = difference + Math.hypot(mine.high - mine.rate, others.rate - others.low);
        return low > 0 ? Verdict.BETTER : high < 0 ? Verdict.WORSE : Verdict.UNDECIDED;
    }

    /** Whether its first byte comes sooner than another's. */
    public Verdict beginsComparedWith(Outcome other) {
        if (firstByteMargin == 0 || other.firstByteMargin == 0) {
            return Verdict.UNDECIDED;
        }
        double difference = firstByteMillis - other.firstByteMillis;
        double margin = Math.hypot(firstByteMargin, other.firstByteMargin);
        return difference + margin < 0 ? Verdict.BETTER : difference - margin > 0 ? Verdict.WORSE : Verdict.UNDECIDED;
    }
}
