package org.gatehouse.engines;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import org.gatehouse.gpu.Gpu;
import org.gatehouse.gpu.GpuCondition;
import org.gatehouse.gpu.GpuEvent;
import org.gatehouse.gpu.GpuIdentity;
import org.gatehouse.gpu.GpuMetric;
import org.gatehouse.gpu.GpuProcess;
import org.gatehouse.gpu.GpuSnapshot;
import org.gatehouse.gpu.GpuSymptom;
import org.gatehouse.gpu.GpuTopology;
import org.gatehouse.gpu.MigInstance;
import org.gatehouse.gpu.Readings;
import org.gatehouse.gpu.SourceKind;
import org.gatehouse.supervisor.fleet.GpuView.Sight;
import org.gatehouse.supervisor.planning.GpuCapacity;

import static org.assertj.core.api.Assertions.assertThat;

class MonitoredGpusTest {
    private static final long GIB = 1L << 30;
    private static final Instant NOW = Instant.parse("2026-05-06T07:08:09Z");

    private List<Gpu> seen = List.of();
    private List<GpuEvent> events = List.of();
    private GpuTopology topology = GpuTopology.unknown();
    private final MonitoredGpus gpus = new MonitoredGpus(
            () -> seen.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new GpuSnapshot("box", SourceKind.NVML, false, NOW, seen, topology, List.of())),
            () -> events, pid -> pid < 1000, Clock.fixed(NOW, ZoneOffset.UTC));

    private static Gpu gpu(int index, GpuCondition condition, Readings readings) {
        GpuIdentity identity = new GpuIdentity(index, "GPU-" + index, "", "Test 80", index, "", "", "9.0", -1);
        return new Gpu(identity, condition, readings, false, List.of(), List.of(), false);
    }

    private static Gpu well(int index, long usedGib) {
        return gpu(index, GpuCondition.OK, memory(80, usedGib));
    }

    private static Readings memory(long totalGib, long usedGib) {
        return new Readings.Builder().put(GpuMetric.MEMORY_TOTAL, totalGib * 1024)
                .put(GpuMetric.MEMORY_USED, usedGib * 1024).build();
    }

    @Test
    void deviceNumberIsTheDriversAndNotTheIndex() {
        GpuIdentity identity = new GpuIdentity(0, "GPU-0", "", "Test 80", 3, "", "", "9.0", -1);
        seen = List.of(new Gpu(identity, GpuCondition.OK, memory(80, 0), false, List.of(), List.of(), false));
        assertThat(gpus.gpus().getFirst().minor()).isEqualTo(3);

        seen = List.of(new Gpu(identity, GpuCondition.OK, memory(80, 0), true,
                List.of(new MigInstance(9, "1g.10gb", "MIG-a", memory(10, 0))), List.of(), false));
        assertThat(gpus.gpus().getFirst().minor()).isEqualTo(3);
        assertThat(gpus.gpus().getFirst().gpuInstance()).isEqualTo(9);
    }

    private GpuCapacity capacity(int index) {
        return gpus.gpus().get(index).capacity();
    }

    @Test
    void nothingIsSeenBeforeAnybodyHasLooked() {
        assertThat(gpus.gpus()).isEmpty();
    }

    @Test
    void memoryOfStrangersIsToldFromThatOfTheBoxsOwnEngines() {
        seen = List.of(well(0, 30).withProcesses(List.of(new GpuProcess(17, 20 * GIB, -1),
                new GpuProcess(4000, 9 * GIB, -1), new GpuProcess(4001, -1, -1))));

        assertThat(capacity(0)).isEqualTo(
                new GpuCapacity("GPU-0", "box", 0, "Test 80", 80 * GIB, 30 * GIB, 0, 9 * GIB, 90, -1, -1, null));
    }

    @Test
    void memoryInUseIsNeverLessThanWhatStrangersHold() {
        seen = List.of(well(0, 1).withProcesses(List.of(new GpuProcess(4000, 9 * GIB, -1))));

        assertThat(capacity(0).usedBytes()).isEqualTo(9 * GIB);
    }

    @Test
    void gpusThatReachEachOtherByNvlinkAreOneIslandAndOthersNone() {
        topology = new GpuTopology(
                List.of(new GpuTopology.Path("GPU-0", "GPU-1", GpuTopology.Way.NUMA_NODE, 12),
                        new GpuTopology.Path("GPU-1", "GPU-2", GpuTopology.Way.SYSTEM, 0)),
                Map.of("GPU-2", 1));
        seen = List.of(well(0, 0), well(1, 0), well(2, 0));

        assertThat(capacity(0).nvlinkIsland()).isEqualTo(capacity(1).nvlinkIsland()).isNotNegative();
        assertThat(capacity(2).nvlinkIsland()).isEqualTo(GpuCapacity.NONE);
        assertThat(capacity(2).numaNode()).isOne();
    }

    @Test
    void lostGpuLosesItsEnginesAndOneOfWhichNobodyKnowsKeepsThem() {
        seen = List.of(well(0, 10), well(1, 10));
        gpus.gpus();
        seen = List.of(gpu(0, GpuCondition.LOST, Readings.none()), gpu(1, GpuCondition.UNKNOWN, Readings.none()));

        List<Sight> sights = gpus.gpus();

        assertThat(sights).hasSize(2).allSatisfy(sight -> {
            assertThat(sight.outOfService()).isNotEmpty();
            assertThat(sight.capacity().totalBytes()).isEqualTo(80 * GIB);
        });
        assertThat(sights).extracting(Sight::mayStay).containsExactly(false, true);
    }

    @Test
    void gpuThatWantsAResetTakesNoWorkForAWhile() {
        seen = List.of(well(0, 10), well(1, 10));
        // 79: it has fallen off the bus.
        events = List.of(event("GPU-0", 79, NOW.minusSeconds(60)), event("GPU-1", 79, NOW.minusSeconds(3600)));

        assertThat(gpus.gpus()).extracting(sight -> sight.outOfService().isEmpty()).containsExactly(false, true);
        assertThat(gpus.gpus().getFirst().mayStay()).isFalse();
    }

    private static GpuEvent event(String uuid, int xid, Instant at) {
        return new GpuEvent("box", uuid, 0, new GpuSymptom.Xid(xid), at, at, 1, false);
    }

    @Test
    void dividedGpuIsSeenByItsInstancesOnly() {
        Gpu whole = well(0, 40);
        seen = List.of(new Gpu(whole.identity(), whole.condition(), whole.readings(), true,
                List.of(new MigInstance(1, "3g.40gb", "MIG-a", memory(40, 2)),
                        new MigInstance(2, "3g.40gb", "", memory(40, 2))),
                List.of(new GpuProcess(4000, GIB, 1), new GpuProcess(4001, GIB, 2)), true));

        assertThat(gpus.gpus()).singleElement().satisfies(sight -> {
            GpuCapacity part = sight.capacity();
            assertThat(part.id()).isEqualTo("MIG-a");
            assertThat(part.totalBytes()).isEqualTo(40 * GIB);
            assertThat(part.usedBytes()).isEqualTo(2 * GIB);
            assertThat(part.foreignBytes()).isEqualTo(GIB);
            assertThat(part.mig()).isEqualTo(new GpuCapacity.MigParent("GPU-0", 80 * GIB));
        });
    }
}
