package org.gatehouse.usage;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * How long calls took, as counts in steps that each are a fifth longer than the one before: 80 of them from 0.1 ms to about two
 * minutes, longer ones in the last. A quantile read from it is at most a tenth off. Histograms add up. Not thread-safe.
 */
public final class LatencyHistogram {
    /** Steps. */
    static final int STEPS = 80;
    private static final double SHORTEST_MICROS = 100;
    /** Four steps double the time. */
    private static final double STEPS_AN_OCTAVE = 4;

    private final long[] counts;

    /** An empty one. */
    public LatencyHistogram() {
        this(new long[STEPS]);
    }

    private LatencyHistogram(long[] counts) {
        this.counts = counts;
    }

    /** Counts a call. */
    void add(long micros) {
        counts[step(micros)]++;
    }

    private static int step(long micros) {
        if (micros <= SHORTEST_MICROS) {
            return 0;
        }
        double octaves = Math.log(micros / SHORTEST_MICROS) / Math.log(2);
        return (int) Math.min(STEPS - 1, Math.ceil(octaves * STEPS_AN_OCTAVE));
    }

    /** Adds all of another. */
    void add(LatencyHistogram other) {
        for (int i = 0; i < STEPS; i++) {
            counts[i] += other.counts[i];
        }
    }

    /** How many calls. */
    public long calls() {
        return Arrays.stream(counts).sum();
    }

    /**
     * The time within which that share of the calls was done, in milliseconds; 0 when there were none.
     *
     * @param share above 0, at most 1
     */
    public double quantileMillis(double share) {
        long wanted = (long) Math.ceil(calls() * share);
        long upTo = 0;
        for (int i = 0; i < STEPS; i++) {
            upTo += counts[i];
            if (upTo >= wanted && wanted > 0) {
                // The middle of the step, on the scale of the steps.
                double middle = i == 0 ? 0 : (i - 0.5) / STEPS_AN_OCTAVE;
                return Math.round(SHORTEST_MICROS * Math.pow(2, middle)) / 1000.0;
            }
        }
        return 0;
    }

    /** As it is stored: pairs of a step and a variable-length count, for those that are not 0. */
    byte[] bytes() {
        ByteBuffer buffer = ByteBuffer.allocate(STEPS * 11);
        for (int i = 0; i < STEPS; i++) {
            if (counts[i] != 0) {
                buffer.put((byte) i);
                long left = counts[i];
                while (left > 0x7f) {
                    buffer.put((byte) (left & 0x7f | 0x80));
                    left >>>= 7;
                }
                buffer.put((byte) left);
            }
        }
        return Arrays.copyOf(buffer.array(), buffer.position());
    }

    /** One that was stored. */
    static LatencyHistogram of(byte[] stored) {
        long[] counts = new long[STEPS];
        ByteBuffer buffer = ByteBuffer.wrap(stored);
        while (buffer.hasRemaining()) {
            int step = buffer.get();
            long count = 0;
            int shift = 0;
            byte next;
            do {
                next = buffer.get();
                count |= (long) (next & 0x7f) << shift;
                shift += 7;
            } while (next < 0);
            counts[Math.floorMod(step, STEPS)] += count;
        }
        return new LatencyHistogram(counts);
    }
}
