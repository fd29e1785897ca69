package org.gatehouse.simulated;

import java.util.List;

/**
 * A way in which vLLM's start is known to fail.
 *
 * @param step the step of the start after which it shows
 * @param cause the words of the root cause, as the inner process says them
 * @param core whether it happens in the engine core, so that a more general error wraps it
 * @param coreStatus what the wrapper says of the core process: 1, or -9 when the kernel ended it
 * @param exitStatus what the program ends with
 */
record KnownFailure(LoadStep step, String cause, boolean core, int coreStatus, int exitStatus) {
    static final List<String> NAMES = List.of("gpu-busy", "no-kv-memory", "context-too-long", "auto-fit",
            "co-tenant-race", "out-of-memory", "sampler-out-of-memory", "indivisible", "too-few-gpus", "data-type",
            "quantization", "no-kernel", "not-found", "gated", "offline", "too-slow", "tool-parser", "address-in-use",
            "killed");

    /** The failure of this name. The words are those of releases 0.10 to 0.28. */
    static KnownFailure named(String name) {
        return switch (name) {
            case "gpu-busy" -> inCore(LoadStep.DISTRIBUTED,
                    "ValueError: Free memory on device cuda:0 (3.21/79.18 GiB) on startup is less than desired GPU memory"
                            + " utilization (0.92, 72.85 GiB). Decrease GPU memory utilization or reduce GPU memory used"
                            + " by other processes.");
            case "no-kv-memory" -> inCore(LoadStep.COMPILE, "ValueError: No available memory for the cache blocks. Try"
                    + " increasing `gpu_memory_utilization` when initializing the engine.");
            case "context-too-long" -> inCore(LoadStep.COMPILE, "ValueError: To serve at least one request with the"
                    + " model's max seq len (131072), (16.00 GiB KV cache is needed, which is larger than the available"
                    + " KV cache memory (4.03 GiB). Based on the available memory, the estimated maximum model length is"
                    + " 32976. Try increasing `gpu_memory_utilization` or decreasing `max_model_len` when initializing"
                    + " the engine.");
            case "auto-fit" -> inCore(LoadStep.COMPILE,
                    "ValueError: Cannot auto-fit max_model_len: not one block of KV cache fits.");
            case "co-tenant-race" -> inCore(LoadStep.COMPILE, "AssertionError: Error in memory profiling. Initial free"
                    + " memory 60.1 GiB, current free memory 71.4 GiB. This happens when other processes sharing the same"
                    + " container release GPU memory while vLLM is profiling during initialization.");
            case "out-of-memory" -> inCore(LoadStep.FETCH,
                    "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.25 GiB. GPU 0 has a total capacity of"
                            + " 79.18 GiB of which 812.00 MiB is free.");
            case "sampler-out-of-memory" -> inCore(LoadStep.KV_CACHE, "RuntimeError: CUDA out of memory occurred when"
                    + " warming up sampler with 1024 dummy requests. Please try lowering `max_num_seqs` or"
                    + " `gpu_memory_utilization` when initializing the engine.");
            case "indivisible" -> early("ValueError: Total number of attention heads (28) must be divisible by tensor"
                    + " parallel size (8).");
            case "too-few-gpus" -> early("ValueError: World size (8) is larger than the number of available GPUs (4) in"
                    + " this node. If this is intended, set the node's count.");
            case "data-type" ->
                inCore(LoadStep.DISTRIBUTED, "ValueError: Bfloat16 is only supported on GPUs with compute"
                        + " capability of at least 8.0. Your GPU has compute capability 7.5. You can use float16 instead by"
                        + " explicitly setting the `dtype` flag in CLI, for example: --dtype=half.");
            case "quantization" -> inCore(LoadStep.FETCH, "ValueError: The quantization method fp8 is not supported for"
                    + " the current GPU. Minimum capability: 89. Current capability: 80.");
            case "no-kernel" -> inCore(LoadStep.WEIGHTS,
                    "torch.AcceleratorError: CUDA error: no kernel image is available for execution on the device");
            case "not-found" -> early("OSError: Invalid repository ID or local directory specified: '/models/none'."
                    + " Please verify the following requirements.");
            case "gated" ->
                early("huggingface_hub.errors.GatedRepoError: 401 Client Error. Cannot access gated repo for"
                        + " url https://hub.invalid/acme/tiny/resolve/main/config.json.");
            case "offline" -> early("huggingface_hub.errors.LocalEntryNotFoundError: Cannot find the requested files in"
                    + " the disk cache and outgoing traffic has been disabled.");
            case "too-slow" -> new KnownFailure(LoadStep.WEIGHTS, "TimeoutError: Timed out waiting for engine core"
                    + " processes to start. This is often caused by slow weight loading for large models. Waited 600s"
                    + " (configured by VLLM_ENGINE_READY_TIMEOUT_S).", false, 1, 1);
            case "tool-parser" -> early("KeyError: 'invalid tool call parser: none (chose from { hermes, mistral })'");
            case "address-in-use" ->
                new KnownFailure(LoadStep.HTTP, "OSError: [Errno 98] Address already in use", false,
                        1, 1);
            case "killed" -> new KnownFailure(LoadStep.WEIGHTS, "", true, -9, 1);
            default -> throw new IllegalArgumentException("failure `" + name + "` is none of "
                    + String.join(", ", NAMES));
        };
    }

    private static KnownFailure inCore(LoadStep step, String cause) {
        return new KnownFailure(step, cause, true, 1, 1);
    }

    private static KnownFailure early(String cause) {
        return new KnownFailure(LoadStep.COMMAND_LINE, cause, false, 1, 1);
    }
}
