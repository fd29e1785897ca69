package org.gatehouse.gpu.nvml;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.gpu.ClockReason;
import org.gatehouse.gpu.FakeBoxes;
import org.gatehouse.gpu.FakeLibrary;
import org.gatehouse.gpu.Gpu;
import org.gatehouse.gpu.GpuCondition;
import org.gatehouse.gpu.GpuMetric;
import org.gatehouse.gpu.GpuProcess;
import org.gatehouse.gpu.GpuSnapshot;
import org.gatehouse.gpu.GpuSource;
import org.gatehouse.gpu.GpuSymptom;
import org.gatehouse.gpu.GpuTopology.Way;
import org.gatehouse.gpu.NoGpus;
import org.gatehouse.gpu.ProcessReader;
import org.gatehouse.gpu.Readings.Absence;
import org.gatehouse.gpu.Sampling;
import org.gatehouse.gpu.Sighting;
import org.gatehouse.gpu.SourceCandidate.Opening;
import org.gatehouse.gpu.SourceKind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.gatehouse.gpu.FakeBoxes.NOW;
import static org.gatehouse.gpu.FakeBoxes.uuid;

/** NVML as a source, against a C library that plays it. */
final class NvmlSourceIT {
    @TempDir
    private Path folder;
    private long nanos;
    private GpuSource opened = new NoGpus("box", FakeBoxes.STANDING);

    @AfterEach
    void close() {
        opened.close();
    }

    @Test
    void everythingThatTheDriverTellsIsRead() {
        FakeLibrary fake = FakeBoxes.nvml(FakeLibrary.nvml(folder), 2);
        Gpu gpu = open(fake).gpus().get(1);
        assertThat(gpu.identity().uuid()).isEqualTo(uuid(1));
        assertThat(gpu.identity().pciBusId()).isEqualTo(FakeBoxes.bus(1));
        assertThat(gpu.identity().driverVersion()).isEqualTo("580.65.06");
        assertThat(gpu.identity().computeCapability()).isEqualTo("9.0");
        assertThat(gpu.identity().serial()).isEqualTo("165001");
        assertThat(gpu.identity().minor()).isEqualTo(1);
        assertThat(gpu.memoryTotalBytes()).hasValue(81_559L << 20);
        assertThat(gpu.memoryUsedBytes()).hasValue(1_001L << 20);
        assertThat(gpu.memoryFreeBytes()).hasValue((81_559L - 1_001 - 559) << 20);
        assertThat(gpu.busy()).hasValue(0.41);
        assertThat(gpu.temperatureCelsius()).hasValue(51);
        assertThat(gpu.powerWatts()).hasValue(300.5);
        assertThat(gpu.energyJoules()).hasValue(1000.001);
        assertThat(gpu.clockReasons()).isEqualTo(Set.of(ClockReason.POWER_CAP));
        assertThat(gpu.readings().value(GpuMetric.POWER_INSTANT)).hasValue(310.25);
        assertThat(gpu.readings().whole(GpuMetric.MEMORY_TEMPERATURE)).hasValue(61);
        assertThat(gpu.readings().whole(GpuMetric.TEMPERATURE_SLOWDOWN)).hasValue(89);
        assertThat(gpu.readings().whole(GpuMetric.ECC_CORRECTED_EVER)).hasValue(7);
        assertThat(gpu.readings().whole(GpuMetric.ROWS_REMAPPED_CORRECTED)).hasValue(1);
        assertThat(gpu.readings().whole(GpuMetric.BOARD_LIMIT_VIOLATION)).hasValue(3_000);
        assertThat(gpu.readings().whole(GpuMetric.NVLINK_DATA_ERRORS)).hasValue(8);
        assertThat(gpu.readings().whole(GpuMetric.PCIE_WIDTH)).hasValue(16);
    }

    @Test
    void whatTheDriverRefusesIsAbsentWithItsReason() {
        FakeLibrary fake = FakeBoxes.nvml(FakeLibrary.nvml(folder), 1);
        fake.gpu(0, "energy", "!3", "power", "!4", "utilisation", "!999", "field.82", 0, "clock.1", 0xffffffffL);
        Gpu gpu = open(fake).gpus().getFirst();
        assertThat(gpu.readings().absence(GpuMetric.ENERGY)).isEqualTo(Absence.UNSUPPORTED);
        assertThat(gpu.readings().absence(GpuMetric.POWER)).isEqualTo(Absence.NOT_PERMITTED);
        assertThat(gpu.readings().absence(GpuMetric.UTILISATION)).isEqualTo(Absence.NO_DATA);
        assertThat(gpu.readings().absence(GpuMetric.MEMORY_TEMPERATURE)).isEqualTo(Absence.UNSUPPORTED);
        assertThat(gpu.readings().absence(GpuMetric.FAN_SPEED)).isEqualTo(Absence.UNSUPPORTED);
        assertThat(gpu.readings().absence(GpuMetric.SM_CLOCK)).isEqualTo(Absence.UNSUPPORTED);
        assertThat(gpu.energyJoules()).isEmpty();
        assertThat(gpu.readings().has(GpuMetric.TEMPERATURE)).isTrue();
    }

    @Test
    void aDriverWithoutTheNewerNamesIsReadByTheOlderOnes() {
        FakeLibrary fake = FakeBoxes.nvml(FakeLibrary.oldNvml(folder), 1).set("fail.nvmlDeviceGetMemoryInfo_v2", 25);
        Gpu gpu = open(fake).gpus().getFirst();
        assertThat(gpu.clockReasons()).containsExactly(ClockReason.POWER_CAP);
        assertThat(gpu.memoryUsedBytes()).hasValue(1_000L << 20);
        assertThat(gpu.readings().has(GpuMetric.MEMORY_RESERVED)).isFalse();
    }

    @Test
    void processesAreListedOnceEachWithTheirMemory() {
        FakeLibrary fake = FakeBoxes.nvml(FakeLibrary.nvml(folder), 1);
        fake.gpu(0, "processes", "100:40000:-,200:-:-", "graphics", "100:10:-");
        Gpu gpu = open(fake).gpus().getFirst();
        assertThat(gpu.processesKnown()).isTrue();
        assertThat(gpu.processes()).containsExactly(new GpuProcess(100, 40_000L << 20, -1),
                new GpuProcess(200, -1, -1));
    }

    @Test
    void moreProcessesThanTheFirstBufferHoldsAreAllListed() {
        FakeLibrary fake = FakeBoxes.nvml(FakeLibrary.nvml(folder), 1);
        StringBuilder many = new StringBuilder("1:1:-");
        for (int pid = 2; pid <= 70; pid++) {
            many.append(',').append(pid).append(":1");
        }
        fake.gpu(0, "processes", many);
        assertThat(open(fake).gpus().getFirst().processes()).hasSize(70);
    }

    @Test
    void instancesOfAMigDeviceHaveTheirOwnMemoryAndProfile() {
        FakeLibrary fake = FakeBoxes.nvml(FakeLibrary.nvml(folder), 1);
        fake.gpu(0, "mig", 1, "utilisation", "!3", "memoryUtilisation", "!3", "mig0.uuid", "MIG-a", "mig0.instance", 1,
                "mig0.slices", 3, "mig0.memory.total", 40_448, "mig0.memory.used", 500, "mig1.uuid", "MIG-b",
                "mig1.instance", 5, "mig1.slices", 1, "mig1.memory.total", 9_856, "mig1.memory.used", 40);
        Gpu gpu = open(fake).gpus().getFirst();
        assertThat(gpu.migEnabled()).isTrue();
        assertThat(gpu.busy()).isEmpty();
        assertThat(gpu.instances()).hasSize(2);
        assertThat(gpu.instances().getFirst().profile()).isEqualTo("3g.40gb");
        assertThat(gpu.instances().getFirst().uuid()).isEqualTo("MIG-a");
        assertThat(gpu.instances().getFirst().readings().whole(GpuMetric.MEMORY_USED)).hasValue(500);
        assertThat(gpu.instances().getLast().profile()).isEqualTo("1g.10gb");
        assertThat(gpu.instances().getLast().gpuInstanceId()).isEqualTo(5);
    }

    @Test
    void xidsComeOneByOneAlsoWhenTheyRepeat() {
        FakeLibrary fake = FakeBoxes.nvml(FakeLibrary.nvml(folder), 2);
        open(fake);
        fake.set("events", "1:8:31,1:8:31,0:8:79,0:2:0", "events.serial", 1);
        Sampling.Taken taken = sample();
        assertThat(taken.reportsXids()).isTrue();
        assertThat(taken.sightings()).extracting(Sighting::symptom).containsExactly(new GpuSymptom.Xid(31),
                new GpuSymptom.Xid(31), new GpuSymptom.Xid(79), new GpuSymptom.UncorrectedMemoryErrors());
        assertThat(taken.sightings()).extracting(Sighting::gpuUuid).containsExactly(uuid(1), uuid(1), uuid(0), uuid(0));
        assertThat(taken.sightings()).extracting(Sighting::at).doesNotHaveDuplicates();
        assertThat(sample().sightings()).isEmpty();
    }

    @Test
    void aDriverThatReportsNoXidsSaysSo() {
        FakeLibrary fake = FakeBoxes.nvml(FakeLibrary.nvml(folder), 1).gpu(0, "eventTypes", 0);
        assertThat(open(fake).notes()).anyMatch(note -> note.contains("does not report XIDs"));
        assertThat(sample().reportsXids()).isFalse();
    }

    @Test
    void aGpuThatFallsOffTheBusIsLostAndTheOthersGoOn() {
        FakeLibrary fake = FakeBoxes.nvml(FakeLibrary.nvml(folder), 2);
        open(fake);
        fake.gpu(0, "lost", 1);
        List<Gpu> gpus = sample().snapshot().gpus();
        assertThat(gpus.getFirst().condition()).isEqualTo(GpuCondition.LOST);
        assertThat(gpus.getFirst().readings().size()).isZero();
        assertThat(gpus.getFirst().uuid()).isEqualTo(uuid(0));
        assertThat(gpus.getLast().condition()).isEqualTo(GpuCondition.OK);
        assertThat(gpus.getLast().temperatureCelsius()).hasValue(51);
        fake.remove("gpu0.lost");
        assertThat(sample().snapshot().gpus().getFirst().condition()).isEqualTo(GpuCondition.OK);
    }

    @Test
    void aGpuThatWaitsForAResetIsNotUsable() {
        FakeLibrary fake = FakeBoxes.nvml(FakeLibrary.nvml(folder), 1);
        open(fake);
        fake.gpu(0, "temperature", "!16");
        assertThat(sample().snapshot().gpus().getFirst().condition().usable()).isFalse();
    }

    @Test
    void gpusOnOneSwitchAreOneIsland() {
        FakeLibrary fake = FakeBoxes.nvml(FakeLibrary.nvml(folder), 4);
        fake.remove("gpu3.link0", "gpu3.link1").set("ancestor.0.1", 20);
        GpuSnapshot snapshot = open(fake);
        assertThat(snapshot.topology().between(uuid(0), uuid(1)).way()).isEqualTo(Way.PCIE_SWITCHES);
        assertThat(snapshot.topology().between(uuid(1), uuid(0)).nvLinks()).isEqualTo(2);
        assertThat(snapshot.topology().between(uuid(0), uuid(3)).nvLinks()).isZero();
        assertThat(snapshot.topology().islands(List.of(uuid(0), uuid(1), uuid(2), uuid(3))))
                .containsExactly(Set.of(uuid(0), uuid(1), uuid(2)), Set.of(uuid(3)));
    }

    @Test
    void gpusThatAreLinkedDirectlyAreOneIsland() {
        FakeLibrary fake = FakeBoxes.nvml(FakeLibrary.nvml(folder), 3);
        fake.gpu(0, "link0", FakeBoxes.bus(1), "link1", FakeBoxes.bus(1)).gpu(1, "link0", FakeBoxes.bus(0), "link1",
                FakeBoxes.bus(0)).remove("gpu2.link0", "gpu2.link1");
        GpuSnapshot snapshot = open(fake);
        assertThat(snapshot.topology().between(uuid(0), uuid(1)).nvLinks()).isEqualTo(2);
        assertThat(snapshot.topology().islands(List.of(uuid(0), uuid(1), uuid(2)))).hasSize(2);
    }

    @Test
    void trafficOfLinksIsTheGrowthOfTheirTotals() {
        FakeLibrary fake = FakeBoxes.nvml(FakeLibrary.nvml(folder), 1);
        assertThat(open(fake).gpus().getFirst().readings().has(GpuMetric.NVLINK_SENT)).isFalse();
        nanos += 2_000_000_000L;
        fake.gpu(0, "field.138", 1_000_000 + 2_000, "field.139", 2_000_000 + 4_000);
        Gpu gpu = sample().snapshot().gpus().getFirst();
        assertThat(gpu.readings().whole(GpuMetric.NVLINK_SENT)).hasValue(1_000L * 1_024);
        assertThat(gpu.readings().whole(GpuMetric.NVLINK_RECEIVED)).hasValue(2_000L * 1_024);
    }

    @Test
    void activityOfHopperIsReadFromTheSecondSampleOn() {
        FakeLibrary fake = FakeBoxes.withGpm(FakeBoxes.nvml(FakeLibrary.nvml(folder), 2), 2);
        assertThat(open(fake).gpus().getFirst().readings().absence(GpuMetric.TENSOR_ACTIVE))
                .isEqualTo(Absence.NO_DATA);
        fake.gpu(1, "gpm.5", 12.5);
        List<Gpu> gpus = sample().snapshot().gpus();
        assertThat(gpus.getFirst().readings().orNaN(GpuMetric.TENSOR_ACTIVE)).isCloseTo(0.5525, within(1e-9));
        assertThat(gpus.getFirst().readings().orNaN(GpuMetric.DRAM_ACTIVE)).isCloseTo(0.7, within(1e-9));
        assertThat(gpus.getFirst().readings().whole(GpuMetric.PCIE_SENT)).hasValue(100L << 20);
        assertThat(gpus.getLast().readings().orNaN(GpuMetric.TENSOR_ACTIVE)).isCloseTo(0.125, within(1e-9));
    }

    @Test
    void aLibraryThatIsMissingOrDoesNotFitIsRefusedWithAdvice() throws IOException {
        assertThat(refusal(List.of(folder.resolve("nothing.so.1").toString()))).contains("nothing.so.1")
                .contains("No such file").contains("Install the NVIDIA driver");
        assertThat(refusal(List.of(Files.writeString(folder.resolve("text.so.1"), "no library").toString())))
                .contains("text.so.1").contains("file too short");
        FakeLibrary fake = FakeLibrary.nvml(folder);
        fake.set("fail.nvmlInit_v2", 18);
        assertThat(refusal(List.of(fake.path()))).contains("different versions").contains("boot the machine again");
        fake.set("fail.nvmlInit_v2", 9);
        assertThat(refusal(List.of(fake.path()))).contains("kernel driver is not loaded");
        fake.remove("fail.nvmlInit_v2");
        assertThat(refusal(List.of(fake.path()))).contains("shows no GPU");
    }

    @Test
    void theReaderOfProcessesServesOtherSources() {
        FakeLibrary fake = FakeBoxes.nvml(FakeLibrary.nvml(folder), 2).gpu(1, "processes", "300:5:-");
        try (ProcessReader reader = sources(List.of(fake.path())).processReader()) {
            assertThat(reader.read().get(uuid(1))).containsExactly(new GpuProcess(300, 5L << 20, -1));
            fake.gpu(0, "lost", 1);
            assertThat(reader.read()).containsOnlyKeys(uuid(1));
        }
        try (ProcessReader reader = sources(List.of("/nowhere/libnvidia-ml.so.1")).processReader()) {
            assertThat(reader.read()).isEmpty();
        }
    }

    private GpuSnapshot open(FakeLibrary fake) {
        opened = switch (sources(List.of(fake.path())).driver().opener().get()) {
            case Opening.Opened(GpuSource source) -> source;
            case Opening.Unavailable(String reason) -> throw new AssertionError(reason);
        };
        GpuSnapshot snapshot = sample().snapshot();
        assertThat(snapshot.source()).isEqualTo(SourceKind.NVML);
        assertThat(snapshot.simulated()).isFalse();
        assertThat(snapshot.takenAt()).isEqualTo(NOW);
        return snapshot;
    }

    private Sampling.Taken sample() {
        nanos += 1;
        return switch (opened.sample()) {
            case Sampling.Taken taken -> taken;
            case Sampling.Failed(String reason, boolean gone) -> throw new AssertionError(reason);
        };
    }

    private String refusal(List<String> libraries) {
        return switch (sources(libraries).driver().opener().get()) {
            case Opening.Opened(GpuSource source) -> throw new AssertionError("it opened");
            case Opening.Unavailable(String reason) -> reason;
        };
    }

    private NvmlSources sources(List<String> libraries) {
        return new NvmlSources("box", libraries, FakeBoxes.STANDING, () -> nanos);
    }
}
