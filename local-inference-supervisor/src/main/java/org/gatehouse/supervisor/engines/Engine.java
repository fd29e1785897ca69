package org.gatehouse.supervisor.engines;

import java.util.List;

import org.gatehouse.supervisor.planning.EngineKind;
import org.gatehouse.supervisor.planning.Placement;
import org.gatehouse.supervisor.planning.Plan;

/** An engine program, as far as one differs from another. Stateless; safe for any thread. */
public sealed interface Engine permits Vllm, Sglang, LlamaServer, TensorRtLlm, TransformersServe {

    /** The engine of this kind. */
    static Engine of(EngineKind kind) {
        return switch (kind) {
            case VLLM -> new Vllm();
            case SGLANG -> new Sglang();
            case LLAMA_CPP -> new LlamaServer();
            case TENSORRT_LLM -> new TensorRtLlm();
            case TRANSFORMERS -> new TransformersServe();
        };
    }

    /** Which one it is. */
    EngineKind kind();

    /** What it can do beyond answering. */
    Capabilities capabilities();

    /** Where it answers what. */
    Endpoints endpoints();

    /**
     * The command that serves one replica on one box.
     *
     * @param order what to serve
     * @param plan the plan that the placement belongs to
     * @param placement where the replica goes; on one box (see {@link VllmGang} for several)
     * @param address where it shall answer
     * @return the command, or what is wrong with the order
     */
    Launch launch(EngineOrder order, Plan.Fits plan, Placement placement, EngineAddress address);

    /** What may stand in {@link EngineOrder#extraArguments}. */
    ArgumentRules argumentRules();

    /** What its log lines say about a start, furthest first: a line counts for the first that it matches. */
    List<LoadMarker> loadMarkers();

    /** What its log lines say about the memory that it took. */
    List<MemoryMarker> memoryMarkers();

    /** What its log lines say about failures, the specific before the general. */
    List<FailureSignature> failureSignatures();

    /** What its metrics are called, each under all names that its releases have used. */
    MetricNames metricNames();
}
