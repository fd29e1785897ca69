package org.gatehouse.supervisor.engines;

import java.util.List;
import java.util.Set;

import org.gatehouse.supervisor.engines.ArgumentRules.Value;
import org.gatehouse.supervisor.engines.Capabilities.AdapterLoading;
import org.gatehouse.supervisor.engines.MemoryMarker.Part;
import org.gatehouse.supervisor.planning.DataType;
import org.gatehouse.supervisor.planning.DeviceMemory;
import org.gatehouse.supervisor.planning.EngineKind;
import org.gatehouse.supervisor.planning.GpuCapacity;
import org.gatehouse.supervisor.planning.KvType;
import org.gatehouse.supervisor.planning.LoadQuantisation;
import org.gatehouse.supervisor.planning.Placement;
import org.gatehouse.supervisor.planning.Plan;

/** SGLang. Its flags and log lines are those of its documentation; not yet seen on a GPU. */
final class Sglang implements Engine {
    private static final ArgumentRules RULES = new ArgumentRules.Builder()
            .allow(Value.NONE, "--disable-radix-cache", "--enable-mixed-chunk", "--disable-custom-all-reduce",
                    "--enable-p2p-check", "--enable-torch-compile", "--enable-dp-attention", "--is-embedding",
                    "--enable-cache-report")
            .allow(Value.WHOLE, "--page-size", "--random-seed", "--max-prefill-tokens", "--cuda-graph-max-bs",
                    "--stream-interval", "--max-loaded-loras")
            .allow(Value.NUMBER, "--schedule-conservativeness")
            .allow(Value.NAME, "--tool-call-parser", "--reasoning-parser", "--attention-backend",
                    "--sampling-backend", "--grammar-backend", "--schedule-policy", "--load-format", "--lora-backend",
                    "--sampling-defaults")
            .own("address", "--host", "--port").own("model and public name", "--model-path", "--model",
                    "--served-model-name", "--tokenizer-path", "--revision")
            .own("parallelism", "--tp", "--tp-size", "--tensor-parallel-size", "--pp-size", "--pipeline-parallel-size",
                    "--dp", "--dp-size", "--data-parallel-size", "--nnodes", "--node-rank", "--dist-init-addr",
                    "--base-gpu-id")
            .own("memory settings", "--mem-fraction-static", "--context-length", "--max-running-requests",
                    "--max-total-tokens", "--chunked-prefill-size", "--kv-cache-dtype", "--dtype", "--quantization",
                    "--disable-cuda-graph", "--cpu-offload-gb")
            .own("adapters", "--enable-lora", "--lora-paths", "--max-loras-per-batch", "--max-lora-rank",
                    "--lora-target-modules")
            .own("modes", "--enable-memory-saver", "--enable-metrics", "--enable-priority-scheduling")
            .never("runs code that lies beside the model", "--trust-remote-code", "--enable-custom-logit-processor",
                    "--json-model-override-args", "--custom-weight-loader")
            .never("writes prompts or answers into a log", "--log-requests", "--log-requests-level",
                    "--crash-dump-folder", "--show-time-cost")
            .never("changes where secrets or settings come from", "--api-key", "--admin-api-key", "--config",
                    "--download-dir", "--chat-template", "--file-storage-path")
            .build();

    @Override
    public EngineKind kind() {
        return EngineKind.SGLANG;
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities(false, AdapterLoading.AT_RUN_TIME, Set.of(1), true, true, false, false);
    }

    @Override
    public Endpoints endpoints() {
        return new Endpoints("/health", "/v1/models", "/v1/completions",
                List.of(CallKind.EMBEDDING, CallKind.RERANK, CallKind.SCORE, CallKind.CLASSIFICATION), "/metrics",
                "/server_info",
                "/release_memory_occupation", "/resume_memory_occupation", "", "/load_lora_adapter",
                "/unload_lora_adapter");
    }

    @Override
    public Launch launch(EngineOrder order, Plan.Fits plan, Placement placement, EngineAddress address) {
        if (!(address instanceof EngineAddress.LoopbackPort(int port))) {
            return CommandLine.impossible("address", "SGLang cannot answer on a Unix socket: give it a port.");
        }
        Adjustments adjusted = order.adjustments();
        CommandLine line = new CommandLine(order, "python3", "-m", "sglang.launch_server")
                .add("--model-path", order.model(), "--served-model-name", order.publicName())
                .add("--host", "127.0.0.1", "--port", port)
                .add("--tp-size", placement.shape().tensorParallel())
                .addIf(placement.shape().pipelineParallel() > 1, "--pp-size", placement.shape().pipelineParallel())
                .add("--mem-fraction-static", CommandLine.share(staticShare(placement)))
                .add("--context-length", adjusted.context(plan.contextTokens()))
                .add("--max-running-requests", adjusted.sequences(plan.batch().sequences()))
                .add("--chunked-prefill-size", plan.batch().tokens())
                .addIf(order.wish().kvType() != KvType.AUTO, "--kv-cache-dtype", kvFlag(order.wish().kvType()))
                .addIf(order.wish().quantisation() != LoadQuantisation.AS_STORED, "--quantization",
                        order.wish().quantisation().flag())
                .addIf(adjusted.float16() || plan.dataType() == DataType.FLOAT16, "--dtype", "float16")
                .addIf(order.wish().eager(), "--disable-cuda-graph")
                .addIf(order.sleepMode(), "--enable-memory-saver")
                .addIf(order.priorities(), "--enable-priority-scheduling").add("--enable-metrics");
        if (order.wish().adapters().slots() > 0) {
            line.add("--enable-lora", "--max-loras-per-batch", order.wish().adapters().slots(), "--max-lora-rank",
                    order.wish().adapters().rank());
            if (!order.adapters().isEmpty()) {
                line.add("--lora-paths");
                order.adapters().forEach(adapter -> line.add(adapter.name() + "=" + adapter.path()));
            } else {
                line.add("--lora-target-modules", "all");
            }
        }
        line.offline(order.stateDirectory()).gpus(placement.gpus()).set("PYTHONUNBUFFERED", 1)
                .setIf(adjusted.withoutPeerToPeer(), "NCCL_P2P_DISABLE", 1);
        return line.with(RULES, order.extraArguments());
    }

    /** SGLang's share holds weights and KV cache only; what computing takes must be left free beside it. */
    private static double staticShare(Placement placement) {
        DeviceMemory memory = placement.memory();
        long total = placement.gpus().stream().mapToLong(GpuCapacity::totalBytes).max().orElse(1);
        return (double) (memory.weights() + memory.adapters() + memory.kvCache()) / total;
    }

    private static String kvFlag(KvType type) {
        return switch (type) {
            case FP8, FP8_E4M3 -> "fp8_e4m3";
            case FP8_E5M2 -> "fp8_e5m2";
            case BFLOAT16 -> "bf16";
            case AUTO, FLOAT16 -> "auto";
        };
    }

    @Override
    public ArgumentRules argumentRules() {
        return RULES;
    }

    @Override
    public List<LoadMarker> loadMarkers() {
        return List.of(LoadMarker.of(LoadStage.LISTENING, "The server is fired up and ready to roll"),
                LoadMarker.of(LoadStage.HTTP, "Application startup complete|Uvicorn running on"),
                LoadMarker.of(LoadStage.ENGINE_READY, "max_total_num_tokens=\\d+"),
                LoadMarker.of(LoadStage.GRAPHS, "Capturing batches.*?(\\d{1,3})%\\|"),
                LoadMarker.of(LoadStage.GRAPHS, "Capture cuda graph"),
                LoadMarker.of(LoadStage.KV_CACHE, "KV Cache is allocated|Memory pool end"),
                LoadMarker.of(LoadStage.WEIGHTS, "Loading safetensors checkpoint shards:\\s+(\\d{1,3})%"),
                LoadMarker.of(LoadStage.WEIGHTS, "Load weight (?:begin|end)"),
                LoadMarker.of(LoadStage.DISTRIBUTED, "Init torch distributed"),
                LoadMarker.of(LoadStage.COMMAND_LINE, "server_args=ServerArgs"));
    }

    @Override
    public List<MemoryMarker> memoryMarkers() {
        // It says GB and divides by 2^30.
        return List.of(
                MemoryMarker.of(Part.WEIGHTS, MemoryMarker.GIB,
                        "Load weight end\\..*mem usage=(\\d{1,9}(?:\\.\\d{1,9})?) GB"),
                MemoryMarker.of(Part.KV_CACHE, MemoryMarker.GIB,
                        "KV Cache is allocated\\..*K size: (\\d{1,9}(?:\\.\\d{1,9})?) GB, "
                                + "V size: (\\d{1,9}(?:\\.\\d{1,9})?) GB"),
                // With latent attention there is one number only.
                MemoryMarker.of(Part.KV_CACHE, MemoryMarker.GIB,
                        "KV Cache is allocated\\..*, KV size: (\\d{1,9}(?:\\.\\d{1,9})?) GB"),
                MemoryMarker.of(Part.KV_TOKENS, 1, "KV Cache is allocated\\..*#tokens: (\\d{1,15})"),
                MemoryMarker.of(Part.GRAPHS, MemoryMarker.GIB,
                        "Capture cuda graph end\\..*mem usage=(\\d{1,9}(?:\\.\\d{1,9})?) GB"));
    }

    @Override
    public List<FailureSignature> failureSignatures() {
        return TorchFailures.behind(
                FailureSignature.of(EngineFailure.NO_KV_MEMORY,
                        "Not enough memory\\. Please try to increase --mem-fraction"),
                FailureSignature.of(EngineFailure.GPU_BUSY, "The memory capacity is unbalanced"),
                FailureSignature.of(EngineFailure.OUT_OF_GPU_MEMORY, "Capture cuda graph failed: CUDA out of memory"),
                FailureSignature.of(EngineFailure.PARALLEL_LAYOUT,
                        "must be divisible by|is not divisible by|attention_tp_size"),
                FailureSignature.of(EngineFailure.UNSUPPORTED_MODEL, "Model architectures .* are not supported"),
                FailureSignature.general(EngineFailure.ENGINE_DIED,
                        "Scheduler hit an exception|Rank \\d+ scheduler is dead|Received sigquit from a child"));
    }

    @Override
    public MetricNames metricNames() {
        return new MetricNames(List.of("sglang:num_running_reqs"), List.of("sglang:num_queue_reqs"),
                List.of("sglang:token_usage"), List.of("sglang:prompt_tokens_total"),
                List.of("sglang:generation_tokens_total"));
    }
}
