package org.gatehouse.daemon.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** A daemon that is killed while its engines work, and the one after it. */
@Timeout(180)
class AdoptionIT {
    private static final int ENGINES = 8;

    private Path directory = Path.of("/");

    @BeforeEach
    void choose() throws IOException {
        directory = Files.createTempDirectory("box"); // Short: a socket's path has 107 bytes at most.
    }

    @AfterEach
    void remove() {
        TemporaryTree.delete(directory);
    }

    @Test
    void nextDaemonRoutesToTheSameEnginesAgainSoonAndLeavesNoneBehind() throws Exception {
        String before;
        try (Box first = new Box()) {
            before = first.until("ROUTED").replaceFirst("ROUTED \\d+ ", "");
            first.process.destroyForcibly().waitFor();
        }
        try (Box second = new Box()) {
            String[] up = second.until("UP").split(" ");
            String[] routed = second.until("ROUTED").split(" ", 3);
            System.out.printf(
                    "Adopted %d simulated engines: listening %s ms, routing to all %s ms after process start%n",
                    ENGINES, up[2], routed[1]);
            assertThat(routed[2]).isEqualTo(before);
            // The target is 3 s; more is a busy machine's doing as long as nobody was started again.
            assertThat(Long.parseLong(routed[1])).isLessThan(20_000);
            second.process.getOutputStream().close();
            assertThat(second.process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(before).matches("\\[\\d+(, \\d+){7}\\]");
        for (String pid : before.substring(1, before.length() - 1).split(", ")) {
            awaitEnd(Long.parseLong(pid));
        }
        try (var sockets = Files.list(directory.resolve("run"))) {
            assertThat(sockets).isEmpty();
        }
    }

    /** An adopted engine is nobody's child: it counts as alive until the machine's first process has taken note of its end. */
    private static void awaitEnd(long pid) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)) {
            assertThat(System.nanoTime()).as("process " + pid).isLessThan(deadline);
            Thread.sleep(20);
        }
    }

    /** The daemon as a process. */
    private final class Box implements AutoCloseable {
        private final Process process;
        private final BufferedReader lines;

        Box() throws IOException {
            process = new ProcessBuilder(
                    List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
                            "-XX:+UseParallelGC", "-XX:TieredStopAtLevel=1", "-cp",
                            System.getProperty("java.class.path"), EngineBox.class.getName(), directory.toString(),
                            Integer.toString(ENGINES)))
                    .redirectError(directory.resolve("stderr").toFile()).start();
            lines = process.inputReader(StandardCharsets.UTF_8);
        }

        String until(String word) throws IOException {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(word)) {
                    return line;
                }
            }
            throw new AssertionError("the box ended: " + Files.readString(directory.resolve("stderr")));
        }

        @Override
        public void close() throws IOException {
            process.destroyForcibly();
            lines.close();
        }
    }
}
