package org.gatehouse.supervisor.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.supervisor.EngineState;
import org.gatehouse.supervisor.engines.EngineFailure;
import org.gatehouse.supervisor.fleet.FleetEvent.Kind;
import org.gatehouse.supervisor.fleet.FleetView.Standing;
import org.gatehouse.supervisor.planning.EngineKind;
import org.gatehouse.supervisor.planning.LearnedFootprint;

import static org.assertj.core.api.Assertions.assertThat;

/** What the fleet does when something around it throws, crosses an order of it, or dies at a bad moment. */
class FleetFaultTest {
    private static final LoadMode ON_DEMAND = new LoadMode.OnDemand(FleetBench.IDLE);

    @TempDir
    Path directory;
    private FleetBench bench;

    @BeforeEach
    void open() throws IOException {
        bench = new FleetBench(directory, 2);
    }

    private void serves(String name) {
        for (int round = 0; round < 3; round++) {
            bench.pass(Duration.ofSeconds(20));
            bench.loadAll();
        }
        assertThat(bench.view(name).standing()).as(() -> bench.events + "").isEqualTo(Standing.SERVING);
    }

    @ParameterizedTest
    @ValueSource(strings = {"start", "probe", "gpus"})
    void workThatThrowsIsTriedAgain(String what) {
        bench.box.throwing.add(what);
        bench.applied(bench.pinned("chat"));
        bench.loadAll();
        assertThat(bench.box.throwing).isEmpty();
        serves("chat");
    }

    @Test
    void endThatCouldNotBeOrderedIsOrderedAgain() {
        bench.applied(bench.pinned("chat"));
        bench.loadAll();
        bench.box.throwing.add("stop");
        assertThat(bench.fleet.reconciler().remove("chat")).isTrue();
        bench.pass(Duration.ofSeconds(2));
        assertThat(bench.box.orders).containsExactly("stop chat-0");
        assertThat(bench.fleet.view().deployments()).isEmpty();
    }

    @Test
    void sleepThatThrowsEndsTheEngine() {
        bench.applied(bench.pinned("rare").mode(ON_DEMAND, SleepRule.KEEP_WEIGHTS));
        bench.call("model-rare");
        bench.loadAll();
        bench.box.throwing.add("sleep");
        bench.pass(FleetBench.IDLE.plusSeconds(1));
        assertThat(bench.kinds()).contains(Kind.SLEEP_FAILED);
        assertThat(bench.box.orders).containsExactly("stop rare-0");
    }

    @Test
    void replicaThatTheFleetCannotGoOnWithIsEndedAndStartedAnew() {
        bench.history = new FailingHistory("");
        bench.fleet = bench.open();
        bench.applied(bench.pinned("rare").mode(ON_DEMAND, SleepRule.KEEP_WEIGHTS));
        bench.call("model-rare");
        bench.loadAll();
        bench.pass(FleetBench.IDLE.plusSeconds(1));
        assertThat(bench.replica("rare-0").phase()).isEqualTo(ReplicaPhase.ASLEEP);
        bench.call("model-rare");
        bench.steps();
        assertThat(bench.box.orders).containsExactly("sleep rare-0 1", "wake rare-0 1", "stop rare-0");
        serves("rare");
    }

    @Test
    void deploymentWhoseEngineIsNoLongerSetUpDoesNotHoldUpTheOthers() {
        bench.book.put(bench.pinned("a-gone").by(new EngineChoice(EngineKind.VLLM, "vllm-old", List.of())));
        bench.book.put(bench.pinned("chat"));
        bench.fleet = bench.open();
        serves("chat");
        assertThat(bench.view("a-gone").reason()).contains("vllm-old").contains("no longer set up");
        assertThat(bench.call("model-a-gone")).isInstanceOf(Admission.Refused.class);
    }

    @Test
    void deploymentThatTheFleetCannotHandleDoesNotHoldUpTheOthers() {
        bench.history = new FailingHistory("vllm-b");
        bench.book.put(bench.pinned("a-bad").by(new EngineChoice(EngineKind.VLLM, "vllm-b", List.of())));
        bench.book.put(bench.pinned("chat"));
        bench.fleet = bench.open();
        serves("chat");
        assertThat(bench.view("a-bad").ready()).isZero();
    }

    @Test
    void anotherProcessOfTheSameInstanceIsEndedInsteadOfRefusingTheStartForEver() {
        bench.applied(bench.pinned("chat"));
        bench.loadAll();
        bench.box.crash("chat-0", EngineFailure.ENGINE_DIED);
        // What an order that crossed has started; the fleet knows nothing of it.
        FakeBox.Process crossed = new FakeBox.Process(bench.box.process("chat-0").deployment, 7);
        crossed.state = new EngineState.Ready();
        bench.box.processes.put("chat-0", crossed);
        serves("chat");
        assertThat(bench.box.orders).containsExactly("stop chat-0");
        assertThat(bench.kinds()).doesNotContain(Kind.GPU_QUARANTINED);
    }

    @Test
    void engineThatDiesWithItsGpuMovesToAnotherOne() {
        bench.applied(bench.pinned("chat"));
        bench.loadAll();
        String first = bench.replica("chat-0").memory().keySet().iterator().next();
        bench.box.crash("chat-0", EngineFailure.GPU_LOST);
        bench.steps(); // It dies before the monitor says why.
        bench.box.gpus.put(first, new GpuView.Sight(bench.box.gpu(first), "XID 79: it fell off the bus"));
        serves("chat");
        assertThat(bench.view("chat").replicas()).singleElement()
                .satisfies(replica -> assertThat(replica.memory()).doesNotContainKey(first));
    }

    @Test
    void engineInGoodHealthNoLongerHoldsTheTurnToLoad() {
        bench.box.gpus.remove("GPU-1");
        bench.applied(bench.half(bench.pinned("a")));
        bench.applied(bench.half(bench.pinned("b")));
        bench.box.process("a-0").state = new EngineState.Probing();
        bench.steps();
        assertThat(bench.replica("b-0").phase()).isEqualTo(ReplicaPhase.LOADING);
    }

    private void nextDaemon() {
        bench.fleet = bench.open();
        bench.steps();
    }

    private void sleeping() throws IOException {
        Files.createDirectories(directory.resolve("state"));
        bench.journal = Journal.in(directory.resolve("state/fleet.json"));
        bench.fleet = bench.open();
        bench.applied(bench.pinned("rare").mode(ON_DEMAND, SleepRule.MAY_DROP_WEIGHTS));
        bench.call("model-rare");
        bench.loadAll();
    }

    @Test
    void engineThatWasToldToSleepJustBeforeItsDaemonWasKilledIsWokenWithItsWeightsReadAgain() throws IOException {
        sleeping();
        // The order went out, the journal did not.
        bench.box.process("rare-0").asleep = true;
        bench.box.process("rare-0").held.replaceAll((_, _) -> FakeBox.GIB);
        nextDaemon();
        assertThat(bench.replica("rare-0").phase()).isEqualTo(ReplicaPhase.ASLEEP);
        bench.call("model-rare");
        assertThat(bench.box.orders).containsExactly("wake rare-0 2");
        assertThat(bench.view("rare").standing()).isEqualTo(Standing.SERVING);
    }

    @Test
    void adoptedEngineThatDoesNotSayWhetherItSleepsGetsNoCalls() throws IOException {
        sleeping();
        bench.box.silentAboutSleep = true;
        nextDaemon();
        assertThat(bench.call("model-rare")).isInstanceOf(Admission.Loading.class);
        assertThat(bench.box.orders).containsExactly("stop rare-0");
    }

    @Test
    void engineThatCannotBeAdoptedGetsAPlaceOfItsOwnAnew() throws IOException {
        sleeping();
        bench.box.crash("rare-0", EngineFailure.KILLED);
        bench.fleet = bench.open();
        bench.call("model-rare");
        bench.loadAll();
        assertThat(bench.kinds()).doesNotContain(Kind.ADOPTED);
        assertThat(bench.view("rare").standing()).isEqualTo(Standing.SERVING);
        assertThat(bench.box.process("rare-0").generation).isEqualTo(2);
    }

    /** Cannot keep how long the first wake took, and cannot be asked about one program. */
    private static final class FailingHistory implements EngineHistory {
        private final MemoryHistory kept = new MemoryHistory();
        private final String unknown;
        private boolean failed;

        private FailingHistory(String unknown) {
            this.unknown = unknown;
        }

        @Override
        public List<LearnedFootprint> footprints(Key key) {
            if (key.engine().equals(unknown)) {
                throw new IllegalStateException("on paper the history cannot be read");
            }
            return kept.footprints(key);
        }

        @Override
        public void learned(Key key, LearnedFootprint footprint) {
            kept.learned(key, footprint);
        }

        @Override
        public Optional<Duration> usual(Key key, Step step) {
            return kept.usual(key, step);
        }

        @Override
        public void took(Key key, Step step, Duration duration) {
            if (step == Step.WAKE && !failed) {
                failed = true;
                throw new IllegalStateException("on paper the history cannot be kept");
            }
            kept.took(key, step, duration);
        }
    }
}
