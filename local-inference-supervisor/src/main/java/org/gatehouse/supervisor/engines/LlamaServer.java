package org.gatehouse.supervisor.engines;

import java.util.Collections;
import java.util.List;
import java.util.Set;

import org.gatehouse.supervisor.engines.ArgumentRules.Value;
import org.gatehouse.supervisor.engines.Capabilities.AdapterLoading;
import org.gatehouse.supervisor.engines.MemoryMarker.Part;
import org.gatehouse.supervisor.planning.EngineKind;
import org.gatehouse.supervisor.planning.KvType;
import org.gatehouse.supervisor.planning.Placement;
import org.gatehouse.supervisor.planning.Plan;

/** llama.cpp's {@code llama-server}. Its flags and log lines are those of its documentation; not yet seen on a GPU. */
final class LlamaServer implements Engine {
    private static final ArgumentRules RULES = new ArgumentRules.Builder()
            .allow(Value.NONE, "--jinja", "--no-mmap", "--mlock", "--embedding", "--embeddings", "--reranking",
                    "--no-context-shift", "--context-shift", "--swa-full", "--no-warmup", "--special")
            .allow(Value.WHOLE, "--threads", "--threads-batch", "--threads-http", "--batch-size", "--ubatch-size",
                    "--seed", "--cache-reuse", "--n-predict")
            .allow(Value.NUMBER, "--temp", "--top-p", "--min-p", "--rope-freq-base", "--rope-freq-scale")
            .allow(Value.NAME, "--flash-attn", "--reasoning-format", "--pooling", "--numa", "--rope-scaling")
            .own("address", "--host", "--port")
            .own("model and public name", "--model", "-m", "--alias", "-a", "--hf-repo", "-hf", "--model-url", "-mu",
                    "--models-dir")
            .own("memory settings", "--ctx-size", "-c", "--parallel", "-np", "--n-gpu-layers", "-ngl", "--gpu-layers",
                    "--split-mode", "-sm", "--tensor-split", "-ts", "--main-gpu", "-mg", "--device", "-dev",
                    "--cache-type-k", "-ctk", "--cache-type-v", "-ctv")
            .own("adapters", "--lora", "--lora-scaled", "--lora-init-without-apply")
            .own("modes", "--metrics", "--offline", "--sleep-idle-seconds")
            .never("lets callers read or write the box's files or reach its network", "--path", "--media-path",
                    "--slot-save-path", "--slots", "--props", "--rpc", "--webui-mcp-proxy", "--tools",
                    "--mmproj-url", "--models-preset")
            .never("writes prompts or answers into a log", "--verbose", "-v", "--log-verbose", "--log-verbosity", "-lv",
                    "--log-file", "--log-prompts-dir")
            .never("changes where secrets or settings come from", "--api-key", "--api-key-file", "--ssl-key-file",
                    "--ssl-cert-file", "--chat-template-file", "--hf-token", "--override-tensor", "-ot",
                    "--override-kv")
            .build();

    @Override
    public EngineKind kind() {
        return EngineKind.LLAMA_CPP;
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities(true, AdapterLoading.AT_START, Set.of(), false, true, false, true);
    }

    @Override
    public Endpoints endpoints() {
        return new Endpoints("/health", "/v1/models", "/v1/completions",
                List.of(CallKind.EMBEDDING, CallKind.RERANK), "/metrics", "/props", "", "", "", "", "");
    }

    @Override
    public Launch launch(EngineOrder order, Plan.Fits plan, Placement placement, EngineAddress address) {
        int sequences = order.adjustments().sequences(plan.batch().sequences());
        CommandLine line = new CommandLine(order, "llama-server").add("--model", order.model(), "--alias",
                order.publicName());
        switch (address) {
            case EngineAddress.UnixSocket socket -> {
                // It takes a host for a socket by this ending alone.
                if (!socket.path().toString().endsWith(".sock")) {
                    return CommandLine.impossible("address", "llama-server knows a Unix socket by a name that ends "
                            + "with .sock: call it so.");
                }
                line.add("--host", socket.path());
            }
            case EngineAddress.LoopbackPort port -> line.add("--host", "127.0.0.1", "--port", port.port());
        }
        // The context is divided among the slots.
        long context = (long) order.adjustments().context(plan.contextTokens()) * sequences;
        int devices = placement.gpus().size();
        line.add("--ctx-size", context, "--parallel", sequences, "--n-gpu-layers", 999)
                .addIf(devices > 1, "--split-mode", "layer", "--tensor-split",
                        String.join(",", Collections.nCopies(devices, "1")))
                .addIf(devices == 1, "--split-mode", "none")
                .addIf(order.wish().kvType() == KvType.BFLOAT16, "--cache-type-k", "bf16", "--cache-type-v", "bf16")
                .add("--metrics", "--offline");
        order.adapters().forEach(adapter -> line.add("--lora", adapter.path()));
        line.addIf(!order.adapters().isEmpty(), "--lora-init-without-apply");
        line.gpus(placement.gpus()).set("LLAMA_CACHE", order.stateDirectory().resolve("llama-cache"))
                .setIf(!order.apiKey().isEmpty(), "LLAMA_API_KEY", order.apiKey());
        return line.with(RULES, order.extraArguments());
    }

    @Override
    public ArgumentRules argumentRules() {
        return RULES;
    }

    @Override
    public List<LoadMarker> loadMarkers() {
        return List.of(LoadMarker.of(LoadStage.LISTENING, "server is listening on|all slots are idle"),
                LoadMarker.of(LoadStage.HTTP, "main: model loaded"),
                LoadMarker.of(LoadStage.ENGINE_READY, "initializing slots|warming up the model"),
                LoadMarker.of(LoadStage.KV_CACHE, "KV buffer size|llama_context: "),
                LoadMarker.of(LoadStage.WEIGHTS, "offloaded (\\d{1,5})/(\\d{1,5}) layers"),
                LoadMarker.of(LoadStage.WEIGHTS, "load_tensors: "),
                LoadMarker.of(LoadStage.FETCH, "loading model|llama_model_loader: "),
                LoadMarker.of(LoadStage.COMMAND_LINE, "build: \\d+|system_info: "));
    }

    @Override
    public List<MemoryMarker> memoryMarkers() {
        return List.of(
                MemoryMarker.of(Part.WEIGHTS, MemoryMarker.MIB,
                        "CUDA\\d+ model buffer size =\\s+(\\d{1,9}(?:\\.\\d{1,9})?) MiB"),
                MemoryMarker.of(Part.KV_CACHE, MemoryMarker.MIB,
                        "CUDA\\d+ KV buffer size =\\s+(\\d{1,9}(?:\\.\\d{1,9})?) MiB"),
                MemoryMarker.of(Part.COMPUTE, MemoryMarker.MIB,
                        "CUDA\\d+ compute buffer size =\\s+(\\d{1,9}(?:\\.\\d{1,9})?) MiB"));
    }

    @Override
    public List<FailureSignature> failureSignatures() {
        return List.of(
                FailureSignature.of(EngineFailure.OUT_OF_GPU_MEMORY,
                        "cudaMalloc failed: out of memory|failed to allocate CUDA\\d* buffer|CUDA error: out of memory"),
                FailureSignature.of(EngineFailure.UNSUPPORTED_MODEL, "unknown model architecture"),
                FailureSignature.of(EngineFailure.MODEL_NOT_FOUND,
                        "failed to open GGUF file|failed to open .*No such file"),
                FailureSignature.of(EngineFailure.MODEL_DAMAGED,
                        "invalid magic|data is not within the file bounds|missing tensor|tensor .* has wrong shape"
                                + "|model is corrupted"),
                FailureSignature.of(EngineFailure.UNSUPPORTED_GPU, "no kernel image is available"
                        + "|no CUDA-capable device is detected|compiled without GPU support"),
                FailureSignature.of(EngineFailure.GPU_LOST,
                        "CUDA error: (?:an illegal memory access|unspecified launch failure|unknown error)"),
                FailureSignature.of(EngineFailure.ADDRESS_IN_USE,
                        "couldn't bind (?:HTTP server )?socket|[Aa]ddress already in use"),
                FailureSignature.of(EngineFailure.BAD_ARGUMENTS,
                        "error: invalid argument|error while handling argument"),
                FailureSignature.of(EngineFailure.DISK_FULL, "No space left on device"),
                FailureSignature.of(EngineFailure.BROKEN_INSTALLATION, "cannot open shared object file"),
                FailureSignature.general(EngineFailure.ENGINE_DIED,
                        "GGML_ASSERT|failed to load model|exiting due to model loading error"));
    }

    @Override
    public MetricNames metricNames() {
        return new MetricNames(List.of("llamacpp:requests_processing"), List.of("llamacpp:requests_deferred"),
                List.of("llamacpp:kv_cache_usage_ratio"), List.of("llamacpp:prompt_tokens_total"),
                List.of("llamacpp:tokens_predicted_total"));
    }
}
