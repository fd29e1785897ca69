package org.gatehouse.governance;

import java.util.List;

import org.gatehouse.governance.form.About;

/** A model that this box is to serve by itself, and how. What is zero or empty is chosen by the planner. */
public record DeploymentDraft(
        @About(value = "Unique; names its engines, their logs and its upstream. Can't be changed later.", min = 1, max = 40, pattern = "[a-z0-9][a-z0-9-]*") String name,
        @About(value = "The model name that callers use. Can't be changed later.", min = 1, max = 128, pattern = "[A-Za-z0-9][A-Za-z0-9._:/-]*") String publicName,
        @About(value = "A model of the model store by its id or its name, or an absolute path on this box.", min = 1, max = 500) String model,
        @About(value = "Which engine program serves it.", fallback = "\"vllm\"") Engine engine,
        @About(value = "Which of the engine's installed releases, by the name in the settings; empty for the first.", fallback = "\"\"", max = 64) String release,
        @About(value = "More arguments for the engine, of those that are allowed.", fallback = "[]", max = 64) List<String> extraArguments,
        @About(value = "How many engines serve it side by side; 0 keeps the definition and runs nothing.", fallback = "1", max = 64) int replicas,
        @About(value = "How large its engines are.", fallback = "{}") Sizing sizing,
        @About(value = "Whether it is loaded when somebody calls it, instead of always.", fallback = "false") boolean onDemand,
        @About(value = "With onDemand: unloaded after so many seconds without a call.", fallback = "900", min = 1, max = 2_592_000) int idleSeconds,
        @About(value = "Whether an engine that nobody calls may sleep instead of ending.", fallback = "\"never\"") Sleep sleep,
        @About(value = "A model gives way only to one of the same or a higher priority.", fallback = "50", max = 100) int priority,
        @About(value = "LoRA adapters, each a model of its own; they need sizing.adapterSlots.", fallback = "[]", max = 100) List<Adapter> adapters,
        @About(value = "How long things may take.", fallback = "{}") Patience patience,
        @About(value = "How calls stand in line for it.", fallback = "{}") Queue queue) {

    /** The engine programs. */
    public enum Engine {
        VLLM, SGLANG, LLAMA_CPP, TENSORRT_LLM, TRANSFORMERS
    }

    /** Number formats of the KV cache. */
    public enum KvCache {
        AUTO, BFLOAT16, FLOAT16, FP8, FP8_E4M3, FP8_E5M2
    }

    /** What becomes of the weights while they are loaded. */
    public enum Quantisation {
        AS_STORED, FP8, FOUR_BIT
    }

    /** How an engine may give its GPU memory back without ending. */
    public enum Sleep {
        NEVER, KEEP_WEIGHTS, MAY_DROP_WEIGHTS
    }

    /** How large engines are and where they may lie. */
    public record Sizing(
            @About(value = "Ids of the GPUs that may be used; empty for any.", fallback = "[]", max = 64) List<String> gpus,
            @About(value = "Percent of each GPU's memory that an engine takes; 0 for whatever is left.", fallback = "0", max = 100) int gpuPercent,
            @About(value = "GPUs that share each layer.", fallback = "0", max = 1024) int tensorParallel,
            @About(value = "Groups of GPUs that have different layers.", fallback = "0", max = 1024) int pipelineParallel,
            @About(value = "Longest prompt and answer together; 0 for the model's own, -1 for the longest that fits.", fallback = "0", min = -1, max = 100_000_000) int contextTokens,
            @About(value = "Format of the KV cache.", fallback = "\"auto\"") KvCache kvCache,
            @About(value = "What becomes of the weights while they are loaded.", fallback = "\"as_stored\"") Quantisation quantisation,
            @About(value = "Sequences at a time, at most.", fallback = "0", max = 1_048_576) int maxSequences,
            @About(value = "Without compilation and CUDA graphs: starts sooner, runs slower.", fallback = "false") boolean eager,
            @About(value = "LoRA adapters that can be in GPU memory at once.", fallback = "0", max = 1024) int adapterSlots,
            @About(value = "The largest rank of an adapter.", fallback = "0", max = 1024) int adapterRank) {

        /** As the planner thinks best. */
        public static final Sizing PLANNED = new Sizing(List.of(), 0, 0, 0, 0, KvCache.AUTO,
                Quantisation.AS_STORED, 0, false, 0, 0);

        /** Copies the list. */
        public Sizing {
            gpus = List.copyOf(gpus);
        }

        /** The same with this share of each of these GPUs. */
        public Sizing on(List<String> otherGpus, int percent) {
            return new Sizing(otherGpus, percent, tensorParallel, pipelineParallel, contextTokens, kvCache,
                    quantisation, maxSequences, eager, adapterSlots, adapterRank);
        }
    }

    /** A LoRA adapter. */
    public record Adapter(
            @About(value = "The model name of it that callers use.", min = 1, max = 128, pattern = "[A-Za-z0-9][A-Za-z0-9._:/-]*") String name,
            @About(value = "Where it lies on this box.", min = 1, max = 500, pattern = "/.*") String directory) {}

    /** How long things may take, in seconds. */
    public record Patience(
            @About(value = "For calls in flight before an engine is asked to end.", fallback = "60", max = 86_400) int drainSeconds,
            @About(value = "From asking an engine to end to ending it.", fallback = "25", max = 3_600) int graceSeconds,
            @About(value = "Longest silence of a loading engine.", fallback = "180", min = 1, max = 86_400) int silenceSeconds,
            @About(value = "Longest load of all.", fallback = "3600", min = 1, max = 604_800) int loadSeconds,
            @About(value = "Between two health checks.", fallback = "5", min = 1, max = 3_600) int healthSeconds,
            @About(value = "Least time in GPU memory before it gives way to another model.", fallback = "60", max = 86_400) int residencySeconds) {

        /** What is usual. */
        public static final Patience USUAL = new Patience(60, 25, 180, 3600, 5, 60);
    }

    /** How calls stand in line for a model that has no room for all. */
    public record Queue(
            @About(value = "Calls that one of its engines gets at once; 0 for as many as the engine works on at once.", fallback = "0", max = 65_536) int maxConcurrentCalls,
            @About(value = "Calls that wait for their turn at most; those beyond are told when to come back.", fallback = "256", max = 4096) int maxWaiting,
            @About(value = "Of which at most so many of one department; 0 for half of them.", fallback = "0", max = 4096) int maxWaitingOfDepartment) {

        /** What is usual. */
        public static final Queue USUAL = new Queue(0, 256, 0);
    }

    /** With the usual queue. */
    public DeploymentDraft(String name, String publicName, String model, Engine engine, String release,
            List<String> extraArguments, int replicas, Sizing sizing, boolean onDemand, int idleSeconds, Sleep sleep,
            int priority, List<Adapter> adapters, Patience patience) {
        this(name, publicName, model, engine, release, extraArguments, replicas, sizing, onDemand, idleSeconds, sleep,
                priority, adapters, patience, Queue.USUAL);
    }

    /** The same with this queue. */
    public DeploymentDraft with(Queue other) {
        return new DeploymentDraft(name, publicName, model, engine, release, extraArguments, replicas, sizing, onDemand,
                idleSeconds, sleep, priority, adapters, patience, other);
    }

    /** Copies the lists. */
    public DeploymentDraft {
        extraArguments = List.copyOf(extraArguments);
        adapters = List.copyOf(adapters);
    }

    /** The same with so many replicas. */
    public DeploymentDraft withReplicas(int other) {
        return new DeploymentDraft(name, publicName, model, engine, release, extraArguments, other, sizing, onDemand,
                idleSeconds, sleep, priority, adapters, patience, queue);
    }

    /** The same with these adapters. */
    public DeploymentDraft withAdapters(List<Adapter> others) {
        return new DeploymentDraft(name, publicName, model, engine, release, extraArguments, replicas, sizing, onDemand,
                idleSeconds, sleep, priority, others, patience, queue);
    }

    /** One engine that is always loaded, as the planner thinks best. */
    public static DeploymentDraft of(String name, String publicName, String model) {
        return new DeploymentDraft(name, publicName, model, Engine.VLLM, "", List.of(), 1, Sizing.PLANNED, false, 900,
                Sleep.NEVER, 50, List.of(), Patience.USUAL);
    }
}
