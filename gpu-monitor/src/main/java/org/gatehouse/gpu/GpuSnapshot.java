package org.gatehouse.gpu;

import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * All GPUs of the box at one moment. Immutable.
 *
 * @param takenAt when it was read
 * @param source what it was read from, for people: {@code none}, {@code simulated}, later {@code dcgm}, {@code nvml}, …
 * @param simulated whether the devices do not exist; whoever shows this snapshot shows that too
 * @param gpus the devices by index; empty when there are none
 */
public record GpuSnapshot(Instant takenAt, String source, boolean simulated, List<Gpu> gpus) {

    /** Copies the list. */
    public GpuSnapshot {
        Objects.requireNonNull(takenAt, "takenAt");
        Objects.requireNonNull(source, "source");
        gpus = List.copyOf(gpus);
    }
}
