package org.gatehouse.supervisor.engines;

import java.util.List;
import java.util.Set;

import org.gatehouse.supervisor.engines.ArgumentRules.Value;
import org.gatehouse.supervisor.engines.Capabilities.AdapterLoading;
import org.gatehouse.supervisor.planning.EngineKind;
import org.gatehouse.supervisor.planning.Placement;
import org.gatehouse.supervisor.planning.Plan;

/**
 * Hugging Face's {@code transformers serve}: for small models and for trying things out. It answers health checks at once and
 * loads its model with the first call.
 */
final class TransformersServe implements Engine {
    private static final ArgumentRules RULES = new ArgumentRules.Builder()
            .allow(Value.NONE, "--continuous-batching", "--continuous_batching", "--compile")
            .allow(Value.WHOLE, "--default-seed", "--cb-block-size", "--cb-num-blocks", "--cb-max-batch-tokens")
            .allow(Value.NUMBER, "--cb-max-memory-percent")
            .allow(Value.NAME, "--attn-implementation", "--attn_implementation")
            .own("address", "--host", "--port").own("model and public name", "--force-model", "--force_model")
            .own("memory settings", "--dtype", "--quantization", "--device", "--load-in-4bit", "--load-in-8bit",
                    "--model-timeout", "--model_timeout")
            .never("runs code that lies beside the model", "--trust-remote-code", "--trust_remote_code")
            .never("opens the engine to any page in a browser", "--enable-cors", "--enable_cors")
            .never("writes prompts or answers into a log", "--log-level", "--log_level")
            .build();

    @Override
    public EngineKind kind() {
        return EngineKind.TRANSFORMERS;
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities(false, AdapterLoading.NONE, Set.of(), false, false, true, false);
    }

    @Override
    public Endpoints endpoints() {
        return new Endpoints("/health", "/v1/models", "/v1/chat/completions", List.of(CallKind.TRANSCRIPTION), "", "",
                "", "", "", "", "");
    }

    @Override
    public Launch launch(EngineOrder order, Plan.Fits plan, Placement placement, EngineAddress address) {
        if (!(address instanceof EngineAddress.LoopbackPort(int port))) {
            return CommandLine.impossible("address",
                    "transformers serve cannot answer on a Unix socket: give it a port.");
        }
        if (order.sleepMode() || order.priorities() || !order.adapters().isEmpty()) {
            return CommandLine.impossible("modes",
                    "transformers serve has no sleep mode, priorities or LoRA adapters: leave them out.");
        }
        // Since 5.0 the model is a positional argument, and requests are refused that do not name it just as it was named there. So it is
        // given the public name, which leads to the model from where the engine runs.
        boolean positional = order.version().atLeast(5, 0);
        CommandLine line = new CommandLine(order, "transformers").link(order.publicName(), order.model()).add("serve")
                .addIf(positional, order.publicName())
                .addIf(!positional, "--force-model", order.model()).add("--host", "127.0.0.1", "--port", port)
                .addIf(order.adjustments().float16(), "--dtype", "float16");
        line.offline(order.stateDirectory()).gpus(placement.gpus()).set("PYTHONUNBUFFERED", 1);
        return line.with(RULES, order.extraArguments());
    }

    @Override
    public ArgumentRules argumentRules() {
        return RULES;
    }

    @Override
    public List<LoadMarker> loadMarkers() {
        return List.of(LoadMarker.of(LoadStage.LISTENING, "Application startup complete|Uvicorn running on"),
                LoadMarker.of(LoadStage.WEIGHTS, "Loading (?:checkpoint shards|weights):\\s+(\\d{1,3})%"),
                LoadMarker.of(LoadStage.COMMAND_LINE, "Started server process"));
    }

    @Override
    public List<MemoryMarker> memoryMarkers() {
        return List.of();
    }

    @Override
    public List<FailureSignature> failureSignatures() {
        return TorchFailures.behind();
    }

    @Override
    public MetricNames metricNames() {
        return MetricNames.NONE;
    }
}
