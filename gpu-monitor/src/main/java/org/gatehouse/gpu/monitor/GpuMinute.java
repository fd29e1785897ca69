package org.gatehouse.gpu.monitor;

import java.time.Instant;
import java.util.Objects;

import org.gatehouse.gpu.Readings;

/**
 * One minute of one GPU.
 *
 * @param node the machine
 * @param gpuUuid the GPU
 * @param start the first moment of the minute
 * @param samples how many readings it is made of; 60 when nothing was missed
 * @param mean of gauges the mean over those readings that had a value, of counters the last value
 * @param peak of gauges the highest value, of counters the last value
 */
public record GpuMinute(String node, String gpuUuid, Instant start, int samples, Readings mean, Readings peak) {

    /** Checks that nothing is null. */
    public GpuMinute {
        Objects.requireNonNull(node, "node");
        Objects.requireNonNull(gpuUuid, "gpuUuid");
        Objects.requireNonNull(start, "start");
        Objects.requireNonNull(mean, "mean");
        Objects.requireNonNull(peak, "peak");
    }
}
