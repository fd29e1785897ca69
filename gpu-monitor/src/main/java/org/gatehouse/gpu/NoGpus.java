package org.gatehouse.gpu;

import java.time.Clock;
import java.util.List;
import java.util.Objects;

/** The source of a box on which no GPU can be seen: says so, and lists nothing. Thread-safe. */
public final class NoGpus implements GpuSource {
    private final String node;
    private final Clock clock;

    /** Takes the node's name and the clock that stamps the snapshots. */
    public NoGpus(String node, Clock clock) {
        this.node = Objects.requireNonNull(node, "node");
        this.clock = Objects.requireNonNull(clock, "clock");
    }

    @Override
    public SourceKind kind() {
        return SourceKind.NONE;
    }

    @Override
    public Sampling sample() {
        return new Sampling.Taken(new GpuSnapshot(node, SourceKind.NONE, false, clock.instant(), List.of(),
                GpuTopology.unknown(), List.of("No GPU was found on " + node + ".")), List.of(), true);
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
