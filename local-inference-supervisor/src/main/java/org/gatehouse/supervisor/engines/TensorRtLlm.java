package org.gatehouse.supervisor.engines;

import java.util.List;
import java.util.Set;

import org.gatehouse.supervisor.engines.ArgumentRules.Value;
import org.gatehouse.supervisor.engines.Capabilities.AdapterLoading;
import org.gatehouse.supervisor.engines.MemoryMarker.Part;
import org.gatehouse.supervisor.planning.DeviceMemory;
import org.gatehouse.supervisor.planning.EngineKind;
import org.gatehouse.supervisor.planning.GpuCapacity;
import org.gatehouse.supervisor.planning.KvType;
import org.gatehouse.supervisor.planning.Placement;
import org.gatehouse.supervisor.planning.Plan;

/** TensorRT-LLM's {@code trtllm-serve}. Its flags are those of its documentation; its log was not yet seen. */
final class TensorRtLlm implements Engine {
    private static final String FILE = "trtllm.yaml";
    private static final ArgumentRules RULES = new ArgumentRules.Builder()
            .allow(Value.NONE, "--enable_chunked_prefill", "--disable_chunked_prefill")
            .allow(Value.WHOLE, "--ep_size", "--cluster_size", "--num_postprocess_workers")
            .allow(Value.NAME, "--reasoning_parser", "--tool_parser", "--backend")
            .own("address", "--host", "--port").own("model and public name", "--served_model_name", "--tokenizer")
            .own("parallelism", "--tp_size", "--pp_size", "--gpus_per_node")
            .own("memory settings", "--max_batch_size", "--max_num_tokens", "--max_seq_len", "--kv_cache_dtype",
                    "--kv_cache_free_gpu_memory_fraction", "--free_gpu_memory_fraction", "--max_beam_width")
            .never("runs code that lies beside the model", "--trust_remote_code", "--custom_tokenizer",
                    "--custom_module_dirs")
            .never("changes where secrets or settings come from", "--config", "--extra_llm_api_options",
                    "--metadata_server_config_file", "--server_role", "--chat_template")
            .never("takes away what the supervisor watches it by", "--grpc", "--log_level")
            .build();

    @Override
    public EngineKind kind() {
        return EngineKind.TENSORRT_LLM;
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities(false, AdapterLoading.NONE, Set.of(), false, false, false, false);
    }

    @Override
    public Endpoints endpoints() {
        // Its /metrics are iterations in JSON; Prometheus' format is one level down.
        return new Endpoints("/health", "/v1/models", "/v1/completions", List.of(CallKind.EMBEDDING),
                "/prometheus/metrics", "/version", "", "", "",
                "", "");
    }

    @Override
    public Launch launch(EngineOrder order, Plan.Fits plan, Placement placement, EngineAddress address) {
        if (!(address instanceof EngineAddress.LoopbackPort(int port))) {
            return CommandLine.impossible("address", "TensorRT-LLM cannot answer on a Unix socket: give it a port.");
        }
        if (order.sleepMode() || order.priorities() || !order.adapters().isEmpty()) {
            return CommandLine.impossible("modes",
                    "TensorRT-LLM has no sleep mode, priorities or LoRA adapters here: leave them out.");
        }
        String name = order.version().atLeast(1, 2) ? "--config" : "--extra_llm_api_options";
        CommandLine line = new CommandLine(order, "trtllm-serve").add(order.model(), "--host", "127.0.0.1", "--port",
                port, "--backend", "pytorch")
                .addIf(order.version().atLeast(1, 1), "--served_model_name", order.publicName())
                .add("--tp_size", placement.shape().tensorParallel(), "--pp_size",
                        placement.shape().pipelineParallel())
                .add("--max_batch_size", order.adjustments().sequences(plan.batch().sequences()))
                .add("--max_num_tokens", plan.batch().tokens())
                .add("--max_seq_len", order.adjustments().context(plan.contextTokens()))
                .add("--kv_cache_free_gpu_memory_fraction", CommandLine.share(share(placement)))
                .add(name, order.stateDirectory().resolve(FILE));
        line.file(FILE, "return_perf_metrics: true\n"
                + (order.wish().kvType() == KvType.AUTO ? "" : "kv_cache_config:\n  dtype: fp8\n")
                + (order.wish().eager() ? "cuda_graph_config: null\n" : ""));
        line.offline(order.stateDirectory()).gpus(placement.gpus()).set("PYTHONUNBUFFERED", 1)
                .setIf(order.adjustments().withoutPeerToPeer(), "NCCL_P2P_DISABLE", 1);
        return line.with(RULES, order.extraArguments());
    }

    /** The share of what is free once weights and buffers are there. */
    private static double share(Placement placement) {
        DeviceMemory memory = placement.memory();
        long free = placement.gpus().stream().mapToLong(GpuCapacity::freeBytes).min().orElse(1);
        long left = Math.max(memory.kvCache(), free - (memory.total() - memory.kvCache()));
        return Math.clamp((double) memory.kvCache() / Math.max(1, left), 0.01, 0.95);
    }

    @Override
    public ArgumentRules argumentRules() {
        return RULES;
    }

    @Override
    public List<LoadMarker> loadMarkers() {
        return List.of(LoadMarker.of(LoadStage.LISTENING, "Application startup complete|Uvicorn running on"),
                LoadMarker.of(LoadStage.GRAPHS, "Creating CUDA graph instances|Run autotuning warmup"),
                LoadMarker.of(LoadStage.KV_CACHE, "Allocated \\S+ GiB for max tokens|Max KV cache pages"),
                LoadMarker.of(LoadStage.WEIGHTS, "Loading weights:\\s+(\\d{1,3})%"),
                LoadMarker.of(LoadStage.WEIGHTS, "Loading safetensors weights in parallel:\\s+(\\d{1,3})%"),
                LoadMarker.of(LoadStage.WEIGHTS, "Prefetching \\S+ checkpoint files"),
                LoadMarker.of(LoadStage.DISTRIBUTED, "\\[MpiSession\\]|rank \\d+ using MpiPoolSession"),
                LoadMarker.of(LoadStage.COMMAND_LINE, "TensorRT[- ]LLM version"));
    }

    @Override
    public List<MemoryMarker> memoryMarkers() {
        return List.of(MemoryMarker.of(Part.KV_CACHE, MemoryMarker.GIB,
                "Allocated (\\d{1,9}(?:\\.\\d{1,9})?) GiB for max tokens"));
    }

    @Override
    public List<FailureSignature> failureSignatures() {
        return TorchFailures.behind(
                FailureSignature.of(EngineFailure.PARALLEL_LAYOUT, "must be divisible by|is not divisible by"),
                FailureSignature.of(EngineFailure.UNSUPPORTED_MODEL, "Unknown architecture for AutoModelForCausalLM"),
                FailureSignature.of(EngineFailure.NO_KV_MEMORY, "insufficient (?:GPU )?memory for KV cache"),
                FailureSignature.general(EngineFailure.ENGINE_DIED,
                        "MPI_ABORT|Executor worker returned error|Executor initialization failed"));
    }

    @Override
    public MetricNames metricNames() {
        return new MetricNames(List.of("trtllm_num_requests_running"), List.of("trtllm_num_requests_waiting"),
                List.of("trtllm_kv_cache_utilization"), List.of("trtllm_prompt_tokens_total"),
                List.of("trtllm_generation_tokens_total"));
    }
}
