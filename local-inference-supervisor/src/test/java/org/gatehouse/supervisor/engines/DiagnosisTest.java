package org.gatehouse.supervisor.engines;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.gatehouse.supervisor.planning.EngineKind;

import static org.assertj.core.api.Assertions.assertThat;

class DiagnosisTest {
    private static Diagnosis vllm(int exitCode, boolean wasReady, String... lines) {
        return Diagnosis.of(Engine.of(EngineKind.VLLM), List.of(lines), exitCode, wasReady);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GPU_BUSY          | ValueError: Free memory on device cuda:0 (3.1/79.6 GiB) on startup is less than desired GPU memory utilization (0.92, 73.3 GiB). Decrease
            NO_KV_MEMORY      | ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization`
            CONTEXT_TOO_LONG  | ValueError: Cannot auto-fit max_model_len: not enough
            CO_TENANT_RACE    | AssertionError: Error in memory profiling. Initial free memory 1, current free memory 2
            OUT_OF_GPU_MEMORY | torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB
            OUT_OF_GPU_MEMORY | RuntimeError: CUDA out of memory occurred when warming up sampler with 1024 dummy requests.
            WAKE_OUT_OF_MEMORY| CUDA Error: out of memory at /w/csrc/cumem_allocator.cpp:62
            PARALLEL_LAYOUT   | ValueError: Total number of attention heads (40) must be divisible by tensor parallel size (3).
            PARALLEL_LAYOUT   | ValueError: World size (16) is larger than the number of available GPUs (8) in this node.
            NO_BFLOAT16       | ValueError: Bfloat16 is only supported on GPUs with compute capability of at least 8.0. Your
            UNSUPPORTED_GPU   | ValueError: The quantization method awq is not supported for the current GPU. Minimum capability: 75.
            UNSUPPORTED_GPU   | RuntimeError: CUDA error: no kernel image is available for execution on the device
            UNSUPPORTED_MODEL | ValueError: Model architectures ['NewForCausalLM'] are not supported for now.
            MODEL_DAMAGED     | safetensors_rust.SafetensorError: Error while deserializing header: HeaderTooLarge
            MODEL_NOT_FOUND   | ValueError: Invalid repository ID or local directory specified: '/m'
            MODEL_ACCESS_DENIED | huggingface_hub.errors.GatedRepoError: 401 Client Error.
            ENGINE_TOO_SLOW   | TimeoutError: Timed out waiting for engine core processes to start.
            BAD_ARGUMENTS     | Error: --enable-auto-tool-choice requires --tool-call-parser
            ADDRESS_IN_USE    | OSError: [Errno 98] Address already in use
            GPU_LOST          | torch.AcceleratorError: CUDA error: an illegal memory access was encountered
            GPUS_CANNOT_TALK  | torch.distributed.DistBackendError: NCCL error in: x.cpp:1, unhandled system error
            DISK_FULL         | OSError: [Errno 28] No space left on device
            BROKEN_INSTALLATION | ImportError: libcudart.so.13: cannot open shared object file
            """)
    void rootCauseIsFoundInFrontOfItsWrapper(EngineFailure expected, String line) {
        Diagnosis diagnosis = vllm(0, false, "INFO something", "(EngineCore pid=9) " + line,
                "RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}");

        assertThat(diagnosis.failure()).isEqualTo(expected);
        assertThat(diagnosis.evidence()).contains(line.substring(0, 20));
        assertThat(diagnosis.advice()).endsWith(".");
        assertThat(diagnosis.remedy()).isEqualTo(expected.remedy());
    }

    @Test
    void contextThatTheEngineSaysWouldFitBecomesTheRemedyOnce() {
        Diagnosis diagnosis = vllm(1, false, "ValueError: To serve at least one request with the model's max seq len "
                + "(131072), (16.00 GiB KV cache is needed, which is larger than the available KV cache memory "
                + "(9.51 GiB). Based on the available memory, the estimated maximum model length is 77888. Try "
                + "increasing `gpu_memory_utilization` or decreasing `max_model_len`");

        assertThat(diagnosis.failure()).isEqualTo(EngineFailure.CONTEXT_TOO_LONG);
        assertThat(diagnosis.remedy()).isEqualTo(new Remedy.ShorterContext(77_888));
        assertThat(diagnosis.remedy().attempts()).isEqualTo(1);
        assertThat(diagnosis.advice()).contains("77888");
        assertThat(Adjustments.NONE.and(diagnosis.remedy(), 256).context(131_072)).isEqualTo(77_888);
        assertThat(vllm(1, false, "To serve at least one request with the model's max seq len (9), estimated maximum "
                + "model length is 99999999999999").remedy()).isEqualTo(new Remedy.NoneByItself());
    }

    @Test
    void exitCodesCountOnlyWhereTheLogSaysNothing() {
        assertThat(vllm(2, false, "usage: vllm", "vllm serve: error: unrecognized arguments: --x").failure())
                .isEqualTo(EngineFailure.BAD_ARGUMENTS);
        assertThat(vllm(2, true, "x").failure()).isEqualTo(EngineFailure.EXITED);
        assertThat(vllm(127, false).failure()).isEqualTo(EngineFailure.COMMAND_NOT_FOUND);
        assertThat(vllm(137, true, "x").failure()).isEqualTo(EngineFailure.KILLED);
        assertThat(vllm(0, true).evidence()).isEqualTo("exit code 0: it said nothing");
        assertThat(vllm(0, true, "EngineDeadError: EngineCore encountered an issue.").failure())
                .isEqualTo(EngineFailure.ENGINE_DIED);
        assertThat(vllm(1, false, "Failed core proc(s): {'EngineCore': -9}").failure())
                .isEqualTo(EngineFailure.KILLED);
    }

    @Test
    void silenceWhileGpusFindEachOtherIsACommunicationProblem() {
        Diagnosis diagnosis = Diagnosis.ofStall(LoadStage.DISTRIBUTED, "world_size=2 rank=0");

        assertThat(diagnosis.failure()).isEqualTo(EngineFailure.GPUS_CANNOT_TALK);
        assertThat(Adjustments.NONE.and(diagnosis.remedy(), 1).withoutPeerToPeer()).isTrue();
        assertThat(Diagnosis.ofStall(LoadStage.WEIGHTS, "x").failure()).isEqualTo(EngineFailure.STALLED);
    }

    @Test
    void remediesAddUpAndNeverAskForMoreThanWasPlanned() {
        Adjustments adjusted = Adjustments.NONE.and(new Remedy.FewerSequences(), 256).and(new Remedy.InFloat16(), 128)
                .and(new Remedy.LongerStart(), 128).and(new Remedy.ShorterContext(4096), 128);

        assertThat(adjusted).isEqualTo(new Adjustments(4096, 128, true, false, 3600));
        assertThat(adjusted.context(2048)).isEqualTo(2048);
        assertThat(adjusted.sequences(64)).isEqualTo(64);
        assertThat(Adjustments.NONE.and(new Remedy.FewerSequences(), 9).maxSequences()).isEqualTo(8);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            LLAMA_CPP    | OUT_OF_GPU_MEMORY | ggml_backend_cuda_buffer_type_alloc_buffer: allocating 9 MiB on device 0: cudaMalloc failed: out of memory
            LLAMA_CPP    | UNSUPPORTED_MODEL | error loading model architecture: unknown model architecture: 'next'
            LLAMA_CPP    | BAD_ARGUMENTS     | error: invalid argument: --x
            SGLANG       | NO_KV_MEMORY      | RuntimeError: Not enough memory. Please try to increase --mem-fraction-static.
            SGLANG       | ENGINE_DIED       | Scheduler hit an exception: Traceback
            TENSORRT_LLM | UNSUPPORTED_MODEL | ValueError: Unknown architecture for AutoModelForCausalLM: X
            TRANSFORMERS | OUT_OF_GPU_MEMORY | torch.OutOfMemoryError: CUDA out of memory.
            """)
    void otherEnginesAreDiagnosedToo(EngineKind engine, EngineFailure expected, String line) {
        assertThat(Diagnosis.of(Engine.of(engine), List.of(line), 1, false).failure()).isEqualTo(expected);
    }

    @Test
    void everyFailureHasAdviceAndABoundedRemedy() {
        for (EngineFailure failure : EngineFailure.values()) {
            assertThat(failure.advice()).as(failure.name()).endsWith(".").hasSizeGreaterThan(20);
            assertThat(failure.remedy().attempts()).isNotNegative();
        }
    }
}
