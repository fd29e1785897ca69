package org.gatehouse.supervisor;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.supervisor.Signals.Signal;
import org.gatehouse.supervisor.engines.EngineFailure;
import org.gatehouse.supervisor.engines.LoadProgress;
import org.gatehouse.supervisor.engines.LoadStage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Engines that end unasked, hang, stall or never had a chance, with real processes. */
@Timeout(60)
class EngineCrashIT {
    @TempDir
    Path directory;
    private SupervisorBench bench;

    @BeforeEach
    void open() throws Exception {
        bench = new SupervisorBench(directory);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void exitWithCodeZeroIsACrashSeenWithinASecondAndStartedAgain() throws Exception {
        long first = bench.ready(bench.engine("chat")).processId().orElseThrow();
        long at = System.nanoTime();
        bench.order("exit-0");
        EngineState.Crashed crashed = bench.chronicle.await(EngineState.Crashed.class);

        assertThat(Duration.ofNanos(System.nanoTime() - at)).isLessThan(Duration.ofSeconds(1));
        assertThat(crashed.cause().failure()).isEqualTo(EngineFailure.EXITED);
        assertThat(crashed.cause().evidence()).contains("exit code 0");
        Instant until = bench.chronicle.await(EngineState.Backoff.class).until();
        assertThat(Duration.between(bench.time.instant(), until)).isCloseTo(Duration.ofSeconds(5),
                Duration.ofMillis(1200));

        bench.time.pass(Duration.ofSeconds(6));
        bench.chronicle.await(EngineState.Ready.class, _ -> true, 2);

        Instance again = bench.instance("chat");
        assertThat(again.processId().orElseThrow()).isNotEqualTo(first);
        assertThat(again.restarts()).isEqualTo(1);
        assertThat(again.generation()).isEqualTo(2);
        assertThat(bench.supervisor.log("chat", 500)).extracting(LogLine::generation).contains(1L, 2L);
    }

    @Test
    void fiveCrashesMakeItFailedAndAStartByHandGivesANewBudget() throws Exception {
        Deployment deployment = bench.script("chat", "echo so long; exit 0");
        bench.supervisor.start(deployment);
        for (int crash = 1; crash <= 4; crash++) {
            EngineState.Backoff backoff = bench.chronicle.await(EngineState.Backoff.class, _ -> true, crash);
            assertThat(backoff.cause().evidence()).isEqualTo("exit code 0: so long");
            bench.time.pass(Duration.ofMinutes(2));
        }
        EngineState.Failed failed = bench.chronicle.await(EngineState.Failed.class);

        assertThat(failed.cause().failure()).isEqualTo(EngineFailure.EXITED);
        assertThat(bench.instance("chat").restarts()).isEqualTo(4);
        assertThat(bench.supervisor.awaitReady("chat", Duration.ofSeconds(5)).orElseThrow().state()).isEqualTo(failed);

        bench.supervisor.start(deployment);
        bench.chronicle.await(EngineState.Backoff.class, _ -> true, 5);
        assertThat(bench.instance("chat").restarts()).isZero();
    }

    @Test
    void backoffIsNotCutShort() throws Exception {
        bench.supervisor.start(bench.script("chat", "exit 1"));
        bench.chronicle.await(EngineState.Backoff.class);

        bench.time.pass(Duration.ofSeconds(3));
        Thread.sleep(600); // More than two of the actor's ticks.

        assertThat(bench.instance("chat").generation()).isEqualTo(1);
        assertThat(bench.supervisor.stop("chat").orElseThrow().state()).isInstanceOf(EngineState.Stopped.class);
        bench.time.pass(Duration.ofMinutes(10));
        Thread.sleep(600);
        assertThat(bench.instance("chat").generation()).isEqualTo(1);
    }

    @Test
    void badCommandLineFailsAtOnceWithTheEnginesOwnWords() throws Exception {
        bench.supervisor.start(bench.script("chat",
                "echo 'usage: vllm'; echo 'vllm: error: unrecognized arguments: --x' >&2; exit 2"));

        EngineState.Failed failed = bench.chronicle.await(EngineState.Failed.class);

        assertThat(failed.cause().failure()).isEqualTo(EngineFailure.BAD_ARGUMENTS);
        assertThat(failed.cause().evidence()).contains("unrecognized arguments: --x");
        assertThat(bench.chronicle.names()).doesNotContain("Backoff");
    }

    @Test
    void configurationCauseInTheLogFailsAtOnceWhateverTheExitCode() throws Exception {
        bench.supervisor.start(bench.script("chat",
                "echo \"OSError: Invalid repository ID or local directory specified: 'nope'\"; exit 0"));

        assertThat(bench.chronicle.await(EngineState.Failed.class).cause().failure())
                .isEqualTo(EngineFailure.MODEL_NOT_FOUND);
    }

    @Test
    void missingProgramOrDirectoryFailsAtOnceWithItsName() {
        bench.supervisor
                .start(Deployment.of("one", "tiny", new EngineCommand(List.of("no-such-engine"), Map.of(), directory),
                        bench.socket("one")));
        bench.supervisor.start(Deployment.of("two", "tiny",
                new EngineCommand(List.of("sh"), Map.of(), directory.resolve("missing")), bench.socket("two")));

        for (String id : List.of("one", "two")) {
            assertThat(bench.instance(id).state()).isInstanceOfSatisfying(EngineState.Failed.class,
                    failed -> assertThat(failed.cause().failure()).isEqualTo(EngineFailure.COMMAND_NOT_FOUND));
        }
    }

    @Test
    void engineThatNoLongerAnswersIsEndedAfterThreeMissesAndStartedAgain() throws Exception {
        HealthWatch quick = new HealthWatch(Duration.ofMillis(100), Duration.ofMillis(150), 3);
        long first = bench.ready(bench.engine("chat").with(quick)).processId().orElseThrow();
        bench.order("hang");

        EngineState.Crashed crashed = bench.chronicle.await(EngineState.Crashed.class);

        assertThat(crashed.cause().failure()).isEqualTo(EngineFailure.UNRESPONSIVE);
        assertThat(crashed.cause().evidence()).contains("3 health checks missed");
        bench.chronicle.await(EngineState.Backoff.class);
        assertThat(SupervisorBench.lives(first)).isFalse();
        bench.callOff("hang");
        bench.time.pass(Duration.ofSeconds(6));
        bench.chronicle.await(EngineState.Ready.class, _ -> true, 2);
    }

    @Test
    void answersOf503CountAsMisses() throws Exception {
        HealthWatch quick = new HealthWatch(Duration.ofMillis(50), Duration.ofMillis(500), 2);
        bench.ready(bench.engine("chat").with(quick));
        bench.order("sick");

        assertThat(bench.chronicle.await(EngineState.Crashed.class).cause().evidence()).contains("status 503");
    }

    @Test
    void silentStartIsEndedAfterTheStallTimeAndNamesItsPhase() throws Exception {
        bench.supervisor.start(bench.script("chat", "echo 'INFO world_size=2 rank=0 backend=nccl'; sleep 1000"));
        bench.chronicle.await(EngineState.Loading.class);

        bench.time.pass(Duration.ofMinutes(3));

        Cause cause = bench.chronicle.await(EngineState.Crashed.class).cause();
        assertThat(cause.failure()).isEqualTo(EngineFailure.GPUS_CANNOT_TALK);
        assertThat(cause.evidence()).contains("DISTRIBUTED", "world_size=2");
        bench.chronicle.await(EngineState.Backoff.class);
    }

    @Test
    void compilationMayBeSilentLonger() throws Exception {
        bench.supervisor.start(bench.script("chat", "echo 'INFO Dynamo bytecode transform time: 4.1 s'; sleep 1000"));
        bench.chronicle.await(EngineState.Loading.class);

        bench.time.pass(Duration.ofMinutes(10));
        Thread.sleep(400);

        assertThat(bench.instance("chat").state())
                .isEqualTo(new EngineState.Loading(new LoadProgress(LoadStage.COMPILE, 0)));
        bench.time.pass(Duration.ofMinutes(6));
        assertThat(bench.chronicle.await(EngineState.Crashed.class).cause().failure()).isEqualTo(EngineFailure.STALLED);
    }

    @Test
    void childThatOutlivesItsKilledRootIsEndedBeforeTheNextStart() throws Exception {
        Instance ready = bench.ready(bench.engineAfter("chat", "sleep 1000 & echo $! > child"));
        long child = bench.pidIn("child");
        assertThat(SupervisorBench.lives(child)).isTrue();

        new Signals().toProcess(ready.processId().orElseThrow(), Signal.KILL);
        bench.chronicle.await(EngineState.Backoff.class);

        assertThat(SupervisorBench.lives(child)).isFalse();
        assertThat(((EngineState.Backoff) bench.instance("chat").state()).cause().failure())
                .isEqualTo(EngineFailure.KILLED);
    }

    /** Nobody's child and without the marker, as a process looks that was reparented and has rewritten its title. */
    @Test
    void strayInTheSessionIsFoundAllTheSame() throws Exception {
        Instance ready = bench.ready(bench.engineAfter("chat", "(env -i sleep 1000 & echo $! > child)"));
        long stray = bench.pidIn("child");

        new Signals().toProcess(ready.processId().orElseThrow(), Signal.KILL);
        bench.chronicle.await(EngineState.Backoff.class);

        assertThat(SupervisorBench.lives(stray)).isFalse();
    }

    @Test
    void childThatLeftTheSessionIsFoundAllTheSame() throws Exception {
        Instance ready = bench.ready(bench.engineAfter("chat", "setsid sh -c 'echo $$ > child; exec sleep 1000' &"));
        long child = bench.pidIn("child");

        new Signals().toProcess(ready.processId().orElseThrow(), Signal.KILL);
        bench.chronicle.await(EngineState.Backoff.class);

        assertThat(SupervisorBench.lives(child)).isFalse();
    }

    @Test
    void crashesOfManyEnginesAreEachSeenOnTheirOwn() throws Exception {
        for (String id : List.of("a", "b", "c")) {
            bench.supervisor.start(bench.script(id, "exit 3"));
        }
        bench.chronicle.await(EngineState.Backoff.class, _ -> true, 3);

        assertThat(bench.supervisor.instances()).extracting(Instance::id).containsExactly("a", "b", "c");
        assertThat(bench.supervisor.instances().stream().filter(i -> i.state() instanceof EngineState.Backoff).count())
                .isCloseTo(3L, within(0L));
    }
}
