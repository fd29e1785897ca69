package org.gatehouse.supervisor.fleet;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.supervisor.EngineState;
import org.gatehouse.supervisor.engines.EngineFailure;
import org.gatehouse.supervisor.engines.LoadStage;
import org.gatehouse.supervisor.fleet.FleetView.OfDeployment;
import org.gatehouse.supervisor.fleet.FleetView.OfGpu;
import org.gatehouse.supervisor.fleet.FleetView.Standing;
import org.gatehouse.supervisor.planning.EngineKind;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever happens in whatever order: no GPU is promised or holds more than it has, no call goes to an engine that is not ready, and in
 * the end everything is as it shall be. Work that blocks is done later and in any order.
 */
class FleetPropertyTest {
    private static final int EVENTS = 400;
    private static final int MOST_DEPLOYMENTS = 6;

    @TempDir
    Path directory;
    private final List<Runnable> work = new ArrayList<>();
    private final List<Lease> leases = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void anySequenceOfEventsKeepsThePromisesAndEndsAsWanted(long seed) throws Exception {
        RandomGenerator random = RandomGeneratorFactory.of("Xoroshiro128PlusPlus").create(seed);
        FleetBench bench = new FleetBench(directory, 1 + random.nextInt(3), work::add);
        for (int event = 0; event < EVENTS; event++) {
            happen(bench, random);
            work(random, 2);
            bench.fleet.reconciler().step();
            bench.events.addAll(bench.fleet.reconciler().takeEvents());
            check(bench);
        }
        calmDown(bench, random);
        checkEnd(bench);
    }

    private void work(RandomGenerator random, int atMost) {
        for (int done = 0; done < atMost && !work.isEmpty(); done++) {
            work.remove(random.nextInt(work.size())).run();
        }
    }

    private void happen(FleetBench bench, RandomGenerator random) throws InterruptedException {
        String name = "d" + random.nextInt(MOST_DEPLOYMENTS);
        switch (random.nextInt(16)) {
            case 0, 1 -> bench.fleet.reconciler().apply(deployment(bench, name, random));
            case 2 -> {
                if (random.nextInt(4) == 0) {
                    bench.fleet.reconciler().remove(name);
                }
            }
            case 3, 4, 5 -> call(bench, "model-" + name);
            case 6, 7 -> {
                if (!leases.isEmpty()) {
                    leases.remove(random.nextInt(leases.size())).close();
                }
            }
            case 8, 9, 10 -> progress(bench, random);
            case 11 -> crash(bench, random);
            case 12 -> bench.box.leaks = random.nextInt(4) == 0;
            case 13 -> {
                bench.box.leaked.clear();
                bench.box.refusesSleep = random.nextInt(5) == 0;
            }
            case 14 -> bench.fleet.reconciler().retry(name);
            default -> bench.box.pass(Duration.ofMillis(random.nextInt(120_000)));
        }
        bench.box.pass(Duration.ofMillis(random.nextInt(2000)));
    }

    private static ModelDeployment deployment(FleetBench bench, String name, RandomGenerator random) {
        double[] shares = {0, 0.3, 0.45, 0.6, 0.9};
        ModelDeployment base = bench.pinned(name).replicas(random.nextInt(3))
                .sized(Sizing.PLANNED.on(List.of(), shares[random.nextInt(shares.length)]))
                .priority(10 * random.nextInt(10));
        ModelDeployment released = random.nextInt(3) == 0
                ? base.by(new EngineChoice(EngineKind.VLLM, "vllm-b", List.of()))
                : base;
        return random.nextInt(3) == 0
                ? released
                : released.mode(new LoadMode.OnDemand(Duration.ofMinutes(1 + random.nextInt(5))),
                        SleepRule.values()[random.nextInt(3)]);
    }

    private void call(FleetBench bench, String publicName) throws InterruptedException {
        if (bench.fleet.acquire(publicName, Duration.ZERO) instanceof Admission.Ready(Lease lease)) {
            FakeBox.Process process = bench.box.process(lease.instance());
            // A crash that nobody could have seen yet excuses nothing: a crashed engine fails the call, it does not queue it.
            assertThat(process.asleep).as("call to the sleeping " + lease.instance()).isFalse();
            assertThat(process.state).isNotInstanceOfAny(EngineState.Loading.class, EngineState.Spawned.class,
                    EngineState.Stopped.class);
            leases.add(lease);
        }
    }

    private static void progress(FleetBench bench, RandomGenerator random) {
        bench.box.processes.forEach((id, process) -> {
            if (process.state instanceof EngineState.Spawned && random.nextBoolean()) {
                bench.box.loading(id, LoadStage.WEIGHTS);
            } else if (process.state instanceof EngineState.Loading && random.nextBoolean()) {
                bench.box.loaded(id);
            }
        });
    }

    private static void crash(FleetBench bench, RandomGenerator random) {
        List<String> alive = bench.box.processes.entrySet().stream().filter(each -> !each.getValue().state.resting())
                .map(Map.Entry::getKey).toList();
        EngineFailure[] kinds = {EngineFailure.ENGINE_DIED, EngineFailure.KILLED, EngineFailure.GPU_BUSY,
                EngineFailure.UNRESPONSIVE, EngineFailure.OUT_OF_GPU_MEMORY};
        if (!alive.isEmpty()) {
            bench.box.crash(alive.get(random.nextInt(alive.size())), kinds[random.nextInt(kinds.length)]);
        }
    }

    private static void check(FleetBench bench) {
        assertThat(bench.box.violations).as(() -> trail(bench)).isEmpty();
        for (OfGpu gpu : bench.fleet.view().gpus()) {
            assertThat(gpu.promisedBytes()).as(gpu.id()).isLessThanOrEqualTo(gpu.totalBytes());
        }
    }

    private static String trail(FleetBench bench) {
        return bench.events.stream().skip(Math.max(0, bench.events.size() - 30L))
                .map(each -> each.kind() + " " + each.deployment() + " " + each.instance() + " "
                        + each.reason().substring(0, Math.min(80, each.reason().length())))
                .reduce("", (one, other) -> one + "\n" + other);
    }

    private void calmDown(FleetBench bench, RandomGenerator random) {
        leases.forEach(Lease::close);
        bench.box.leaks = false;
        bench.box.leaked.clear();
        bench.box.refusesSleep = false;
        for (int minute = 0; minute < 40; minute++) {
            bench.box.pass(Duration.ofSeconds(30));
            for (int step = 0; step < 10; step++) {
                progress(bench, random);
                work(random, 100);
                bench.fleet.reconciler().step();
                check(bench);
            }
            if (minute == 5) {
                bench.fleet.view().deployments().forEach(each -> bench.fleet.reconciler().retry(each.wanted().name()));
            }
        }
    }

    private static void checkEnd(FleetBench bench) {
        Set<String> working = new HashSet<>();
        for (OfDeployment each : bench.fleet.view().deployments()) {
            Standing wanted = each.wanted().replicas() == 0
                    ? Standing.SWITCHED_OFF
                    : each.wanted().mode() instanceof LoadMode.OnDemand ? Standing.IDLE : Standing.SERVING;
            boolean noRoom = (each.standing() == Standing.WAITING || each.standing() == Standing.PARTIAL)
                    && bench.fleet.reconciler().plan(each.wanted().replicas(1)) instanceof PlanAnswer.DoesNotFit
                    || each.standing() == Standing.PARTIAL && !each.reason().isEmpty()
                    || each.standing() == Standing.WAITING && !each.reason().isEmpty();
            if (!noRoom) {
                assertThat(each.standing()).as(() -> each + trail(bench)).isEqualTo(wanted);
            }
            each.replicas().forEach(replica -> working.add(replica.id()));
        }
        bench.box.processes.forEach((id, process) -> {
            if (!process.state.resting()) {
                assertThat(working).as("process of nobody").contains(id);
            }
        });
        bench.fleet.view().gpus()
                .forEach(gpu -> assertThat(working).as("promise to nobody").containsAll(gpu.holders()));
        assertThat(bench.fleet.view().gpus()).allSatisfy(gpu -> assertThat(gpu.closed()).isEmpty());
    }
}
