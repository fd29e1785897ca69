package org.gatehouse.bench.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Mode {@code startup}: starts a command several times, measures the time until its readiness URL answers 200, then its
 * resident memory after a rest, and stops it with SIGTERM. The first runs only warm the file cache.
 *
 * <p>With {@code --pid-file} a start is whole when that file names a process of this very start: a program that is stopped
 * between its readiness and that moment may leave a file of another start behind, or something half done.
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
        ProcessMeter.Resident memory = null;
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
                long pid = awaitPid(arguments, process, startedAt);
                if (last) {
                    Waiting.nanos(arguments.nanos("rest", 15));
                    memory = ProcessMeter.resident(pid);
                    if (memory == null || !process.isAlive()) {
                        throw new IOException("the command ended before its memory could be read; see its --log");
                    }
                }
            } finally {
                stop(process);
            }
        }
        Result result = new Result("startup", arguments.pairs("label"));
        result.count("runs", runs);
        ready.describe("ready", result);
        if (memory != null) {
            result.number("idle_rss_mb", memory.megabytes());
            result.number("idle_rss_anon_mb", memory.anonymousMegabytes());
            result.number("idle_rss_file_mb", memory.fileMegabytes());
        }
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

    /** The process whose memory counts: the command's own, or the one of its family that the file names, once it does. */
    private static long awaitPid(Arguments arguments, Process process, long startedAt) throws IOException {
        String file = arguments.optional("pid-file");
        if (file == null) {
            return process.pid();
        }
        String place = arguments.text("pid-path", "pids.daemon");
        long deadline = startedAt + arguments.nanos("give-up", 60);
        while (System.nanoTime() < deadline && process.isAlive()) {
            long pid = pidIn(Path.of(file), place);
            if (pid == process.pid() || process.descendants().anyMatch(child -> child.pid() == pid)) {
                return pid;
            }
            Waiting.millis(20);
        }
        throw new IOException(file + " names no process of the command at " + place + "; see the command's --log");
    }

    private static long pidIn(Path file, String place) {
        try {
            return Json.readObject(Files.readString(file)).whole(place, -1);
        } catch (IOException | IllegalArgumentException _) {
            // Not there yet, or half written.
            return -1;
        }
    }

    private static void stop(Process process) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor(STOP_SECONDS, TimeUnit.SECONDS);
        }
    }
}
