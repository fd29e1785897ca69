package org.gatehouse.compute;

import java.time.Clock;
import java.time.Duration;
import java.util.List;

import org.gatehouse.gpu.Gpu;
import org.gatehouse.gpu.GpuCondition;
import org.gatehouse.gpu.GpuIdentity;
import org.gatehouse.gpu.GpuMetric;
import org.gatehouse.gpu.GpuSnapshot;
import org.gatehouse.gpu.GpuSource;
import org.gatehouse.gpu.GpuTopology;
import org.gatehouse.gpu.MigInstance;
import org.gatehouse.gpu.Readings;
import org.gatehouse.gpu.Sampling;
import org.gatehouse.gpu.SourceCandidate;
import org.gatehouse.gpu.SourceCandidate.Opening;
import org.gatehouse.gpu.SourceKind;
import org.gatehouse.gpu.monitor.WatchedNode;

/** Two GPUs that have every value there is, one of them cut in two, with names that need escaping. */
public final class WholeGpu implements GpuSource {
    private final Clock clock;

    private WholeGpu(Clock clock) {
        this.clock = clock;
    }

    public static GpuPlan plan(GpuOwnership ownership, Clock clock) {
        return new GpuPlan("whole-box",
                List.of(new WatchedNode("whole-box", Duration.ofSeconds(1), List.of(new SourceCandidate(
                        SourceKind.NVML, "every value", () -> new Opening.Opened(new WholeGpu(clock)))))),
                ownership);
    }

    /** A source whose library is broken, or whose driver hangs, as real ones were seen to be. */
    public static GpuPlan broken(Runnable how) {
        return new GpuPlan("broken-box",
                List.of(new WatchedNode("broken-box", Duration.ofSeconds(1), List.of(new SourceCandidate(
                        SourceKind.DCGM, "a broken library", () -> {
                            how.run();
                            return new Opening.Unavailable("it is broken");
                        })))),
                GpuOwnership.none());
    }

    @Override
    public SourceKind kind() {
        return SourceKind.NVML;
    }

    @Override
    public Sampling sample() {
        Readings.Builder values = new Readings.Builder();
        for (GpuMetric metric : GpuMetric.values()) {
            values.put(metric, metric == GpuMetric.XID ? 79 : metric == GpuMetric.ENERGY ? clock.millis() * 300 : 1);
        }
        Readings readings = values.build();
        Gpu whole = new Gpu(GpuIdentity.of(0, "GPU-whole", "A \"quoted\" \\ name"), GpuCondition.OK, readings, false,
                List.of(), List.of(), true);
        Gpu cut = new Gpu(GpuIdentity.of(1, "GPU-cut", "Cut"), GpuCondition.OK, readings, true,
                List.of(new MigInstance(1, "3g.40gb", "", readings), new MigInstance(2, "3g.40gb", "", readings)),
                List.of(), true);
        return new Sampling.Taken(new GpuSnapshot("whole-box", SourceKind.NVML, false, clock.instant(),
                List.of(whole, cut), GpuTopology.unknown(), List.of()), List.of(), true);
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
