package org.gatehouse.audit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A JVM of its own that runs a test's main class, to be killed without mercy. Its lines of output are collected. */
final class ChildProcess implements AutoCloseable {

    private final Process process;
    private final Thread reader;
    private final List<String> lines = new ArrayList<>();

    private ChildProcess(Process process) {
        this.process = process;
        this.reader = Thread.ofPlatform().daemon().start(this::read);
    }

    static ChildProcess start(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m", "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        try {
            return new ChildProcess(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The whole lines so far. */
    List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    /** Waits until so many lines match. */
    void awaitLines(Predicate<String> wanted, int count) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        synchronized (lines) {
            while (lines.stream().filter(wanted).count() < count) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0 || !process.isAlive()) {
                    throw new IllegalStateException("the child did not say it in time, but: "
                            + lines.subList(Math.max(0, lines.size() - 5), lines.size()));
                }
                lines.wait(Math.min(left, 100));
            }
        }
    }

    /** SIGKILL, and waits for the end. */
    void kill() throws InterruptedException {
        // By its handle: destroying the process itself would drop what it wrote and nobody has read yet.
        process.toHandle().destroyForcibly();
        process.waitFor();
        reader.join(10_000);
    }

    /** Bounds the size of the files that it may write, or lifts the bound. */
    void limitFileSize(String limit) throws IOException, InterruptedException {
        Process prlimit = new ProcessBuilder("prlimit", "--pid", String.valueOf(process.pid()),
                "--fsize=" + limit + ":unlimited").inheritIO().start();
        if (prlimit.waitFor() != 0) {
            throw new IOException("prlimit failed");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private void read() {
        try (BufferedReader in = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            StringBuilder line = new StringBuilder();
            int character;
            // Not readLine: the last line of a killed process may be half a line.
            while ((character = in.read()) >= 0) {
                if (character == '\n') {
                    synchronized (lines) {
                        lines.add(line.toString());
                        lines.notifyAll();
                    }
                    line.setLength(0);
                } else {
                    line.append((char) character);
                }
            }
        } catch (IOException e) {
            // The pipe broke with the process.
        }
    }
}
