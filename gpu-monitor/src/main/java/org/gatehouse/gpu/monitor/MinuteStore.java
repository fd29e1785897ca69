package org.gatehouse.gpu.monitor;

import java.time.Instant;
import java.util.List;

/** Where the minutes of a week are kept: the store's part of the history. Thread-safe. */
public interface MinuteStore {

    /**
     * Keeps minutes that are over. Called about once a minute for each node, on the thread that reads it: to be quick, or to hand over
     * to a queue of its own. What it throws is logged, and the minutes are lost.
     */
    void keep(List<GpuMinute> minutes);

    /** The minutes of one GPU that start in this time, oldest first. Keeping no more than a week is the store's affair. */
    List<GpuMinute> minutes(String node, String gpuUuid, Instant from, Instant to);
}
