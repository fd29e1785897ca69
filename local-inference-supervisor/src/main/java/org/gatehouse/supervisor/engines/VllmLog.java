package org.gatehouse.supervisor.engines;

import java.util.List;

import org.gatehouse.supervisor.engines.MemoryMarker.Part;

/** What vLLM's log lines mean, in the wordings of releases 0.10 to 0.28. */
final class VllmLog {
    static final List<LoadMarker> LOAD = List.of(
            LoadMarker.of(LoadStage.LISTENING, "Application startup complete"),
            LoadMarker.of(LoadStage.HTTP, "Starting vLLM (?:API )?server|Available routes are|Supported[ _]tasks: "),
            LoadMarker.of(LoadStage.ENGINE_READY, "init engine \\(profile"),
            LoadMarker.of(LoadStage.GRAPHS, "Capturing CUDA graphs?.*?(\\d{1,3})%\\|"),
            LoadMarker.of(LoadStage.GRAPHS, "Capturing CUDA graph|Graph capturing finished|CUDA graph pool memory"),
            LoadMarker.of(LoadStage.KV_CACHE, "Available KV cache memory|GPU KV cache size|Maximum concurrency for"),
            LoadMarker.of(LoadStage.COMPILE, "for vLLM's torch\\.compile|Dynamo bytecode transform time"
                    + "|Compiling a graph for|torch\\.compile (?:took|takes)"),
            LoadMarker.of(LoadStage.WEIGHTS, "Loading safetensors checkpoint shards:\\s+(\\d{1,3})%"),
            LoadMarker.of(LoadStage.WEIGHTS, "Loading weights took|Model loading took|Loading safetensors"),
            LoadMarker.of(LoadStage.FETCH, "Starting to load model|Time spent downloading weights"),
            LoadMarker.of(LoadStage.DISTRIBUTED, "world_size=\\d+ rank=\\d+|vLLM is using nccl"),
            LoadMarker.of(LoadStage.ENGINE_CORE, "Initializing a V1 LLM engine"),
            LoadMarker.of(LoadStage.COMMAND_LINE, "vLLM (?:API )?server version|non-default args: "));

    static final List<MemoryMarker> MEMORY = List.of(
            MemoryMarker.of(Part.WEIGHTS, MemoryMarker.GIB, "Model loading took (\\d{1,9}(?:\\.\\d{1,9})?) GiB"),
            MemoryMarker.of(Part.KV_CACHE, MemoryMarker.GIB,
                    "Available KV cache memory: (\\d{1,9}(?:\\.\\d{1,9})?) GiB"),
            MemoryMarker.of(Part.KV_TOKENS, 1, "GPU KV cache size: (\\d[\\d,]{0,14}) tokens"),
            MemoryMarker.of(Part.GRAPHS, MemoryMarker.GIB,
                    "Graph capturing finished in \\d+ secs?, took (\\d{1,9}(?:\\.\\d{1,9})?) GiB"));

    static final List<FailureSignature> FAILURES = TorchFailures.behind(
            FailureSignature.of(EngineFailure.GPU_BUSY,
                    "Free memory on device .* on startup is less than desired GPU memory utilization"),
            FailureSignature.of(EngineFailure.CONTEXT_TOO_LONG, "To serve at least one request with the model's max "
                    + "seq len.*?(?:estimated maximum model length is (\\d+)|$)"),
            FailureSignature.of(EngineFailure.CONTEXT_TOO_LONG, "Cannot auto-fit max_model_len"),
            FailureSignature.of(EngineFailure.NO_KV_MEMORY, "No available memory for the cache blocks"),
            FailureSignature.of(EngineFailure.CO_TENANT_RACE, "Error in memory profiling\\. Initial free memory"),
            FailureSignature.of(EngineFailure.WAKE_OUT_OF_MEMORY, "CUDA Error: out of memory at .*cumem_allocator"),
            FailureSignature.of(EngineFailure.PARALLEL_LAYOUT,
                    "must be divisible by tensor parallel size|is larger than the number of available GPUs"),
            FailureSignature.of(EngineFailure.NO_BFLOAT16,
                    "Bfloat16 is only supported on GPUs with compute capability of at least"),
            FailureSignature.of(EngineFailure.UNSUPPORTED_GPU, "is not supported for the current GPU"),
            FailureSignature.of(EngineFailure.UNSUPPORTED_MODEL, "Model architectures .* are not supported for now"),
            FailureSignature.of(EngineFailure.MODEL_NOT_FOUND, "Invalid repository ID or local directory specified"),
            FailureSignature.of(EngineFailure.ENGINE_TOO_SLOW, "Timed out waiting for engine core processes to start"),
            FailureSignature.of(EngineFailure.BAD_ARGUMENTS, "--enable-auto-tool-choice requires --tool-call-parser"
                    + "|invalid tool call parser|invalid reasoning parser"),
            FailureSignature.general(EngineFailure.KILLED, "Failed core proc\\(s\\): \\{[^}]*: -9"),
            FailureSignature.general(EngineFailure.ENGINE_DIED,
                    "Engine core initialization failed|EngineDeadError|EngineCore encountered a fatal error"
                            + "|died unexpectedly|execute_model timed out|sample_tokens timed out"));

    private VllmLog() {}
}
