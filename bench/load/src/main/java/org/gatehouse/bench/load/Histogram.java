package org.gatehouse.bench.load;

/**
 * Counts durations in buckets that grow with the value, so that any percentile is right to within 0.8 % whatever the
 * range, in 30 kB. The largest value is kept exactly. Confined to one thread; merge copies afterwards.
 */
final class Histogram {
    private static final int SUB_BITS = 7;
    private static final int SUB = 1 << SUB_BITS;

    private final long[] counts = new long[(64 - SUB_BITS) * SUB];
    private long total;
    private double sum;
    private long largest;

    /** Takes a duration in nanoseconds; negative ones count as zero. */
    void record(long nanos) {
        long value = Math.max(0, nanos);
        counts[bucket(value)]++;
        total++;
        sum += value;
        largest = Math.max(largest, value);
    }

    private static int bucket(long value) {
        if (value < SUB) {
            return (int) value;
        }
        int shift = 63 - Long.numberOfLeadingZeros(value) - SUB_BITS;
        return (shift + 1) * SUB + (int) (value >>> shift) - SUB;
    }

    private static long middle(int bucket) {
        if (bucket < SUB) {
            return bucket;
        }
        int shift = bucket / SUB - 1;
        long low = (long) (bucket % SUB + SUB) << shift;
        return low + (1L << shift) / 2;
    }

    void add(Histogram other) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
        total += other.total;
        sum += other.sum;
        largest = Math.max(largest, other.largest);
    }

    long count() {
        return total;
    }

    /** The duration that this share of the values does not exceed, in milliseconds; 0 if there are none. */
    double millisAt(double percentile) {
        long rank = Math.max(1, (long) Math.ceil(total * percentile / 100));
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen >= rank && counts[i] > 0) {
                return Math.min(middle(i), largest) / 1e6;
            }
        }
        return 0;
    }

    double largestMillis() {
        return largest / 1e6;
    }

    double meanMillis() {
        return total == 0 ? 0 : sum / total / 1e6;
    }

    /** Adds {@code <name>_p50_ms}, {@code _p90_}, {@code _p99_}, {@code _max_} and {@code _mean_} to a result; nothing if there are no values. */
    void describe(String name, Result result) {
        if (total == 0) {
            // Nothing measured must not read like a time of zero.
            return;
        }
        result.number(name + "_p50_ms", millisAt(50));
        result.number(name + "_p90_ms", millisAt(90));
        result.number(name + "_p99_ms", millisAt(99));
        result.number(name + "_max_ms", largestMillis());
        result.number(name + "_mean_ms", meanMillis());
    }
}
