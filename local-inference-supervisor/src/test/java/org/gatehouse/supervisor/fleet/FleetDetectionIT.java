package org.gatehouse.supervisor.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.gatehouse.supervisor.EngineClient;
import org.gatehouse.supervisor.Listen;
import org.gatehouse.supervisor.fleet.EngineProcesses.Found;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How long callers are still sent to an engine that has crashed or hangs, with a probe interval of one second
 * ({@link org.gatehouse.supervisor.HangWatch#quiet}). Stand-ins on scripted GPUs.
 */
@Timeout(120)
class FleetDetectionIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration CRASH = Duration.ofSeconds(1);
    private static final Duration HANG = Duration.ofSeconds(2);

    private Path directory = Path.of("/");
    private EngineProcesses processes = new EngineProcesses(directory);
    private RemoteFleet daemon;

    @BeforeEach
    void open() throws Exception {
        directory = Files.createTempDirectory("seen");
        processes = new EngineProcesses(directory.resolve("f/instances"));
        TinyModel.in(directory.resolve("tiny"));
        Files.write(directory.resolve("gpus"), List.of("well"));
        daemon = new RemoteFleet(directory);
        assertThat(daemon.ask("apply a 1 pinned session")).startsWith("Applied");
        assertThat(daemon.ask("routes a")).endsWith("a-0");
    }

    @AfterEach
    void close() throws Exception {
        daemon.close();
        for (Found left : processes.all()) {
            ProcessHandle.of(left.pid()).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    private int ready() throws IOException {
        return daemon.status().path("deployments").path("a").path("ready").asInt();
    }

    private void await(int ready) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (ready() != ready) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.sleep(5);
        }
    }

    private Found root() {
        return processes.all().stream().filter(Found::isRoot).findFirst().orElseThrow();
    }

    private Duration untilNobodyIsSentThere(long since) throws Exception {
        await(0);
        return Duration.ofNanos(System.nanoTime() - since);
    }

    private void kill() throws Exception {
        ProcessHandle.of(root().pid()).orElseThrow().destroyForcibly();
    }

    private void hang(String how) throws IOException {
        assertThat(new EngineClient().post(new Listen.UnixSocket(directory.resolve("r/a-0.sock")),
                "/simulated/control", "", "{\"hang\":\"" + how + "\"}", Duration.ofSeconds(1)).isWell()).isTrue();
    }

    @Test
    void crashedEngineIsSeenWithinASecondWhoeverStartedIt() throws Exception {
        kill();
        Duration child = untilNobodyIsSentThere(System.nanoTime());
        await(1);
        daemon.kill();
        daemon = new RemoteFleet(directory);
        assertThat(daemon.ask("routes a")).endsWith("a-0");
        kill();
        Duration adopted = untilNobodyIsSentThere(System.nanoTime());
        await(1);
        System.out.println("FIGURE fleet detection: crash of a child " + child.toMillis() + " ms, of an adopted engine "
                + adopted.toMillis() + " ms");
        assertThat(child).isLessThan(CRASH);
        assertThat(adopted).isLessThan(CRASH);
    }

    @Test
    void hungEngineIsSeenWithinTwoProbeIntervalsWhateverItStillAnswers() throws Exception {
        long pid = root().pid();
        hang("engine");
        Duration silent = untilNobodyIsSentThere(System.nanoTime());
        await(1);
        assertThat(root().pid()).isNotEqualTo(pid);
        hang("server");
        Duration deaf = untilNobodyIsSentThere(System.nanoTime());
        await(1);
        System.out.println("FIGURE fleet detection: a hang in good health " + silent.toMillis()
                + " ms, one that answers nothing " + deaf.toMillis() + " ms; the interval is 1000 ms");
        assertThat(silent).isLessThan(HANG);
        assertThat(deaf).isLessThan(HANG);
    }
}
