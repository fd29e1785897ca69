package org.gatehouse.compute;

import java.nio.ByteBuffer;

import org.gatehouse.gpu.GpuMetric;
import org.gatehouse.gpu.Readings;

/**
 * A minute's means and peaks as bytes: for each metric that has a value its DCGM field id, then 8 bytes exactly for counters and masks, or
 * 4 bytes of mean and 4 of peak for gauges (seven digits, more than any sensor has). About 600 bytes a GPU and minute. Field ids
 * stay as they are over releases, so rows of an older one can be read; an id that is not known is left out. Stateless.
 */
final class MinuteBytes {
    private static final int LONGEST = 10;

    private MinuteBytes() {}

    /** The two sets of readings of a minute. */
    record Pair(Readings mean, Readings peak) {}

    static byte[] write(Readings mean, Readings peak) {
        ByteBuffer bytes = ByteBuffer.allocate(GpuMetric.values().length * LONGEST);
        for (GpuMetric metric : GpuMetric.values()) {
            if (mean.has(metric)) {
                bytes.putShort((short) metric.fieldId());
                if (exact(metric)) {
                    bytes.putLong(mean.whole(metric).orElseThrow());
                } else {
                    bytes.putFloat((float) mean.orNaN(metric));
                    bytes.putFloat((float) (peak.has(metric) ? peak : mean).orNaN(metric));
                }
            }
        }
        byte[] written = new byte[bytes.position()];
        bytes.flip().get(written);
        return written;
    }

    static Pair read(byte[] written) {
        ByteBuffer bytes = ByteBuffer.wrap(written);
        Readings.Builder mean = new Readings.Builder();
        Readings.Builder peak = new Readings.Builder();
        while (bytes.remaining() >= LONGEST) {
            GpuMetric metric = GpuMetric.ofField(Short.toUnsignedInt(bytes.getShort()));
            long cell = bytes.getLong();
            if (metric == null) {
                continue;
            }
            if (exact(metric)) {
                mean.put(metric, cell);
                peak.put(metric, cell);
            } else {
                mean.put(metric, (double) Float.intBitsToFloat((int) (cell >>> 32)));
                peak.put(metric, (double) Float.intBitsToFloat((int) cell));
            }
        }
        return new Pair(mean.build(), peak.build());
    }

    /** Counters grow beyond what a float tells apart, and masks and states are no amounts. */
    private static boolean exact(GpuMetric metric) {
        return metric.form() == GpuMetric.Form.INTEGER && (metric.kind() == GpuMetric.Kind.COUNTER
                || metric.unit() == GpuMetric.Unit.BITS || metric.unit() == GpuMetric.Unit.STATE);
    }
}
