package org.gatehouse.supervisor;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Engines that do not want to end, with real processes. */
@Timeout(60)
class EngineEndingIT {
    private static final String DEAF = "trap '' TERM; sleep 1000 & echo $! > child; echo up; wait";

    @TempDir
    Path directory;

    @Test
    void engineDeafToTermIsKilledWithItsChildrenAfterTheGraceAndNotBefore() throws Exception {
        try (SupervisorBench bench = new SupervisorBench(directory)) {
            bench.supervisor.start(bench.script("chat", DEAF));
            long child = bench.pidIn("child");
            long at = System.nanoTime();

            Instance stopped = bench.supervisor.stop("chat", Duration.ofMillis(700)).orElseThrow();

            assertThat(Duration.ofNanos(System.nanoTime() - at)).isBetween(Duration.ofMillis(700),
                    Duration.ofSeconds(3));
            assertThat(stopped.state()).isInstanceOf(EngineState.Stopped.class);
            assertThat(SupervisorBench.lives(child)).isFalse();
        }
    }

    @Test
    void secondStopWithLessGraceShortensTheFirst() throws Exception {
        try (SupervisorBench bench = new SupervisorBench(directory)) {
            bench.supervisor.start(bench.script("chat", DEAF));
            bench.pidIn("child");
            CompletableFuture<Void> patient = CompletableFuture
                    .runAsync(() -> bench.supervisor.stop("chat", Duration.ofSeconds(50)));
            bench.chronicle.await(EngineState.Stopping.class);

            bench.supervisor.stop("chat", Duration.ZERO);
            patient.join();

            assertThat(bench.instance("chat").state()).isInstanceOf(EngineState.Stopped.class);
        }
    }

    @Test
    void rootAloneIsAskedFirstSoThatItCanEndItsChildrenInOrder() throws Exception {
        try (SupervisorBench bench = new SupervisorBench(directory)) {
            bench.supervisor.start(bench.script("chat", """
                    sh -c 'trap "echo child was asked > asked" TERM; echo $$ > child; while :; do sleep 0.05; done' &
                    trap 'sleep 0.4; kill -KILL $(cat child); exit 0' TERM
                    wait
                    """));
            long child = bench.pidIn("child");

            bench.supervisor.stop("chat", Duration.ofSeconds(5));

            assertThat(SupervisorBench.lives(child)).isFalse();
            assertThat(directory.resolve("asked")).doesNotExist();
        }
    }

    @Test
    void stopWhileItLoadsEndsItAtOnce() throws Exception {
        try (SupervisorBench bench = new SupervisorBench(directory)) {
            bench.supervisor.start(bench.script("chat", "echo up; exec sleep 1000"));

            Instance stopped = bench.supervisor.stop("chat").orElseThrow();

            assertThat(stopped.state()).isInstanceOf(EngineState.Stopped.class);
            assertThat(bench.chronicle.names()).containsExactly("Spawned", "Stopping", "Stopped");
        }
    }

    @Test
    void closeEndsAllSideBySide() throws Exception {
        SupervisorBench bench = new SupervisorBench(directory);
        for (int engine = 0; engine < 4; engine++) {
            bench.supervisor.start(bench.script("deaf-" + engine, DEAF.replace("child", "child-" + engine))
                    .with(new StopPolicy(Duration.ZERO, Duration.ofSeconds(1))));
        }
        List<Long> children = List.of(bench.pidIn("child-0"), bench.pidIn("child-1"), bench.pidIn("child-2"),
                bench.pidIn("child-3"));
        long at = System.nanoTime();

        bench.close();

        assertThat(Duration.ofNanos(System.nanoTime() - at)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(3));
        assertThat(bench.supervisor.instances()).allSatisfy(
                instance -> assertThat(instance.state()).isInstanceOf(EngineState.Stopped.class));
        assertThat(children).allSatisfy(child -> assertThat(SupervisorBench.lives(child)).isFalse());
    }

    /** What a machine without setsid and /proc has left: parents and start times. */
    @Test
    void withoutSessionsTheDescendantsAreEndedToo() throws Exception {
        ManualTime time = ManualTime.flowing();
        Host bare = new Host(new PortableProcessTable(), new Signals(), null, System.getenv(), time, time::nanoTime,
                new Random(1));
        try (EngineSupervisor supervisor = EngineSupervisor.open(SupervisorBench.settings(directory),
                CallsInFlight.NOT_COUNTED,
                bare); SupervisorBench tools = new SupervisorBench(directory.resolve("tools"))) {
            Deployment deployment = tools.script("chat", "cd ..\n" + DEAF);
            supervisor.start(deployment);
            Path child = directory.resolve("child");
            SupervisorBench.awaitThat(() -> java.nio.file.Files.exists(child) && java.nio.file.Files.size(child) > 1);
            long pid = Long.parseLong(java.nio.file.Files.readString(child).strip());

            supervisor.stop("chat", Duration.ofMillis(300));

            assertThat(SupervisorBench.lives(pid)).isFalse();
        }
    }
}
