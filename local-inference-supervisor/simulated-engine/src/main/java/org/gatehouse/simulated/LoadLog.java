package org.gatehouse.simulated;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;

/** Writes what vLLM writes while it starts and stops, in its format: its logger to stdout, its web server's to stderr. */
final class LoadLog {
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("MM-dd HH:mm:ss");

    private final PrintStream out;
    private final PrintStream err;
    private final long process = ProcessHandle.current().pid();

    /** One line of the load, and the share of the load time that passes before it. */
    private record Phase(double share, String who, String file, String text) {}

    LoadLog(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    void simulated(Options options, int flagsWithoutEffect) {
        out.println("SIMULATED inference engine: no model runs here and no GPU is used. It plays "
                + (options.personality() == Personality.VLLM ? "vLLM" : "a commercial OpenAI-compatible API")
                + " for model " + options.servedModelNames().getFirst() + ".");
        line("APIServer", "utils.py:233", "vLLM server version " + Operations.VERSION + ", serving model "
                + options.model() + " (" + flagsWithoutEffect + " of its flags say nothing to a simulation)");
    }

    /** Lets the load time pass, with its phases in the log. */
    void load(Options options, Duration loadTime) throws InterruptedException {
        String model = options.model();
        List<Phase> phases = List.of(
                new Phase(0.02, "EngineCore", "core.py:93", "Initializing a V1 LLM engine (v" + Operations.VERSION
                        + ") with config: model='" + model + "', simulated=True"),
                new Phase(0.08, "EngineCore", "parallel_state.py:1208",
                        "world_size=1 rank=0 local_rank=0 distributed_init_method=tcp://127.0.0.1:0 backend=nccl"),
                new Phase(0.1, "EngineCore", "gpu_model_runner.py:2602", "Starting to load model " + model + "..."),
                new Phase(0.15, "EngineCore", "", "Loading safetensors checkpoint shards:  50% Completed | 1/2"),
                new Phase(0.15, "EngineCore", "", "Loading safetensors checkpoint shards: 100% Completed | 2/2"),
                new Phase(0.02, "EngineCore", "default_loader.py:268", "Loading weights took "
                        + decimal(loadTime.toNanos() * 0.4e-9) + " seconds"),
                new Phase(0.02, "EngineCore", "gpu_model_runner.py:2653", "Model loading took 14.9888 GiB memory and "
                        + decimal(loadTime.toNanos() * 0.45e-9) + "0000 seconds"),
                new Phase(0.2, "EngineCore", "monitor.py:34", "torch.compile took "
                        + decimal(loadTime.toNanos() * 0.2e-9) + " s in total"),
                new Phase(0.05, "EngineCore", "gpu_worker.py:298", "Available KV cache memory: 54.16 GiB"),
                new Phase(0.01, "EngineCore", "kv_cache_utils.py:1087", "GPU KV cache size: "
                        + (long) options.maxModelLength() * 256 + " tokens, Maximum concurrency for "
                        + options.maxModelLength() + " tokens per request: 256.00x"),
                new Phase(0.1, "EngineCore", "", "Capturing CUDA graphs (decode, FULL): 100%|##########| 35/35"),
                new Phase(0.05, "EngineCore", "gpu_model_runner.py:3480",
                        "Graph capturing finished in 1 secs, took 0.50 GiB"),
                new Phase(0.03, "EngineCore", "core.py:210",
                        "init engine (profile, create kv cache, warmup model) took "
                                + decimal(loadTime.toNanos() * 0.4e-9) + " seconds"),
                new Phase(0.02, "APIServer", "api_server.py:1634", "Supported tasks: ['generate']"));
        for (Phase phase : phases) {
            Thread.sleep(Duration.ofNanos((long) (loadTime.toNanos() * phase.share)));
            if (phase.file.isEmpty()) {
                err.println("(" + phase.who + " pid=" + process + ") " + phase.text);
            } else {
                line(phase.who, phase.file, phase.text);
            }
        }
    }

    void listening(String address) {
        line("APIServer", "api_server.py:1912", "Starting vLLM server on " + address);
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

    void stopping(Options options) {
        line("APIServer", "launcher.py:110", "[shutdown] Stop signal received, draining for up to "
                + options.shutdownTimeout().toMillis() + " ms");
    }

    void stopped() {
        line("APIServer", "launcher.py:131", "[shutdown] Simulated engine stopped");
        out.flush();
        err.flush();
    }

    private void line(String who, String file, String text) {
        out.println("(" + who + " pid=" + process + ") INFO " + STAMP.format(LocalDateTime.now(ZoneId.systemDefault()))
                + " [" + file + "] "
                + text);
        out.flush();
    }

    private static String decimal(double seconds) {
        return Math.round(seconds * 100) / 100.0 + "";
    }
}
