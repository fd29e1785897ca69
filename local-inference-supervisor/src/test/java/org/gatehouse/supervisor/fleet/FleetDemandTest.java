package org.gatehouse.supervisor.fleet;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.supervisor.fleet.FleetEvent.Kind;
import org.gatehouse.supervisor.fleet.FleetView.Standing;

import static org.assertj.core.api.Assertions.assertThat;

/** Models that come when they are called and give way when they are not; on one GPU of paper. */
class FleetDemandTest {
    @TempDir
    Path directory;
    private FleetBench bench;

    @BeforeEach
    void box() throws IOException {
        bench = new FleetBench(directory, 1);
    }

    private ModelDeployment sleeper(String name) {
        return bench.onDemand(name).mode(new LoadMode.OnDemand(FleetBench.IDLE), SleepRule.KEEP_WEIGHTS);
    }

    @Test
    void modelOnDemandIsNotLoadedUntilSomebodyCallsItAndGoesWhenNobodyDoes() {
        bench.applied(bench.onDemand("rare"));
        assertThat(bench.view("rare").standing()).isEqualTo(Standing.IDLE);
        assertThat(bench.box.processes).isEmpty();

        assertThat(bench.call("model-rare")).isInstanceOf(Admission.Loading.class);
        bench.loadAll();
        Lease lease = bench.lease("model-rare");
        bench.pass(FleetBench.IDLE.plusSeconds(1));
        assertThat(bench.view("rare").standing()).isEqualTo(Standing.SERVING); // It has a call.
        lease.close();
        bench.pass(FleetBench.IDLE.minusSeconds(1));
        assertThat(bench.view("rare").standing()).isEqualTo(Standing.SERVING);
        bench.pass(Duration.ofSeconds(2));

        assertThat(bench.view("rare").standing()).isEqualTo(Standing.IDLE);
        assertThat(bench.fleet.view().gpus().getFirst().promisedBytes()).isZero();
    }

    @Test
    void retryAfterIsWhatTheLastLoadsTookLessWhatHasPassed() {
        bench.applied(bench.onDemand("rare"));
        bench.call("model-rare");
        bench.pass(Duration.ofSeconds(40));
        bench.loadAll();
        bench.pass(FleetBench.IDLE.plusSeconds(1));

        Admission.Loading first = (Admission.Loading) bench.call("model-rare");
        assertThat(first.retryAfter()).isEqualTo(Duration.ofSeconds(40));
        bench.pass(Duration.ofSeconds(15));
        Admission.Loading second = (Admission.Loading) bench.call("model-rare");
        assertThat(second.retryAfter()).isEqualTo(Duration.ofSeconds(25));
    }

    @Test
    void queueOfWaitingCallersIsBounded() throws Exception {
        bench.applied(bench.onDemand("rare"));
        DemandMeter meter = bench.fleet.reconciler().world.all().iterator().next().meter;
        for (int waiting = 0; waiting < 4; waiting++) {
            assertThat(meter.beginWaiting(4)).isTrue();
        }
        assertThat(bench.call("model-rare")).isInstanceOfSatisfying(Admission.Refused.class,
                refused -> assertThat(refused.kind()).isEqualTo(Admission.Refusal.QUEUE_FULL));
        assertThat(bench.view("rare").waiting()).isEqualTo(4);
    }

    @Test
    void twoModelsThatDoNotFitTogetherSwapBySleepingOnceTheFirstHasHadItsTime() {
        bench.applied(sleeper("day"));
        bench.applied(sleeper("night"));
        bench.call("model-day");
        bench.loadAll();

        assertThat(bench.call("model-night")).isInstanceOf(Admission.Loading.class);
        assertThat(bench.view("night").standing()).isEqualTo(Standing.WAITING);
        assertThat(bench.replica("day-0").phase()).isEqualTo(ReplicaPhase.READY); // Its minute is not over.
        bench.pass(Duration.ofSeconds(61));
        assertThat(bench.replica("day-0").phase()).isEqualTo(ReplicaPhase.ASLEEP);
        bench.loadAll();
        assertThat(bench.lease("model-night").instance()).isEqualTo("night-0");

        bench.pass(Duration.ofSeconds(61));
        bench.call("model-day");
        assertThat(bench.replica("night-0").phase()).isEqualTo(ReplicaPhase.READY); // It has a call.
    }

    @Test
    void sleepingModelWakesWhenTheOtherHasGoneToSleep() {
        twoAwakeInTurn();
        bench.pass(Duration.ofSeconds(61));
        bench.call("model-day");
        bench.steps();
        assertThat(bench.box.orders).containsExactly("sleep day-0 1", "sleep night-0 1", "wake day-0 1");
        assertThat(bench.lease("model-day").instance()).isEqualTo("day-0");
        assertThat(bench.call("model-night")).isInstanceOf(Admission.Loading.class); // Asleep: never chosen.
    }

    private void twoAwakeInTurn() {
        bench.applied(sleeper("day"));
        bench.applied(sleeper("night"));
        bench.call("model-day");
        bench.loadAll();
        bench.pass(Duration.ofSeconds(61));
        bench.call("model-night");
        bench.loadAll();
        bench.lease("model-night").close();
    }

    @Test
    void callInFlightIsNeverCutOffForAnother() {
        bench.applied(bench.onDemand("day"));
        bench.applied(bench.onDemand("night"));
        bench.call("model-day");
        bench.loadAll();
        Lease lease = bench.lease("model-day");
        bench.pass(Duration.ofMinutes(5));
        bench.call("model-night");
        bench.pass(Duration.ofSeconds(30));
        assertThat(bench.replica("day-0").phase()).isEqualTo(ReplicaPhase.READY);
        lease.close();
        bench.call("model-night");
        bench.pass(Duration.ofSeconds(2));
        bench.loadAll();
        assertThat(bench.lease("model-night").instance()).isEqualTo("night-0");
        assertThat(bench.kinds()).contains(Kind.EVICTED);
    }

    @Test
    void pinnedModelGivesWayToNobodyAndTheCallerIsTold() {
        bench.applied(bench.onDemand("rare"));
        bench.applied(bench.pinned("chat"));
        bench.loadAll();
        bench.call("model-rare");
        bench.pass(Duration.ofSeconds(61));
        assertThat(bench.call("model-rare")).isInstanceOfSatisfying(Admission.Refused.class,
                refused -> assertThat(refused.kind()).isEqualTo(Admission.Refusal.NO_ROOM));
        assertThat(bench.view("chat").standing()).isEqualTo(Standing.SERVING);
    }

    @Test
    void moreImportantModelIsNotPushedOutByALesserOne() {
        bench.applied(bench.onDemand("board").priority(90));
        bench.applied(bench.onDemand("games").priority(10));
        bench.call("model-board");
        bench.loadAll();
        bench.pass(Duration.ofMinutes(3));
        bench.call("model-games");
        bench.pass(Duration.ofMinutes(3));
        assertThat(bench.view("board").standing()).isEqualTo(Standing.SERVING);
        assertThat(bench.box.processes).doesNotContainKey("games-0");
    }

    @Test
    void leastCostlyModelGivesWay() throws IOException {
        bench = new FleetBench(directory.resolve("more"), 2);
        bench.applied(bench.onDemand("old"));
        bench.applied(bench.onDemand("fresh"));
        bench.call("model-old");
        bench.loadAll();
        bench.call("model-fresh");
        bench.loadAll();
        bench.pass(Duration.ofMinutes(2));
        bench.lease("model-fresh").close();
        bench.applied(bench.onDemand("third"));
        bench.call("model-third");
        bench.loadAll();
        assertThat(bench.view("old").standing()).isNotEqualTo(Standing.SERVING);
        assertThat(bench.view("fresh").standing()).isEqualTo(Standing.SERVING);
    }

    @Test
    void engineThatDoesNotFallAsleepIsEndedInstead() {
        bench.box.refusesSleep = true;
        bench.applied(sleeper("day"));
        bench.call("model-day");
        bench.loadAll();
        bench.pass(FleetBench.IDLE.plusSeconds(1));
        assertThat(bench.kinds()).contains(Kind.SLEEP_FAILED);
        assertThat(bench.box.orders).containsExactly("sleep day-0 1", "stop day-0");
        assertThat(bench.view("day").standing()).isEqualTo(Standing.IDLE);
    }

    @Test
    void weightsThatTheBoxHasNoRoomForAreDroppedWhereThatIsAllowed() throws IOException {
        bench.hostBytes = 0;
        bench.fleet = bench.open();
        bench.applied(bench.onDemand("day").mode(new LoadMode.OnDemand(FleetBench.IDLE), SleepRule.MAY_DROP_WEIGHTS));
        bench.call("model-day");
        bench.loadAll();
        bench.pass(FleetBench.IDLE.plusSeconds(1));
        bench.call("model-day");
        bench.steps();
        assertThat(bench.box.orders).containsExactly("sleep day-0 2", "wake day-0 2");
    }
}
