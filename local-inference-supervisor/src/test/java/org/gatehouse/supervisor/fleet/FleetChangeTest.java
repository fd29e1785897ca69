package org.gatehouse.supervisor.fleet;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.supervisor.engines.EngineFailure;
import org.gatehouse.supervisor.fleet.FleetEvent.Kind;
import org.gatehouse.supervisor.fleet.FleetView.Standing;
import org.gatehouse.supervisor.planning.EngineKind;

import static org.assertj.core.api.Assertions.assertThat;

/** Changed definitions: beside the earlier one where both fit, in its place where not, and back where it is worse. */
class FleetChangeTest {
    @TempDir
    Path directory;
    private FleetBench bench;

    @BeforeEach
    void box() throws IOException {
        bench = new FleetBench(directory, 2);
    }

    private static ModelDeployment upgraded(ModelDeployment deployment) {
        return deployment.by(new EngineChoice(EngineKind.VLLM, "vllm-b", List.of()));
    }

    private void servesA(ModelDeployment deployment) {
        bench.applied(deployment);
        bench.loadAll();
        assertThat(bench.view("chat").standing()).isEqualTo(Standing.SERVING);
    }

    @Test
    void upgradeServesBesideTheEarlierOneUntilItIsReady() {
        servesA(bench.pinned("chat"));
        bench.applied(upgraded(bench.pinned("chat")));
        assertThat(bench.lease("model-chat").instance()).isEqualTo("chat-0");
        assertThat(bench.replica("chat-1").phase()).isEqualTo(ReplicaPhase.LOADING);
        bench.replica("chat-0");

        bench.loadAll();
        bench.pass(Duration.ofMinutes(2)); // The lease above is never given back; the drain ends.

        assertThat(bench.lease("model-chat").instance()).isEqualTo("chat-1");
        assertThat(bench.view("chat").replicas()).hasSize(1);
        assertThat(bench.kinds()).containsSubsequence(Kind.ROLLOUT_BEGUN, Kind.READY, Kind.ROLLOUT_DONE);
        assertThat(bench.box.process("chat-1").deployment.command().argv()).contains("vllm-b");
    }

    private void desired(ModelDeployment... all) {
        assertThat(bench.fleet.reconciler().plan(List.of(all)).values()).allMatch(PlanAnswer.Fits.class::isInstance);
        bench.fleet.reconciler().desire(List.of(all));
        bench.steps();
    }

    @Test
    void oneGrowsIntoTheRoomThatAnotherGivesUpInTheSameChangeOnceItsMemoryIsBack() {
        ModelDeployment chat = bench.pinned("chat").replicas(2);
        servesA(chat);
        ModelDeployment added = bench.pinned("added");
        assertThat(bench.fleet.reconciler().plan(added)).isInstanceOf(PlanAnswer.DoesNotFit.class);
        bench.box.leaks = true; // What the first gives back stays taken for a while.

        desired(added, chat.replicas(1));
        assertThat(bench.view("chat").replicas()).hasSize(2);
        assertThat(bench.view("added").replicas()).isEmpty();
        assertThat(bench.view("added").reason()).contains("giving their memory back");

        bench.box.leaked.clear();
        bench.steps();
        bench.loadAll();
        assertThat(bench.view("chat").standing()).isEqualTo(Standing.SERVING);
        assertThat(bench.view("chat").replicas()).hasSize(1);
        assertThat(bench.view("added").standing()).isEqualTo(Standing.SERVING);
    }

    @Test
    void oneGrowsIntoTheRoomOfAnotherThatTheSameChangeRemoves() {
        ModelDeployment chat = bench.pinned("chat");
        servesA(chat);
        bench.applied(bench.pinned("z"));
        bench.loadAll();
        assertThat(bench.fleet.reconciler().plan(chat.replicas(2))).isInstanceOf(PlanAnswer.DoesNotFit.class);

        desired(chat.replicas(2));

        bench.loadAll();
        assertThat(bench.view("chat").ready()).isEqualTo(2);
    }

    @Test
    void resizedDownAndResizedUpInOneChangeBothServeInTheEnd() {
        bench.box.gpus.remove("GPU-1");
        ModelDeployment large = bench.pinned("chat").sized(Sizing.PLANNED.on(List.of(), 0.7));
        ModelDeployment small = bench.pinned("added").sized(Sizing.PLANNED.on(List.of(), 0.2));
        servesA(large);
        bench.applied(small);
        bench.loadAll();
        assertThat(bench.fleet.reconciler().plan(small.sized(Sizing.PLANNED.on(List.of(), 0.6))))
                .isInstanceOf(PlanAnswer.DoesNotFit.class);

        desired(small.sized(Sizing.PLANNED.on(List.of(), 0.6)), large.sized(Sizing.PLANNED.on(List.of(), 0.3)));

        for (int round = 0; round < 5; round++) {
            bench.loadAll();
            bench.pass(Duration.ofMinutes(1));
        }
        assertThat(bench.view("chat").standing()).isEqualTo(Standing.SERVING);
        assertThat(bench.view("added").standing()).isEqualTo(Standing.SERVING);
        assertThat(bench.box.processes.values()).filteredOn(process -> !process.state.resting())
                .extracting(process -> process.argument("--gpu-memory-utilization").substring(0, 3))
                .containsExactlyInAnyOrder("0.3", "0.6");
    }

    @Test
    void newOnesThatFitOneByOneAndNotTogetherAreRefusedUnlessTheyTakeTurns() {
        servesA(bench.pinned("chat"));

        assertThat(bench.fleet.reconciler()
                .plan(List.of(bench.pinned("chat"), bench.pinned("b"), bench.pinned("c"))).values())
                .hasSize(2).hasAtLeastOneElementOfType(PlanAnswer.DoesNotFit.class);
        assertThat(bench.fleet.reconciler()
                .plan(List.of(bench.pinned("chat"), bench.onDemand("b"), bench.onDemand("c"))).values())
                .hasSize(2).allMatch(PlanAnswer.Fits.class::isInstance);
    }

    @Test
    void twoReplicasAreReplacedOneAfterTheOtherSoThatOneAlwaysServes() {
        servesA(bench.pinned("chat").replicas(2));
        bench.applied(upgraded(bench.pinned("chat").replicas(2)));
        for (int round = 0; round < 12; round++) {
            bench.lease("model-chat").close();
            bench.box.processes.forEach((id, process) -> {
                if (!process.state.resting()) {
                    bench.box.loaded(id);
                }
            });
            bench.steps();
        }
        assertThat(bench.view("chat").ready()).isEqualTo(2);
        assertThat(bench.box.processes.values()).filteredOn(process -> !process.state.resting())
                .allSatisfy(process -> assertThat(process.deployment.command().argv()).contains("vllm-b"));
    }

    @Test
    void upgradeThatDoesNotStartIsGivenUpAndTheEarlierOneNeverStops() {
        servesA(bench.pinned("chat"));
        bench.box.failing.put("vllm-b", FakeBox.cause(EngineFailure.BAD_ARGUMENTS));
        bench.applied(upgraded(bench.pinned("chat")));
        assertThat(bench.kinds()).contains(Kind.ROLLED_BACK);
        assertThat(bench.lease("model-chat").instance()).isEqualTo("chat-0");
        assertThat(bench.view("chat").reason()).contains("rolled back");
        assertThat(bench.view("chat").replicas()).hasSize(1);
        assertThat(bench.box.process("chat-0").generation).isEqualTo(1);
        bench.pass(Duration.ofHours(1));
        assertThat(bench.box.process("chat-1").generation).isEqualTo(1); // Once was enough.
    }

    @Test
    void slowerUpgradeIsGivenUp() {
        servesA(bench.pinned("chat"));
        bench.box.slowness.put("vllm-b", Duration.ofMillis(90));
        bench.applied(upgraded(bench.pinned("chat")));
        bench.loadAll();
        assertThat(bench.kinds()).contains(Kind.ROLLED_BACK);
        assertThat(bench.view("chat").reason()).contains("90 ms").contains("30 ms");
        assertThat(bench.lease("model-chat").instance()).isEqualTo("chat-0");
    }

    @Test
    void upgradeWithoutRoomTakesTheEarlierOnesPlaceAndGoesBackIfItFails() throws IOException {
        bench = new FleetBench(directory.resolve("small"), 1);
        servesA(bench.pinned("chat"));
        bench.box.failing.put("vllm-b", FakeBox.cause(EngineFailure.BAD_ARGUMENTS));
        bench.applied(upgraded(bench.pinned("chat")));
        bench.steps();
        bench.loadAll();
        assertThat(bench.kinds()).contains(Kind.ROLLED_BACK);
        assertThat(bench.view("chat").standing()).isEqualTo(Standing.SERVING);
        String id = bench.lease("model-chat").instance();
        assertThat(bench.box.process(id).deployment.command().argv()).contains("vllm-a");
    }

    @Test
    void changeOfPriorityRestartsNothing() {
        servesA(bench.pinned("chat"));
        bench.applied(bench.pinned("chat").priority(80));
        bench.loadAll();
        assertThat(bench.box.orders).isEmpty();
        assertThat(bench.box.process("chat-0").generation).isEqualTo(1);
    }
}
