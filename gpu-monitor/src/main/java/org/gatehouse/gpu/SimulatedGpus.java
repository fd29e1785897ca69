package org.gatehouse.gpu;

import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/** GPUs that do not exist, for the demo. Every snapshot and every device name says that it is simulated. Thread-safe. */
public final class SimulatedGpus implements GpuSource {
    private static final long MEMORY_BYTES = 80L << 30;
    private static final double IDLE_WATTS = 70;
    private static final int IDLE_CELSIUS = 34;

    private final Clock clock;
    private final int count;

    /** Simulates {@code count} idle 80 GiB devices. */
    public SimulatedGpus(Clock clock, int count) {
        this.clock = Objects.requireNonNull(clock, "clock");
        this.count = count;
    }

    @Override
    public GpuSnapshot snapshot() {
        List<Gpu> gpus = IntStream.range(0, count).mapToObj(index -> new Gpu(index, "GPU-simulated-" + index,
                "Simulated GPU " + index, MEMORY_BYTES, 0L, 0.0, IDLE_CELSIUS, IDLE_WATTS)).toList();
        return new GpuSnapshot(clock.instant(), "simulated", true, gpus);
    }
}
