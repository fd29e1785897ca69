package org.gatehouse.bench.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Mode {@code startup}: starts a command several times, measures the time until its readiness URL answers 200, then its
 * resident memory after a rest, and stops it with SIGTERM. The first runs only warm the file cache.
 */
final class Startup {
    static final Set<String> OPTIONS = Set.of("ready", "runs", "discard", "rest", "give-up", "pid-file", "pid-path",
            "log", "label");
    private static final long STOP_SECONDS = 20;

    private Startup() {}

    static Result run(Arguments arguments) throws IOException, InterruptedException {
        if (arguments.command().isEmpty()) {
            throw new UsageException("startup needs the command after --");
        }
        int discard = arguments.count("discard", 1, 0, 100);
        int runs = arguments.count("runs", 5, 1, 100);
        Histogram ready = new Histogram();
        double memory = 0;
        for (int run = 0; run < discard + runs; run++) {
            boolean last = run == discard + runs - 1;
            long startedAt = System.nanoTime();
            Process process = start(arguments);
            try {
                awaitReady(arguments, process, startedAt);
                long took = System.nanoTime() - startedAt;
                if (run >= discard) {
                    ready.record(took);
                }
                if (last) {
                    Waiting.nanos(arguments.nanos("rest", 10));
                    memory = ProcessMeter.residentMegabytes(pid(arguments, process));
                }
            } finally {
                stop(process);
            }
        }
        Result result = new Result("startup", arguments.pairs("label"));
        result.count("runs", runs);
        ready.describe("ready", result);
        result.number("idle_rss_mb", memory);
        return result;
    }

    private static Process start(Arguments arguments) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(arguments.command()).redirectErrorStream(true);
        String log = arguments.optional("log");
        builder.redirectOutput(log == null
                ? ProcessBuilder.Redirect.DISCARD
                : ProcessBuilder.Redirect.appendTo(Path.of(log).toFile()));
        return builder.start();
    }

    private static void awaitReady(Arguments arguments, Process process, long startedAt) throws IOException {
        Target ready = Target.parse(arguments.required("ready"), "/readyz", null);
        long deadline = startedAt + arguments.nanos("give-up", 60);
        while (System.nanoTime() < deadline) {
            if (!process.isAlive()) {
                throw new IOException("the command ended with status " + process.exitValue() + " before " + ready
                        + " was ready; see its --log");
            }
            try {
                if (HttpGet.get(ready).status() == 200) {
                    return;
                }
            } catch (IOException e) {
                // Not listening yet; the deadline above bounds the asking.
            }
            Waiting.millis(2);
        }
        throw new IOException(ready + " was not ready in time; see the command's --log");
    }

    private static long pid(Arguments arguments, Process process) throws IOException {
        String file = arguments.optional("pid-file");
        if (file == null) {
            return process.pid();
        }
        long pid = Json.readObject(Files.readString(Path.of(file))).whole(arguments.text("pid-path", "pids.daemon"),
                -1);
        if (pid < 0) {
            throw new IOException(file + " names no process at " + Objects.requireNonNullElse(
                    arguments.optional("pid-path"), "pids.daemon"));
        }
        return pid;
    }

    private static void stop(Process process) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor(STOP_SECONDS, TimeUnit.SECONDS);
        }
    }
}
