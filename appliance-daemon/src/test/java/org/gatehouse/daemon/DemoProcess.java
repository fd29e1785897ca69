package org.gatehouse.daemon;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** {@code bin/gatehouse demo} as a process, started as a newcomer would start it. */
final class DemoProcess implements AutoCloseable {
    static final Path CHECKOUT = checkout();
    private static final Duration LONGEST_START = Duration.ofSeconds(90);

    private final Process process;
    private final Path data;
    private final List<String> printed = new ArrayList<>();
    private final JsonNode file;

    DemoProcess(Path data) {
        this.data = data;
        try {
            process = command("demo", "--port", "0", "--data", data.toString()).redirectErrorStream(true).start();
            awaitReady();
            file = new ObjectMapper().readTree(data.resolve("demo.json").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path checkout() {
        Path here = Path.of("").toAbsolutePath();
        return Files.exists(here.resolve("bin/gatehouse")) ? here : Objects.requireNonNull(here.getParent());
    }

    static ProcessBuilder command(String... arguments) {
        List<String> line = new ArrayList<>();
        line.add(CHECKOUT.resolve("bin/gatehouse").toString());
        line.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(line);
        // The build that runs this test has just made the jars.
        builder.environment().put("GATEHOUSE_NO_BUILD", "1");
        return builder;
    }

    /** Runs a command to its end; what it printed on both streams. */
    static Result run(ProcessBuilder builder) {
        try {
            Process running = builder.redirectErrorStream(true).start();
            String output = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!running.waitFor(60, TimeUnit.SECONDS)) {
                running.destroyForcibly();
                throw new IllegalStateException("still running after a minute: " + builder.command());
            }
            return new Result(running.exitValue(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    record Result(int exit, String output) {}

    private void awaitReady() throws IOException {
        BufferedReader reader = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        long deadline = System.nanoTime() + LONGEST_START.toNanos();
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            printed.add(line);
            if (line.startsWith("READY")) {
                return;
            }
            if (System.nanoTime() > deadline) {
                break;
            }
        }
        process.destroyForcibly();
        throw new IllegalStateException("the demo did not get ready: " + String.join("\n", printed));
    }

    List<String> printed() {
        return printed;
    }

    String gateway() {
        return file.path("gateway").asText();
    }

    String admin() {
        return file.path("admin").asText();
    }

    String adminToken() {
        return file.path("adminToken").asText();
    }

    String key(int index) {
        return file.path("keys").path(index).path("key").asText();
    }

    JsonNode file() {
        return file;
    }

    Path data() {
        return data;
    }

    long pid() {
        return process.pid();
    }

    /** What a power cut would do to the daemon: no warning, no last words. */
    void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    /** Stops it as Ctrl-C would; its exit status. */
    int stop() {
        process.destroy();
        awaitEnd();
        return process.exitValue();
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the demo does not end");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            process.destroy();
            try {
                if (!process.waitFor(30, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
            }
        }
    }
}
