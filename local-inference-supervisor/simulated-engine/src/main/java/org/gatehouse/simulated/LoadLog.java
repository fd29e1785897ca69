package org.gatehouse.simulated;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;

import org.jspecify.annotations.Nullable;

/** Writes what vLLM writes while it starts and stops, in its format: its logger to stdout, its web server's to stderr. */
final class LoadLog {
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("MM-dd HH:mm:ss");
    private static final String CORE = "EngineCore";
    private static final String SERVER = "APIServer";

    private final PrintStream out;
    private final PrintStream err;
    private final long process = ProcessHandle.current().pid();

    /** One line of the load, and the share of the load time that passes before it. No file means a bare progress bar. */
    private record Line(LoadStep step, double share, String who, String file, String text) {}

    LoadLog(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    void simulated(Options options, int flagsWithoutEffect) {
        out.println("SIMULATED inference engine: no model runs here and no GPU is used. It plays "
                + (options.personality() == Personality.VLLM ? "vLLM" : "a commercial OpenAI-compatible API")
                + " for model " + options.servedModelNames().getFirst() + ".");
        line(SERVER, "utils.py:233", "vLLM server version " + options.script().release().shown() + ", serving model "
                + options.model() + " (" + flagsWithoutEffect + " of its flags say nothing to a simulation)");
    }

    /**
     * Lets the load time pass, with its steps in the log.
     *
     * @return the status that the program ends with, if the load was scripted to fail
     */
    OptionalInt load(Options options, StartScript script) throws InterruptedException {
        List<Line> lines = lines(options);
        KnownFailure failure = script.failure();
        double time = options.loadTime().toNanos();
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            @Nullable
            LoadStep done = i == 0 ? LoadStep.COMMAND_LINE : lines.get(i - 1).step;
            if (line.step != done && failure != null && failure.step() == done) {
                return fail(failure);
            }
            if (line.step != done && script.stallAfter() == done) {
                new CountDownLatch(1).await();
            }
            Thread.sleep(Duration.ofNanos((long) (time * line.share)));
            if (line.file.isEmpty()) {
                err.println("(" + line.who + " pid=" + process + ") " + line.text);
            } else {
                line(line.who, line.file, line.text);
            }
        }
        if (failure != null) {
            return fail(failure);
        }
        if (script.stallAfter() == LoadStep.HTTP) {
            new CountDownLatch(1).await();
        }
        return OptionalInt.empty();
    }

    private static List<Line> lines(Options options) {
        Release release = options.script().release();
        double seconds = options.loadTime().toNanos() * 1e-9;
        String model = options.model();
        List<Line> lines = new ArrayList<>();
        lines.add(new Line(LoadStep.ENGINE_CORE, 0.02, CORE, "core.py:93", "Initializing a V1 LLM engine (v"
                + release.shown() + ") with config: model='" + model + "', simulated=True"));
        lines.add(new Line(LoadStep.DISTRIBUTED, 0.08, CORE, "parallel_state.py:1208",
                "world_size=1 rank=0 local_rank=0 distributed_init_method=tcp://127.0.0.1:0 backend=nccl"));
        lines.add(new Line(LoadStep.FETCH, 0.1, CORE, "gpu_model_runner.py:2602", "Starting to load model " + model
                + "..."));
        for (int shard = 1; shard <= 4; shard++) {
            lines.add(new Line(LoadStep.WEIGHTS, 0.075, CORE, "", "Loading safetensors checkpoint shards: "
                    + (shard == 4 ? "" : " ") + shard * 25 + "% Completed | " + shard + "/4"));
        }
        lines.add(new Line(LoadStep.WEIGHTS, 0.02, CORE, "default_loader.py:268",
                "Loading weights took " + decimal(seconds * 0.4) + " seconds"));
        lines.add(new Line(LoadStep.WEIGHTS, 0.02, CORE, "gpu_model_runner.py:2653",
                "Model loading took 14.9888 GiB memory and " + decimal(seconds * 0.45) + "0000 seconds"));
        lines.add(new Line(LoadStep.COMPILE, 0.2, CORE, "monitor.py:34", release.compileTook() + " "
                + decimal(seconds * 0.2) + " s in total"));
        lines.add(new Line(LoadStep.KV_CACHE, 0.05, CORE, "gpu_worker.py:298", "Available KV cache memory: 54.16 GiB"));
        String size = "GPU KV cache size: " + (long) options.maxModelLength() * 256 + " tokens";
        String concurrency = "Maximum concurrency for " + options.maxModelLength() + " tokens per request: 256.00x";
        if (release.kvCacheInOneLine()) {
            lines.add(new Line(LoadStep.KV_CACHE, 0.01, CORE, "kv_cache_utils.py:1087", size + ", " + concurrency));
        } else {
            lines.add(new Line(LoadStep.KV_CACHE, 0.01, CORE, "kv_cache_utils.py:849", size));
            lines.add(new Line(LoadStep.KV_CACHE, 0, CORE, "kv_cache_utils.py:853", concurrency));
        }
        lines.add(new Line(LoadStep.GRAPHS, 0.05, CORE, "",
                "Capturing CUDA graphs (decode, FULL):  40%|####      | 14/35"));
        lines.add(new Line(LoadStep.GRAPHS, 0.05, CORE, "",
                "Capturing CUDA graphs (decode, FULL): 100%|##########| 35/35"));
        lines.add(new Line(LoadStep.GRAPHS, 0.05, CORE, "gpu_model_runner.py:3480",
                "Graph capturing finished in 1 secs, took 0.50 GiB"));
        lines.add(new Line(LoadStep.ENGINE_READY, 0.03, CORE, "core.py:210",
                "init engine (profile, create kv cache, warmup model) took " + decimal(seconds * 0.4) + " seconds"));
        lines.add(new Line(LoadStep.HTTP, 0.02, SERVER, "api_server.py:1634", "Supported tasks: ['generate']"));
        return lines;
    }

    /** The root cause from inside, then the general error around it, as vLLM has them. */
    private OptionalInt fail(KnownFailure failure) {
        String who = failure.core() ? CORE : SERVER;
        if (!failure.cause().isEmpty()) {
            complaint(who, failure.cause());
        }
        if (failure.core()) {
            complaint(SERVER,
                    "RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s):"
                            + " {'EngineCore': " + failure.coreStatus() + "}");
        }
        return OptionalInt.of(failure.exitStatus());
    }

    private void complaint(String who, String text) {
        err.println("(" + who + " pid=" + process + ") ERROR " + stamp() + " [core.py:718] " + text);
        err.flush();
    }

    void listening(String address) {
        line(SERVER, "api_server.py:1912", "Starting vLLM server on " + address);
        err.println("(APIServer pid=" + process + ") INFO:     Application startup complete.");
        out.println("Simulated engine listening on " + address);
        out.flush();
    }

    void cannotListen(Options options, IOException cause) {
        String where = options.unixSocket() == null
                ? options.host() + ":" + options.port()
                : String.valueOf(options.unixSocket());
        err.println("(APIServer pid=" + process + ") OSError: [Errno 98] " + cause.getMessage() + ": " + where
                + ". Choose another address, or end what holds this one.");
    }

    /** The engine core has died in the middle of its work. */
    void crashed() {
        complaint(CORE, "EngineCore encountered a fatal error.");
        complaint(SERVER, "vllm.v1.engine.exceptions.EngineDeadError: EngineCore encountered an issue. See stack trace"
                + " (above) for the root cause.");
    }

    void stopping(Options options) {
        line(SERVER, "launcher.py:110", "[shutdown] Stop signal received, draining for up to "
                + options.shutdownTimeout().toMillis() + " ms");
    }

    void stopped() {
        line(SERVER, "launcher.py:131", "[shutdown] Simulated engine stopped");
        out.flush();
        err.flush();
    }

    private void line(String who, String file, String text) {
        out.println("(" + who + " pid=" + process + ") INFO " + stamp() + " [" + file + "] " + text);
        out.flush();
    }

    private static String stamp() {
        return STAMP.format(LocalDateTime.now(ZoneId.systemDefault()));
    }

    private static String decimal(double seconds) {
        return Math.round(seconds * 100) / 100.0 + "";
    }
}
