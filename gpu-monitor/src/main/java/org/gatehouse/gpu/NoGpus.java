package org.gatehouse.gpu;

import java.time.Clock;
import java.util.List;
import java.util.Objects;

/** The source of a box on which no GPU library was found: says so, and lists nothing. Thread-safe. */
public final class NoGpus implements GpuSource {
    private final Clock clock;

    /** Takes the clock that stamps the snapshots. */
    public NoGpus(Clock clock) {
        this.clock = Objects.requireNonNull(clock, "clock");
    }

    @Override
    public GpuSnapshot snapshot() {
        return new GpuSnapshot(clock.instant(), "none", false, List.of());
    }
}
