package org.gatehouse.supervisor.engines;

import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.gatehouse.supervisor.engines.Capabilities.AdapterLoading;
import org.gatehouse.supervisor.planning.DataType;
import org.gatehouse.supervisor.planning.EngineKind;
import org.gatehouse.supervisor.planning.GpuCapacity;
import org.gatehouse.supervisor.planning.KvType;
import org.gatehouse.supervisor.planning.LoadQuantisation;
import org.gatehouse.supervisor.planning.Placement;
import org.gatehouse.supervisor.planning.Plan;

/** vLLM, releases 0.10 to 0.28. */
final class Vllm implements Engine {
    /** The ranks that it has LoRA kernels for. */
    private static final List<Integer> RANKS = List.of(8, 16, 32, 64, 128, 256, 320, 512);

    @Override
    public EngineKind kind() {
        return EngineKind.VLLM;
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities(true, AdapterLoading.AT_RUN_TIME, Set.of(1, 2), true, false, false, true);
    }

    @Override
    public Endpoints endpoints() {
        return new Endpoints("/health", "/v1/models", "/v1/completions",
                List.of(CallKind.EMBEDDING, CallKind.RERANK, CallKind.SCORE, CallKind.CLASSIFICATION, CallKind.POOLING,
                        CallKind.TRANSCRIPTION),
                "/metrics", "/version", "/sleep", "/wake_up",
                "/is_sleeping", "/v1/load_lora_adapter", "/v1/unload_lora_adapter");
    }

    @Override
    public Launch launch(EngineOrder order, Plan.Fits plan, Placement placement, EngineAddress address) {
        if (placement.nodes().size() > 1) {
            return CommandLine.impossible("placement",
                    "The replica lies on several boxes: start it as a gang of ranks, one on each box.");
        }
        return impossible(order, address).orElseGet(
                () -> serve(order, plan, placement, address).with(argumentRules(), order.extraArguments()));
    }

    /** What an order asks for that cannot be. */
    static Optional<Launch> impossible(EngineOrder order, EngineAddress address) {
        if (order.sleepMode() && !(address instanceof EngineAddress.UnixSocket)) {
            return Optional.of(CommandLine.impossible("sleep mode",
                    "Sleep mode opens a door through which any code can be run, and a port has no permissions: give "
                            + "the deployment a Unix socket."));
        }
        if (!order.adapters().isEmpty() && order.wish().adapters().slots() == 0) {
            return Optional.of(CommandLine.impossible("adapters",
                    "The order has LoRA adapters, but no memory was planned for any: plan with adapter slots."));
        }
        return Optional.empty();
    }

    /** The command without extra arguments. */
    static CommandLine serve(EngineOrder order, Plan.Fits plan, Placement placement, EngineAddress address) {
        CommandLine line = new CommandLine(order, "vllm").add("serve", order.model())
                .add("--served-model-name", order.publicName());
        switch (address) {
            case EngineAddress.UnixSocket socket -> line.add("--uds", socket.path());
            // The default is all addresses of the box.
            case EngineAddress.LoopbackPort port -> line.add("--host", "127.0.0.1", "--port", port.port());
        }
        memory(line, order, plan, placement);
        adapters(line, order);
        boolean drains = order.version().atLeast(0, 18) && !order.drain().isZero();
        line.addIf(order.sleepMode(), "--enable-sleep-mode")
                .addIf(order.priorities(), "--scheduling-policy", "priority")
                .addIf(drains, "--shutdown-timeout", Math.ceilDiv(order.drain().toMillis(), 1000))
                .add("--enable-prompt-tokens-details", "--disable-uvicorn-access-log");
        environment(line, order, placement.gpus());
        return line;
    }

    private static void memory(CommandLine line, EngineOrder order, Plan.Fits plan, Placement placement) {
        Adjustments adjusted = order.adjustments();
        int sequences = adjusted.sequences(plan.batch().sequences());
        boolean half = adjusted.float16() || plan.dataType() == DataType.FLOAT16;
        line.add("--tensor-parallel-size", placement.shape().tensorParallel())
                .addIf(placement.shape().pipelineParallel() > 1, "--pipeline-parallel-size",
                        placement.shape().pipelineParallel())
                .add("--gpu-memory-utilization", CommandLine.share(placement.utilisationPermille() / 1000.0))
                .addIf(placement.kvCacheFixed(), "--kv-cache-memory-bytes", placement.memory().kvCache())
                .add("--max-model-len", adjusted.context(plan.contextTokens())).add("--max-num-seqs", sequences)
                .add("--max-num-batched-tokens", plan.batch().tokens())
                .addIf(order.wish().kvType() != KvType.AUTO, "--kv-cache-dtype", order.wish().kvType().flag())
                .addIf(half, "--dtype", "half")
                .addIf(order.wish().quantisation() != LoadQuantisation.AS_STORED, "--quantization",
                        order.wish().quantisation().flag())
                .addIf(order.wish().eager(), "--enforce-eager");
    }

    private static void adapters(CommandLine line, EngineOrder order) {
        if (order.wish().adapters().slots() == 0) {
            return;
        }
        int rank = order.wish().adapters().rank();
        line.add("--enable-lora", "--max-loras", order.wish().adapters().slots()).add("--max-lora-rank",
                RANKS.stream().filter(known -> known >= rank).findFirst().orElse(RANKS.getLast()));
        if (!order.adapters().isEmpty()) {
            line.add("--lora-modules");
            order.adapters().forEach(adapter -> line.add(adapter.name() + "=" + adapter.path()));
        }
        line.set("VLLM_ALLOW_RUNTIME_LORA_UPDATING", "True");
    }

    /** Variables that each rank needs. */
    static void environment(CommandLine line, EngineOrder order, List<GpuCapacity> gpus) {
        line.offline(order.stateDirectory()).gpus(gpus).set("VLLM_NO_USAGE_STATS", 1)
                .set("VLLM_CACHE_ROOT", order.stateDirectory().resolve("vllm-cache"))
                .set("VLLM_CONFIG_ROOT", order.stateDirectory().resolve("vllm-config"))
                .set("VLLM_WORKER_MULTIPROC_METHOD", "spawn").set("VLLM_LOGGING_COLOR", 0)
                .set("VLLM_DISABLE_LOG_LOGO", 1).set("PYTHONUNBUFFERED", 1)
                .setIf(!order.apiKey().isEmpty(), "VLLM_API_KEY", order.apiKey())
                .setIf(order.sleepMode(), "VLLM_SERVER_DEV_MODE", 1)
                .setIf(order.adjustments().withoutPeerToPeer(), "NCCL_P2P_DISABLE", 1)
                .setIf(order.adjustments().readySeconds() > 0, "VLLM_ENGINE_READY_TIMEOUT_S",
                        order.adjustments().readySeconds());
    }

    @Override
    public ArgumentRules argumentRules() {
        return VllmArguments.RULES;
    }

    @Override
    public List<LoadMarker> loadMarkers() {
        return VllmLog.LOAD;
    }

    @Override
    public List<MemoryMarker> memoryMarkers() {
        return VllmLog.MEMORY;
    }

    @Override
    public List<FailureSignature> failureSignatures() {
        return VllmLog.FAILURES;
    }

    @Override
    public MetricNames metricNames() {
        return new MetricNames(List.of("vllm:num_requests_running"), List.of("vllm:num_requests_waiting"),
                List.of("vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc"),
                List.of("vllm:prompt_tokens_total", "vllm:prompt_tokens"),
                List.of("vllm:generation_tokens_total", "vllm:generation_tokens"));
    }
}
