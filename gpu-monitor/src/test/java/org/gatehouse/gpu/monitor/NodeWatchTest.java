package org.gatehouse.gpu.monitor;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.gatehouse.gpu.FakeBoxes;
import org.gatehouse.gpu.Gpu;
import org.gatehouse.gpu.GpuCondition;
import org.gatehouse.gpu.GpuIdentity;
import org.gatehouse.gpu.GpuMetric;
import org.gatehouse.gpu.GpuSnapshot;
import org.gatehouse.gpu.GpuTopology;
import org.gatehouse.gpu.ManualTime;
import org.gatehouse.gpu.Readings;
import org.gatehouse.gpu.Sampling;
import org.gatehouse.gpu.ScriptedSource;
import org.gatehouse.gpu.SourceKind;

import static org.assertj.core.api.Assertions.assertThat;

final class NodeWatchTest {
    private static final Patience PATIENCE = new Patience(Duration.ofSeconds(5), Duration.ofSeconds(1),
            Duration.ofSeconds(30), Duration.ofSeconds(2));

    private final ManualTime time = new ManualTime();
    private final ScriptedSource dcgm = new ScriptedSource(SourceKind.DCGM, () -> gpus(SourceKind.DCGM, 2));
    private final ScriptedSource nvml = new ScriptedSource(SourceKind.NVML, () -> gpus(SourceKind.NVML, 2));
    private final CountDownLatch released = new CountDownLatch(1);
    private final NodeWatch watch = new NodeWatch(
            new WatchedNode("box", Duration.ofSeconds(1), List.of(dcgm.candidate(), nvml.candidate())), PATIENCE,
            time.clock(), time.nanoTime());

    @AfterEach
    void close() {
        released.countDown();
        watch.close();
    }

    @Test
    void theBestSourceThatOpensIsTaken() {
        assertThat(step().source()).isEqualTo(SourceKind.DCGM);
        assertThat(nvml.openings()).isZero();
    }

    @Test
    void theNextOneIsTakenWhereTheBestIsAwayAndTheSnapshotSaysWhy() {
        dcgm.there(false);
        GpuSnapshot snapshot = step();
        assertThat(snapshot.source()).isEqualTo(SourceKind.NVML);
        assertThat(snapshot.notes()).contains("dcgm is away");
    }

    @Test
    void aSourceThatDiesIsReplacedInTheSameStep() {
        step();
        dcgm.there(false);
        assertThat(step().source()).isEqualTo(SourceKind.NVML);
        assertThat(dcgm.stillOpen()).isZero();
    }

    @Test
    void aBetterSourceThatComesBackIsTakenAgain() {
        dcgm.there(false);
        step();
        dcgm.answers(() -> gpus(SourceKind.DCGM, 2));
        time.pass(Duration.ofSeconds(1));
        assertThat(step().source()).isEqualTo(SourceKind.NVML);
        GpuSnapshot snapshot = step();
        for (int i = 0; i < 600 && snapshot.source() != SourceKind.DCGM; i++) {
            time.pass(Duration.ofMillis(100));
            Thread.onSpinWait();
            snapshot = step();
        }
        assertThat(snapshot.source()).isEqualTo(SourceKind.DCGM);
        assertThat(nvml.stillOpen()).isZero();
        assertThat(dcgm.stillOpen()).isEqualTo(1);
    }

    @Test
    void aSourceThatHangsIsLeftAtTheDeadlineAndClosedWhenItComesBack() throws InterruptedException {
        step();
        dcgm.hangsUntil(released);
        long before = System.nanoTime();
        assertThat(step().source()).isEqualTo(SourceKind.NVML);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
        time.pass(Duration.ofMinutes(5));
        assertThat(step().source()).isEqualTo(SourceKind.NVML);
        assertThat(dcgm.openings()).isEqualTo(1);
        released.countDown();
        dcgm.answers(() -> gpus(SourceKind.DCGM, 2));
        GpuSnapshot snapshot = step();
        for (int i = 0; i < 1_000 && snapshot.source() != SourceKind.DCGM; i++) {
            time.pass(Duration.ofMinutes(1));
            Thread.sleep(1);
            snapshot = step();
        }
        assertThat(snapshot.source()).isEqualTo(SourceKind.DCGM);
        assertThat(dcgm.stillOpen()).isEqualTo(1);
    }

    @Test
    void aSourceThatThrowsIsLeftAndNamed() {
        dcgm.answers(() -> {
            throw new UnsatisfiedLinkError("dcgmGetLatestValues_v2");
        });
        GpuSnapshot snapshot = step();
        assertThat(snapshot.source()).isEqualTo(SourceKind.NVML);
        assertThat(snapshot.notes()).anyMatch(note -> note.contains("dcgm broke"));
    }

    @Test
    void withoutAnySourceItSaysSoAndGoesOn() {
        dcgm.there(false);
        nvml.there(false);
        GpuSnapshot snapshot = step();
        assertThat(snapshot.source()).isEqualTo(SourceKind.NONE);
        assertThat(snapshot.gpus()).isEmpty();
        assertThat(snapshot.notes()).contains("No GPU was found on box.", "dcgm is away", "nvml is away");
    }

    @Test
    void gpusThatWereSeenAreUnknownAndNotForgottenWhileNoSourceWorks() {
        step();
        dcgm.there(false);
        nvml.there(false);
        GpuSnapshot snapshot = step();
        assertThat(snapshot.gpus()).hasSize(2).allMatch(gpu -> gpu.condition() == GpuCondition.UNKNOWN);
    }

    @Test
    void aGpuThatIsMissingFromAWorkingSourceIsLost() {
        step();
        dcgm.answers(() -> gpus(SourceKind.DCGM, 1));
        List<Gpu> gpus = step().gpus();
        assertThat(gpus).extracting(Gpu::condition).containsExactly(GpuCondition.OK, GpuCondition.LOST);
        dcgm.answers(() -> gpus(SourceKind.DCGM, 2));
        assertThat(step().gpus()).extracting(Gpu::condition).containsExactly(GpuCondition.OK, GpuCondition.OK);
    }

    @Test
    void aSourceThatNamesNewGpusEachTimeDoesNotFillTheMemory() {
        for (int round = 0; round < 600; round++) {
            String uuid = "GPU-" + round;
            dcgm.answers(() -> ScriptedSource.taken(new GpuSnapshot("box", SourceKind.DCGM, false, time.now(),
                    List.of(Gpu.blind(GpuIdentity.of(0, uuid, "H100"), GpuCondition.OK)), GpuTopology.unknown(),
                    List.of())));
            assertThat(step().gpus()).hasSizeLessThanOrEqualTo(257);
        }
        assertThat(step().gpu("GPU-599")).isPresent();
    }

    @Test
    void aSourceThatMissesOneReadingIsKeptAndOneThatMissesThreeIsLeft() {
        step();
        dcgm.answers(() -> new Sampling.Failed("not this time", false));
        GpuSnapshot missed = step();
        assertThat(missed.source()).isEqualTo(SourceKind.NONE);
        assertThat(missed.gpus()).hasSize(2).allMatch(gpu -> gpu.condition() == GpuCondition.UNKNOWN);
        assertThat(missed.notes()).contains("not this time");
        dcgm.answers(() -> gpus(SourceKind.DCGM, 2));
        assertThat(step().source()).isEqualTo(SourceKind.DCGM);
        assertThat(dcgm.openings()).isEqualTo(1);
        dcgm.answers(() -> new Sampling.Failed("never again", false));
        step();
        step();
        assertThat(step().source()).isEqualTo(SourceKind.NVML);
    }

    @Test
    void aSourceThatFailsAgainAndAgainIsTriedLessAndLess() {
        dcgm.answers(() -> new Sampling.Failed("bad", true));
        for (int second = 0; second < 120; second++) {
            step();
            time.pass(Duration.ofSeconds(1));
        }
        assertThat(dcgm.openings()).isBetween(2, 12);
        // One that was being opened at the end is collected, found bad and closed by the steps that follow.
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (dcgm.stillOpen() > 0 && System.nanoTime() < deadline) {
            step();
        }
        assertThat(dcgm.stillOpen()).isZero();
    }

    private GpuSnapshot step() {
        return watch.step().snapshot();
    }

    private Sampling gpus(SourceKind kind, int count) {
        Gpu[] gpus = new Gpu[count];
        Arrays.setAll(gpus, index -> new Gpu(GpuIdentity.of(index, FakeBoxes.uuid(index), "H100"), GpuCondition.OK,
                new Readings.Builder().put(GpuMetric.TEMPERATURE, 40).build(), false, List.of(), List.of(), false));
        return ScriptedSource.taken(new GpuSnapshot("box", kind, false, time.now(), List.of(gpus),
                GpuTopology.unknown(), List.of()));
    }
}
