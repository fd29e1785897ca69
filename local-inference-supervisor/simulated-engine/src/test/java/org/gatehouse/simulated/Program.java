package org.gatehouse.simulated;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/** The packaged program as a process. Closing it kills it. */
final class Program implements AutoCloseable {
    private final Process process;
    private final List<String> output = new CopyOnWriteArrayList<>();
    private final Thread reader;

    private Program(Process process) {
        this.process = process;
        reader = Thread.ofVirtual().start(() -> {
            try (BufferedReader lines = new BufferedReader(
                    new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                lines.lines().forEach(output::add);
            } catch (IOException | UncheckedIOException e) {
                output.add("the output broke off: " + e);
            }
        });
    }

    static Program start(String... arguments) throws IOException {
        return start(Map.of(), arguments);
    }

    static Program start(Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", jar().toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().remove("VLLM_API_KEY");
        builder.environment().putAll(environment);
        return new Program(builder.start());
    }

    private static Path jar() throws IOException {
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(Path.of("target"), "simulated-engine-*.jar")) {
            return jars.iterator().next();
        }
    }

    /** Waits for a line with this in it. */
    String line(String part) throws InterruptedException {
        Waiting.until(() -> find(part) != null || (!process.isAlive() && !reader.isAlive()));
        String line = find(part);
        if (line == null) {
            throw new AssertionError("no line with `" + part + "` in " + output);
        }
        return line;
    }

    private @Nullable String find(String part) {
        for (String line : output) {
            if (line.contains(part)) {
                return line;
            }
        }
        return null;
    }

    /** The port that it printed. */
    int port() throws InterruptedException {
        String line = line("Simulated engine listening on");
        return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
    }

    List<String> output() {
        return output;
    }

    /** Sends SIGTERM. The handle does only that, where the process object would close our end of the output too. */
    void stop() {
        process.toHandle().destroy();
    }

    /** Ends it as the kernel does when memory is short: without a last word. */
    void kill() {
        process.toHandle().destroyForcibly();
    }

    boolean alive() {
        return process.isAlive();
    }

    int exitStatus() throws InterruptedException {
        if (!process.waitFor(15, TimeUnit.SECONDS)) {
            throw new AssertionError("still runs: " + output);
        }
        reader.join();
        return process.exitValue();
    }

    @Override
    public void close() {
        process.toHandle().destroyForcibly();
    }
}
