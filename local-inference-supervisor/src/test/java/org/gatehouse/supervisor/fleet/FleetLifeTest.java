package org.gatehouse.supervisor.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.supervisor.engines.EngineFailure;
import org.gatehouse.supervisor.engines.LoadStage;
import org.gatehouse.supervisor.fleet.FleetEvent.Kind;
import org.gatehouse.supervisor.fleet.FleetView.Standing;
import org.gatehouse.supervisor.planning.GpuCapacity;

import static org.assertj.core.api.Assertions.assertThat;

/** Replicas from their place to readiness, through crashes, to their end; on a box of paper. */
class FleetLifeTest {
    @TempDir
    Path directory;
    private FleetBench bench;

    @BeforeEach
    void box() throws IOException {
        bench = new FleetBench(directory, 2);
    }

    @Test
    void engineMayOpenTheDeviceThatTheDriverNumbersAndThePlanSaysWhereNobodyKnowsIt() {
        bench.box.confines = true;
        assertThat(((PlanAnswer.Fits) bench.fleet.reconciler().plan(bench.pinned("chat"))).reasons())
                .anyMatch(reason -> reason.contains("device file of GPU 0 (box) is not known"));
        bench.box.gpus.replaceAll((_, sight) -> sight.at(sight.capacity().index() + 5, -1));
        assertThat(((PlanAnswer.Fits) bench.fleet.reconciler().plan(bench.pinned("chat"))).reasons())
                .noneMatch(reason -> reason.contains("device file"));

        bench.applied(bench.pinned("chat"));

        assertThat(bench.box.process("chat-0").deployment.confinement().devices()).containsExactly("/dev/nvidia5");
    }

    @Test
    void pinnedDeploymentIsPlacedLoadedProbedAndServes() {
        bench.applied(bench.pinned("chat"));
        assertThat(bench.call("model-chat")).isInstanceOf(Admission.Loading.class);
        assertThat(bench.view("chat").standing()).isEqualTo(Standing.LOADING);

        bench.loadAll();

        assertThat(bench.view("chat").standing()).isEqualTo(Standing.SERVING);
        try (Lease lease = bench.lease("model-chat")) {
            assertThat(lease.instance()).isEqualTo("chat-0");
            assertThat(bench.replica("chat-0").calls()).isEqualTo(1);
        }
        assertThat(bench.replica("chat-0").calls()).isEqualTo(1); // As of the last step.
        bench.steps();
        assertThat(bench.replica("chat-0").calls()).isZero();
        assertThat(bench.kinds()).containsSubsequence(Kind.APPLIED, Kind.PLACED, Kind.STARTED, Kind.READY);
    }

    @Test
    void enginesThatShareAGpuLoadOneAfterTheOther() {
        FleetBench one = bench;
        one.box.gpus.remove("GPU-1");
        one.applied(one.half(one.pinned("a")));
        one.applied(one.half(one.pinned("b")));
        assertThat(one.replica("a-0").phase()).isEqualTo(ReplicaPhase.LOADING);
        assertThat(one.replica("b-0").phase()).isEqualTo(ReplicaPhase.PLACED);
        assertThat(one.fleet.view().gpus().getFirst().loading()).isEqualTo("a-0");

        one.box.loading("a-0", LoadStage.GRAPHS);
        one.steps();

        assertThat(one.replica("b-0").phase()).isEqualTo(ReplicaPhase.LOADING);
    }

    @Test
    void leastBusyReplicaIsChosenAndTiesGoByName() {
        bench.applied(bench.pinned("chat").replicas(2));
        bench.loadAll();
        Lease first = bench.lease("model-chat");
        Lease second = bench.lease("model-chat");
        Lease third = bench.lease("model-chat");
        assertThat(List.of(first.instance(), second.instance(), third.instance())).containsExactly("chat-0", "chat-1",
                "chat-0");
        first.close();
        third.close();
        second.close();
        // Calls that others brought count too.
        bench.box.process("chat-0").running = 5;
        bench.pass(Duration.ofSeconds(3));
        assertThat(bench.lease("model-chat").instance()).isEqualTo("chat-1");
    }

    @Test
    void crashedEngineStartsAgainAfterItsBackOffAndFailsWhenTheBudgetIsSpent() {
        bench.applied(bench.pinned("chat"));
        bench.loadAll();
        bench.box.crash("chat-0", EngineFailure.ENGINE_DIED);
        bench.steps();
        assertThat(bench.replica("chat-0").phase()).isEqualTo(ReplicaPhase.BACKING_OFF);
        assertThat(bench.call("model-chat")).isInstanceOf(Admission.Loading.class);
        bench.pass(Duration.ofSeconds(4));
        assertThat(bench.replica("chat-0").phase()).isEqualTo(ReplicaPhase.BACKING_OFF);
        bench.pass(Duration.ofSeconds(2));
        bench.loadAll();
        assertThat(bench.view("chat").standing()).isEqualTo(Standing.SERVING);

        for (int crash = 0; crash < 2; crash++) {
            bench.box.crash("chat-0", EngineFailure.ENGINE_DIED);
            bench.pass(Duration.ofSeconds(30));
            bench.loadAll();
        }

        assertThat(bench.view("chat").standing()).isEqualTo(Standing.FAILED);
        assertThat(bench.call("model-chat")).isInstanceOfSatisfying(Admission.Refused.class,
                refused -> assertThat(refused.kind()).isEqualTo(Admission.Refusal.FAILED));
        assertThat(bench.fleet.view().gpus()).allSatisfy(gpu -> assertThat(gpu.promisedBytes()).isZero());

        assertThat(bench.fleet.reconciler().retry("chat")).isTrue();
        bench.steps();
        bench.loadAll();
        assertThat(bench.view("chat").standing()).isEqualTo(Standing.SERVING);
    }

    @Test
    void contextThatTheEngineSaysIsTooLongIsShortenedOnce() {
        bench.applied(bench.pinned("chat"));
        bench.box.crash("chat-0", FakeBox.tooLong(4096));
        bench.pass(Duration.ofSeconds(10));
        assertThat(bench.box.process("chat-0").argument("--max-model-len")).isEqualTo("4096");
        assertThat(bench.kinds()).contains(Kind.REMEDIED);

        bench.box.crash("chat-0", FakeBox.tooLong(2048));
        bench.pass(Duration.ofMinutes(1));
        assertThat(bench.view("chat").standing()).isEqualTo(Standing.FAILED);
    }

    @Test
    void memoryThatDoesNotComeBackClosesTheGpuAndTheReplicaMoves() {
        bench.applied(bench.pinned("chat"));
        bench.loadAll();
        String first = bench.replica("chat-0").memory().keySet().iterator().next();
        bench.box.leaks = true;
        bench.box.crash("chat-0", EngineFailure.KILLED);
        bench.steps();
        assertThat(bench.replica("chat-0").phase()).isEqualTo(ReplicaPhase.RECLAIMING);
        bench.pass(Duration.ofSeconds(16));
        assertThat(bench.kinds()).contains(Kind.GPU_QUARANTINED);
        bench.pass(Duration.ofSeconds(10));
        bench.loadAll();
        assertThat(bench.replica("chat-0").memory()).doesNotContainKey(first);
        assertThat(bench.view("chat").standing()).isEqualTo(Standing.SERVING);

        bench.box.leaked.clear();
        bench.steps();
        assertThat(bench.kinds()).contains(Kind.GPU_RELEASED);
    }

    @Test
    void strangersAreSpared() {
        GpuCapacity gpu = bench.box.gpu("GPU-0");
        bench.box.gpus.put("GPU-0", GpuView.Sight.of(gpu.taken(0, 0, 23 * FakeBox.GIB)));
        bench.applied(bench.pinned("chat"));
        assertThat(bench.replica("chat-0").memory()).containsOnlyKeys("GPU-1");
    }

    @Test
    void gpuThatIsLostMovesItsReplica() {
        bench.applied(bench.pinned("chat"));
        bench.loadAll();
        String first = bench.replica("chat-0").memory().keySet().iterator().next();
        GpuCapacity gpu = bench.box.gpu(first);
        bench.box.gpus.put(first, new GpuView.Sight(gpu, "XID 79: it fell off the bus"));
        bench.steps();
        bench.loadAll();
        assertThat(bench.view("chat").standing()).isEqualTo(Standing.SERVING);
        assertThat(bench.view("chat").replicas()).singleElement()
                .satisfies(replica -> assertThat(replica.memory()).doesNotContainKey(first));
    }

    @Test
    void removedDeploymentDrainsBeforeItEnds() {
        bench.applied(bench.pinned("chat"));
        bench.loadAll();
        Lease lease = bench.lease("model-chat");
        assertThat(bench.fleet.reconciler().remove("chat")).isTrue();
        bench.steps();
        assertThat(bench.replica("chat-0").phase()).isEqualTo(ReplicaPhase.DRAINING);
        assertThat(bench.box.orders).isEmpty();
        lease.close();
        bench.steps();
        assertThat(bench.fleet.view().deployments()).isEmpty();
        assertThat(bench.box.orders).containsExactly("stop chat-0");
        assertThat(bench.book.all()).isEmpty();
    }

    @Test
    void fewerReplicasEndTheLastOnes() {
        bench.applied(bench.pinned("chat").replicas(2));
        bench.loadAll();
        bench.applied(bench.pinned("chat").replicas(1));
        assertThat(bench.view("chat").replicas()).extracting(FleetView.OfReplica::id).containsExactly("chat-0");
    }

    @Test
    void adaptersComeAndGoAndComeBackAfterARestart() throws IOException {
        Path adapter = Files.createDirectories(directory.resolve("adapter"));
        ModelDeployment with = bench.pinned("chat").sized(Sizing.PLANNED.adapters(2, 16))
                .adapters(List.of(new LoraAdapter("law", adapter)));
        bench.applied(with);
        bench.loadAll();
        assertThat(bench.lease("law").instance()).isEqualTo("chat-0");

        bench.applied(with.adapters(List.of(new LoraAdapter("tax", adapter))));
        assertThat(bench.box.process("chat-0").adapters).containsExactly("tax");
        assertThat(bench.call("law")).isInstanceOf(Admission.Refused.class);

        bench.box.crash("chat-0", EngineFailure.ENGINE_DIED);
        bench.pass(Duration.ofSeconds(6));
        bench.loadAll();
        assertThat(bench.lease("tax").instance()).isEqualTo("chat-0");
        assertThat(bench.box.orders).filteredOn("load tax at chat-0"::equals).hasSize(2);
    }

    @Test
    void nextDaemonTakesOverWhatRuns() throws IOException {
        Files.createDirectories(directory.resolve("state"));
        bench.journal = Journal.in(directory.resolve("state/fleet.json"));
        bench.fleet = bench.open();
        bench.applied(bench.pinned("chat"));
        bench.applied(bench.onDemand("rare").mode(new LoadMode.OnDemand(FleetBench.IDLE), SleepRule.KEEP_WEIGHTS));
        bench.call("model-rare");
        bench.loadAll();
        bench.pass(FleetBench.IDLE.plusSeconds(1));
        assertThat(bench.replica("rare-0").phase()).isEqualTo(ReplicaPhase.ASLEEP);

        bench.fleet = bench.open();
        bench.steps();

        assertThat(bench.view("chat").standing()).isEqualTo(Standing.SERVING);
        assertThat(bench.replica("rare-0").phase()).isEqualTo(ReplicaPhase.ASLEEP);
        assertThat(bench.box.process("chat-0").generation).isEqualTo(1);
        assertThat(bench.box.orders).containsExactly("sleep rare-0 1");
        bench.call("model-rare");
        assertThat(bench.lease("model-rare").instance()).isEqualTo("rare-0");
    }
}
