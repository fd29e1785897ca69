package org.gatehouse.gpu.dcgm;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
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
import org.gatehouse.gpu.Severity;
import org.gatehouse.gpu.Sighting;
import org.gatehouse.gpu.SourceCandidate;
import org.gatehouse.gpu.SourceCandidate.Opening;
import org.gatehouse.gpu.SourceKind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gatehouse.gpu.FakeBoxes.uuid;

/** DCGM as a source, against a C library that plays libdcgm and the host engine behind it. */
final class DcgmSourceIT {
    @TempDir
    private Path folder;
    private ServerSocket engine = unbound();
    private long nanos;
    private GpuSource opened = new NoGpus("box", FakeBoxes.STANDING);

    @BeforeEach
    void listen() throws IOException {
        engine = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        opened.close();
        engine.close();
    }

    @Test
    void everythingThatTheHostEngineTellsIsRead() {
        Gpu gpu = open(FakeBoxes.dcgm(FakeLibrary.dcgm(folder), 2)).gpus().get(1);
        assertThat(gpu.identity().uuid()).isEqualTo(uuid(1));
        assertThat(gpu.identity().index()).isEqualTo(1);
        assertThat(gpu.identity().name()).isEqualTo("NVIDIA H100 80GB HBM3");
        assertThat(gpu.identity().driverVersion()).isEqualTo("580.65.06");
        assertThat(gpu.identity().computeCapability()).isEqualTo("9.0");
        assertThat(gpu.memoryTotalBytes()).hasValue(81_559L << 20);
        assertThat(gpu.busy()).hasValue(0.41);
        assertThat(gpu.powerWatts()).hasValue(300.5);
        assertThat(gpu.energyJoules()).hasValue(1000.001);
        assertThat(gpu.clockReasons()).isEqualTo(Set.of(ClockReason.POWER_CAP));
        assertThat(gpu.readings().value(GpuMetric.TENSOR_ACTIVE)).hasValue(0.55);
        assertThat(gpu.readings().size()).isEqualTo(GpuMetric.values().length - 1);
        assertThat(gpu.readings().absence(GpuMetric.XID)).isEqualTo(Absence.NO_DATA);
    }

    @Test
    void blanksAreAbsentWithTheirReasonAndNeverNumbers() {
        FakeLibrary fake = FakeBoxes.dcgm(FakeLibrary.dcgm(folder), 1);
        fake.gpu(0, "f150", "blank", "f155", "unsupported", "f156", "!-17", "f203", "!-14", "f252", 0x7ffffff0L, "f140",
                0, "f311", "!-6");
        Gpu gpu = open(fake).gpus().getFirst();
        assertThat(gpu.readings().absence(GpuMetric.TEMPERATURE)).isEqualTo(Absence.NO_DATA);
        assertThat(gpu.readings().absence(GpuMetric.POWER)).isEqualTo(Absence.UNSUPPORTED);
        assertThat(gpu.readings().absence(GpuMetric.ENERGY)).isEqualTo(Absence.NOT_PERMITTED);
        assertThat(gpu.readings().absence(GpuMetric.UTILISATION)).isEqualTo(Absence.NO_DATA);
        assertThat(gpu.memoryUsedBytes()).isEmpty();
        assertThat(gpu.readings().absence(GpuMetric.MEMORY_TEMPERATURE)).isEqualTo(Absence.UNSUPPORTED);
        assertThat(gpu.readings().absence(GpuMetric.ECC_UNCORRECTED)).isEqualTo(Absence.UNSUPPORTED);
        for (GpuMetric metric : GpuMetric.values()) {
            assertThat(gpu.readings().orNaN(metric)).as(metric.name()).isNotEqualTo(140737488355328.0)
                    .isNotEqualTo((double) 0x7ffffffffffffff0L);
        }
    }

    @Test
    void theHostEngineIsReachedThroughItsSocketToo() throws IOException {
        FakeLibrary fake = FakeBoxes.dcgm(FakeLibrary.dcgm(folder), 1);
        Path socket = folder.resolve("nv-hostengine");
        fake.set("address", socket);
        try (ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.bind(UnixDomainSocketAddress.of(socket));
            opened = opened(candidate(fake, List.of("unix://" + socket), false, false));
            assertThat(sample().snapshot().gpus()).hasSize(1);
        }
    }

    @Test
    void whereNobodyListensOrTheLibraryIsMissingItIsRefusedWithAdvice() throws IOException {
        FakeLibrary fake = FakeBoxes.dcgm(FakeLibrary.dcgm(folder), 1);
        engine.close();
        assertThat(refusal(candidate(fake, addresses(), false, false))).contains("no host engine listens")
                .contains("start nv-hostengine");
        SourceCandidate missing = new DcgmSources("box", new DcgmSettings(List.of("/nowhere/libdcgm.so.4"),
                addresses(), false, false, Duration.ofMillis(500)), FakeBoxes.STANDING, () -> nanos,
                DcgmSources::withoutProcesses).hostEngine();
        assertThat(refusal(missing)).contains("No library could be loaded").contains("/nowhere/libdcgm.so.4");
    }

    @Test
    void aHostEngineWithoutGpusIsOfNoUse() {
        assertThat(refusal(candidate(FakeLibrary.dcgm(folder).set("count", 0), addresses(), false, false)))
                .contains("sees no GPU");
    }

    @Test
    void aPairOfVersionsThatGivesNoValuesFailsTypedAndNamesBoth() {
        FakeLibrary fake = FakeBoxes.dcgm(FakeLibrary.dcgm(folder), 1).set("engine.version", "3.3.9",
                "fail.dcgmGetLatestValues_v2", -20, "fail.dcgmEntitiesGetLatestValues", -20,
                "fail.dcgmGetDeviceAttributes", -20, "fail.dcgmHealthCheck", -20);
        opened = opened(candidate(fake, addresses(), false, false));
        assertThat(opened.sample()).isInstanceOfSatisfying(Sampling.Failed.class, failed -> {
            assertThat(failed.gone()).isTrue();
            assertThat(failed.reason()).contains("3.3.9").contains("libdcgm.so.4").contains("one release");
        });
    }

    @Test
    void whatOneCallOfAnotherVersionRefusesIsReadByTheOtherCall() {
        FakeLibrary fake = FakeBoxes.dcgm(FakeLibrary.dcgm(folder), 2).set("fail.dcgmGetLatestValues_v2", -12,
                "topology.v1", 1, "path.0.1", 0x820, "health.v4", 1, "incident0", "0:128:10:5:Too hot (%d C)");
        GpuSnapshot snapshot = open(fake);
        assertThat(snapshot.gpus().get(1).temperatureCelsius()).hasValue(51);
        assertThat(snapshot.topology().between(uuid(0), uuid(1)).way()).isEqualTo(Way.SYSTEM);
        assertThat(snapshot.topology().between(uuid(0), uuid(1)).nvLinks()).isEqualTo(4);
    }

    @Test
    void aHostEngineThatDiesFailsTypedAndIsGone() {
        FakeLibrary fake = FakeBoxes.dcgm(FakeLibrary.dcgm(folder), 1);
        open(fake);
        fake.set("engine.dead", 1);
        assertThat(opened.sample()).isInstanceOfSatisfying(Sampling.Failed.class, failed -> {
            assertThat(failed.gone()).isTrue();
            assertThat(failed.reason()).contains("connection to the DCGM host engine broke");
        });
        opened.close();
        opened.close();
    }

    @Test
    void aHostEngineThatOnlyRepeatsItselfIsLeft() {
        FakeLibrary fake = FakeBoxes.dcgm(FakeLibrary.dcgm(folder), 1).set("frozen", 1);
        open(fake);
        nanos += Duration.ofSeconds(19).toNanos();
        sample();
        nanos += Duration.ofSeconds(2).toNanos();
        assertThat(opened.sample()).isInstanceOfSatisfying(Sampling.Failed.class,
                failed -> assertThat(failed.reason()).contains("same values").contains("restart nv-hostengine"));
    }

    @Test
    void profilingIsReadWhereItExistsAndItsLackBlindsNobody() {
        FakeLibrary fake = FakeBoxes.dcgm(FakeLibrary.dcgm(folder), 2).gpu(0, "noprofiling", 1);
        List<Gpu> gpus = open(fake).gpus();
        assertThat(gpus.getFirst().readings().has(GpuMetric.TENSOR_ACTIVE)).isFalse();
        assertThat(gpus.getFirst().temperatureCelsius()).hasValue(50);
        assertThat(gpus.getLast().readings().value(GpuMetric.TENSOR_ACTIVE)).hasValue(0.55);
    }

    @Test
    void instancesOfAMigDeviceHaveTheirOwnValues() {
        FakeLibrary fake = FakeBoxes.dcgm(FakeLibrary.dcgm(folder), 1);
        fake.gpu(0, "mig", 1, "f203", "unsupported").set("inst14", "0:2:3", "inst14.f250", 40_448, "inst14.f252", 700,
                "inst14.f1001", "0.25");
        Gpu gpu = open(fake).gpus().getFirst();
        assertThat(gpu.migEnabled()).isTrue();
        assertThat(gpu.instances()).hasSize(1);
        assertThat(gpu.instances().getFirst().gpuInstanceId()).isEqualTo(2);
        assertThat(gpu.instances().getFirst().profile()).isEqualTo("3g.40gb");
        assertThat(gpu.instances().getFirst().readings().whole(GpuMetric.MEMORY_USED)).hasValue(700);
        assertThat(gpu.instances().getFirst().readings().value(GpuMetric.ENGINE_ACTIVE)).hasValue(0.25);
        assertThat(gpu.busy()).hasValue(0.5);
    }

    @Test
    void aGpuThatVanishesIsLostAndTheOthersGoOn() {
        FakeLibrary fake = FakeBoxes.dcgm(FakeLibrary.dcgm(folder), 2);
        open(fake);
        fake.gpu(1, "lost", 1);
        List<Gpu> gpus = sample().snapshot().gpus();
        assertThat(gpus.getLast().condition()).isEqualTo(GpuCondition.LOST);
        assertThat(gpus.getFirst().temperatureCelsius()).hasValue(50);
    }

    @Test
    void aGpuThatWasDetachedIsNotLost() {
        FakeLibrary fake = FakeBoxes.dcgm(FakeLibrary.dcgm(folder), 1).gpu(0, "status", 7);
        assertThat(open(fake).gpus().getFirst().condition()).isEqualTo(GpuCondition.DETACHED);
    }

    @Test
    void xidsComeOnceEachWithTheirTimes() {
        FakeLibrary fake = FakeBoxes.dcgm(FakeLibrary.dcgm(folder), 2);
        open(fake);
        fake.set("xids", "1:31:1700000000000000,1:31:1700000001000000,0:79:1700000002000000");
        Sampling.Taken taken = sample();
        assertThat(taken.reportsXids()).isTrue();
        assertThat(taken.sightings()).containsExactly(
                new Sighting(uuid(1), new GpuSymptom.Xid(31), Instant.ofEpochSecond(1_700_000_000), false),
                new Sighting(uuid(1), new GpuSymptom.Xid(31), Instant.ofEpochSecond(1_700_000_001), false),
                new Sighting(uuid(0), new GpuSymptom.Xid(79), Instant.ofEpochSecond(1_700_000_002), false));
        assertThat(sample().sightings()).isEmpty();
    }

    @Test
    void healthIncidentsHaveASystemASeverityAndAnAdvice() {
        FakeLibrary fake = FakeBoxes.dcgm(FakeLibrary.dcgm(folder), 2);
        fake.set("incident0", "1:16:10:6:Row remap pending on GPU %d", "incident1",
                "0:4294967295:20:120:GPU has fallen off the bus", "incident2", "0:4294967295:20:101:XID error");
        opened = opened(candidate(fake, addresses(), false, false));
        List<Sighting> sightings = sample().sightings();
        assertThat(sightings).hasSize(2);
        GpuSymptom memory = sightings.getFirst().symptom();
        assertThat(sightings.getFirst().standing()).isTrue();
        assertThat(memory.key()).isEqualTo("health-memory-6");
        assertThat(memory.severity()).isEqualTo(Severity.WARNING);
        assertThat(memory.text()).contains("Row remap pending on GPU ?");
        GpuSymptom lost = sightings.getLast().symptom();
        assertThat(lost.key()).isEqualTo("health-device-120");
        assertThat(lost.severity()).isEqualTo(Severity.CRITICAL);
        assertThat(lost.advice()).isNotBlank();
    }

    @Test
    void violationsOfPoliciesComeFromDcgmsOwnThread() {
        FakeLibrary fake = FakeBoxes.dcgm(FakeLibrary.dcgm(folder), 2);
        opened = opened(candidate(fake, addresses(), false, true));
        assertThat(sample().sightings()).isEmpty();
        fake.set("violation", "1:1:2", "violation.serial", 1);
        assertThat(sample().sightings()).singleElement().satisfies(sighting -> {
            assertThat(sighting.gpuUuid()).isEqualTo(uuid(1));
            assertThat(sighting.symptom()).isEqualTo(new GpuSymptom.UncorrectedMemoryErrors());
        });
    }

    @Test
    void anEmbeddedHostEngineStartsOnlyWhereItIsAllowed() {
        FakeLibrary fake = FakeBoxes.dcgm(FakeLibrary.dcgm(folder), 1);
        assertThat(refusal(sources(fake, addresses(), false, false).embedded())).contains("switched off");
        opened = opened(sources(fake, List.of(), true, false).embedded());
        assertThat(opened.kind()).isEqualTo(SourceKind.DCGM_EMBEDDED);
        assertThat(sample().snapshot().gpus()).hasSize(1);
    }

    @Test
    void processesComeFromTheReaderThatIsGiven() {
        FakeLibrary fake = FakeBoxes.dcgm(FakeLibrary.dcgm(folder), 2);
        ProcessReader reader = new ProcessReader() {
            @Override
            public Map<String, List<GpuProcess>> read() {
                return Map.of(uuid(1), List.of(new GpuProcess(42, 7, -1)));
            }

            @Override
            public void close() {
                // Holds nothing.
            }
        };
        opened = opened(new DcgmSources("box", settings(fake, addresses(), false, false), FakeBoxes.STANDING,
                () -> nanos, () -> reader).hostEngine());
        List<Gpu> gpus = sample().snapshot().gpus();
        assertThat(gpus.getFirst().processesKnown()).isFalse();
        assertThat(gpus.getLast().processes()).containsExactly(new GpuProcess(42, 7, -1));
    }

    private static ServerSocket unbound() {
        try {
            return new ServerSocket();
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }

    private List<String> addresses() {
        return List.of("tcp://127.0.0.1:" + engine.getLocalPort());
    }

    private GpuSnapshot open(FakeLibrary fake) {
        opened = opened(candidate(fake, addresses(), false, false));
        GpuSnapshot snapshot = sample().snapshot();
        assertThat(snapshot.source()).isEqualTo(SourceKind.DCGM);
        return snapshot;
    }

    private Sampling.Taken sample() {
        return switch (opened.sample()) {
            case Sampling.Taken taken -> taken;
            case Sampling.Failed(String reason, boolean gone) -> throw new AssertionError(reason);
        };
    }

    private SourceCandidate candidate(FakeLibrary fake, List<String> addresses, boolean embedded, boolean policies) {
        return sources(fake, addresses, embedded, policies).hostEngine();
    }

    private DcgmSources sources(FakeLibrary fake, List<String> addresses, boolean embedded, boolean policies) {
        return new DcgmSources("box", settings(fake, addresses, embedded, policies), FakeBoxes.STANDING, () -> nanos,
                DcgmSources::withoutProcesses);
    }

    private static DcgmSettings settings(FakeLibrary fake, List<String> addresses, boolean embedded,
            boolean policies) {
        return new DcgmSettings(List.of(fake.path()), addresses, embedded, policies, Duration.ofMillis(500));
    }

    private static GpuSource opened(SourceCandidate candidate) {
        return switch (candidate.opener().get()) {
            case Opening.Opened(GpuSource source) -> source;
            case Opening.Unavailable(String reason) -> throw new AssertionError(reason);
        };
    }

    private static String refusal(SourceCandidate candidate) {
        return switch (candidate.opener().get()) {
            case Opening.Opened(GpuSource source) -> throw new AssertionError("it opened");
            case Opening.Unavailable(String reason) -> reason;
        };
    }
}
