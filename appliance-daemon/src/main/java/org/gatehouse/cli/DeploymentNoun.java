package org.gatehouse.cli;

import java.util.List;

import org.gatehouse.cli.Member.Kind;

/** Deployments with what can be said about them on the command line. */
final class DeploymentNoun {
    private DeploymentNoun() {}

    static CliNoun deployments() {
        return new CliNoun("deployments", "deployment",
                List.of("name", "model name", "standing", "ready", "progress", "waiting"),
                List.of(),
                List.of(Member.needed("--name", "name", Kind.TEXT, "Names its engines and their logs."),
                        Member.needed("--public-name", "publicName", Kind.TEXT, "The model name that callers use."),
                        Member.needed("--model", "model", Kind.TEXT, "A model of the model store, or a path on the"
                                + " box."),
                        Member.of("--engine", "engine", Kind.TEXT, "vllm, sglang, llama_cpp, tensorrt_llm or"
                                + " transformers."),
                        Member.of("--release", "release", Kind.TEXT, "Which of the engine's installed releases."),
                        Member.of("--argument", "extraArguments", Kind.WORDS, "One more argument for the engine, as"
                                + " --argument=--enable-prefix-caching. Repeatable."),
                        Member.of("--replicas", "replicas", Kind.NUMBER, "How many engines serve it; 0 runs none."),
                        Member.of("--gpu", "sizing.gpus", Kind.WORDS, "The id of a GPU that may be used; any if none"
                                + " is named. Repeatable."),
                        Member.of("--gpu-percent", "sizing.gpuPercent", Kind.NUMBER, "Percent of each GPU's memory"
                                + " that an engine takes."),
                        Member.of("--tensor-parallel", "sizing.tensorParallel", Kind.NUMBER, "GPUs that share each"
                                + " layer."),
                        Member.of("--pipeline-parallel", "sizing.pipelineParallel", Kind.NUMBER, "Groups of GPUs that"
                                + " have different layers."),
                        Member.of("--context", "sizing.contextTokens", Kind.NUMBER, "Longest prompt and answer"
                                + " together; 0 for the model's own, -1 for the longest that fits."),
                        Member.of("--kv-cache", "sizing.kvCache", Kind.TEXT, "auto, bfloat16, float16, fp8, fp8_e4m3"
                                + " or fp8_e5m2."),
                        Member.of("--quantisation", "sizing.quantisation", Kind.TEXT, "as_stored, fp8 or four_bit."),
                        Member.of("--max-sequences", "sizing.maxSequences", Kind.NUMBER, "Sequences at a time."),
                        Member.of("--eager", "sizing.eager", Kind.ON, "Start sooner, run slower."),
                        Member.of("--no-eager", "sizing.eager", Kind.OFF, "Compile first: the default."),
                        Member.of("--adapter-slots", "sizing.adapterSlots", Kind.NUMBER, "LoRA adapters that can be in"
                                + " GPU memory at once."),
                        Member.of("--adapter-rank", "sizing.adapterRank", Kind.NUMBER, "The largest rank of an"
                                + " adapter."),
                        Member.of("--adapter", "adapters", Kind.ADAPTERS, "A LoRA adapter and where it lies on the"
                                + " box. Repeatable."),
                        Member.of("--on-demand", "onDemand", Kind.ON, "Load it when somebody calls it."),
                        Member.of("--always", "onDemand", Kind.OFF, "Keep it loaded: the default."),
                        Member.of("--idle-seconds", "idleSeconds", Kind.NUMBER, "With --on-demand: unloaded after so"
                                + " long without a call."),
                        Member.of("--sleep", "sleep", Kind.TEXT, "never, keep_weights or may_drop_weights."),
                        Member.of("--priority", "priority", Kind.NUMBER, "0 to 100: it gives way only to one of the"
                                + " same or a higher priority."),
                        Member.of("--drain-seconds", "patience.drainSeconds", Kind.NUMBER, "For calls in flight before"
                                + " an engine ends."),
                        Member.of("--grace-seconds", "patience.graceSeconds", Kind.NUMBER, "From asking an engine to"
                                + " end to ending it."),
                        Member.of("--silence-seconds", "patience.silenceSeconds", Kind.NUMBER, "Longest silence of a"
                                + " loading engine."),
                        Member.of("--load-seconds", "patience.loadSeconds", Kind.NUMBER, "Longest load of all."),
                        Member.of("--health-seconds", "patience.healthSeconds", Kind.NUMBER, "Between two health"
                                + " checks."),
                        Member.of("--residency-seconds", "patience.residencySeconds", Kind.NUMBER, "Least time in GPU"
                                + " memory before it gives way."),
                        Member.of("--max-concurrent-calls", "queue.maxConcurrentCalls", Kind.NUMBER, "Calls that one"
                                + " of its engines gets at once; 0 for as many as it works on at once."),
                        Member.of("--max-waiting", "queue.maxWaiting", Kind.NUMBER, "Calls that wait for their turn"
                                + " at most."),
                        Member.of("--max-waiting-of-department", "queue.maxWaitingOfDepartment", Kind.NUMBER, "Of"
                                + " which at most so many of one department; 0 for half of them.")),
                "--name chat --public-name chat-large --model qwen3-32b --replicas 2");
    }
}
