package org.gatehouse.supervisor;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class FailureSignaturesTest {
    private static final String WRAPPER = "RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {'EngineCore': 1}";

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '^', textBlock = """
            ValueError: Free memory on device cuda:0 (3.1/79.2 GiB) on startup is less than desired GPU memory utilization (0.92, 72.9 GiB). Decrease it ~ GPU_BUSY
            ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization`                                             ~ NO_KV_MEMORY
            ValueError: Cannot auto-fit max_model_len: too little memory                                                                              ~ CONTEXT_TOO_LONG
            AssertionError: Error in memory profiling. Initial free memory 10, current free memory 20                                                 ~ CO_TENANT_RACE
            torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB                                                                    ~ OUT_OF_GPU_MEMORY
            CUDA Error: out of memory at /src/cumem_allocator.cpp:62                                                                                  ~ OUT_OF_GPU_MEMORY
            ValueError: Total number of attention heads (40) must be divisible by tensor parallel size (3).                                          ~ PARALLEL_LAYOUT
            ValueError: World size (8) is larger than the number of available GPUs (4) in this node.                                                  ~ PARALLEL_LAYOUT
            ValueError: Bfloat16 is only supported on GPUs with compute capability of at least 8.0.                                                   ~ UNSUPPORTED_GPU
            ValueError: The quantization method fp8 is not supported for the current GPU. Minimum capability: 89.                                     ~ UNSUPPORTED_GPU
            OSError: Invalid repository ID or local directory specified: 'nope'                                                                       ~ MODEL_NOT_FOUND
            huggingface_hub.errors.GatedRepoError: 403 Client Error                                                                                   ~ MODEL_ACCESS_DENIED
            TimeoutError: Timed out waiting for engine core processes to start. VLLM_ENGINE_READY_TIMEOUT_S=600                                       ~ ENGINE_TOO_SLOW
            Error: --enable-auto-tool-choice requires --tool-call-parser                                                                              ~ BAD_ARGUMENTS
            OSError: [Errno 98] Address already in use                                                                                                ~ ADDRESS_IN_USE
            """)
    void rootCauseIsFoundAboveTheWrapper(String line, FailureKind kind) {
        Cause cause = FailureSignatures.diagnose(List.of("INFO loading", "(EngineCore pid=7) ERROR " + line, WRAPPER),
                1, false);

        assertThat(cause.kind()).isEqualTo(kind);
        assertThat(cause.evidence()).contains(line);
        assertThat(cause.advice()).isNotBlank();
    }

    @Test
    void contextThatWouldFitIsReadFromTheEnginesOwnWords() {
        Cause cause = FailureSignatures.diagnose(
                List.of("ValueError: To serve at least one request with the model's max seq len "
                        + "(131072), (16.0 GiB KV cache is needed, which is larger than the available KV cache memory (4.1 GiB). Based on "
                        + "the available memory, the estimated maximum model length is 33584. Try increasing"),
                1, false);

        assertThat(cause.kind()).isEqualTo(FailureKind.CONTEXT_TOO_LONG);
        assertThat(cause.fittingContext()).hasValue(33_584);
        assertThat(cause.advice()).contains("33584");
    }

    @Test
    void contextWithoutANumberIsStillAContextCause() {
        Cause cause = FailureSignatures.diagnose(
                List.of("To serve at least one request with the model's max seq len (9), more is needed"), 1, false);

        assertThat(cause.kind()).isEqualTo(FailureKind.CONTEXT_TOO_LONG);
        assertThat(cause.fittingContext()).isEmpty();
    }

    @Test
    void exitCodeTwoBeforeReadinessIsABadCommandLine() {
        List<String> lines = List.of("usage: vllm serve", "vllm serve: error: unrecognized arguments: --colour",
                "hint");

        Cause cause = FailureSignatures.diagnose(lines, 2, false);

        assertThat(cause.kind()).isEqualTo(FailureKind.BAD_ARGUMENTS);
        assertThat(cause.evidence()).contains("unrecognized arguments: --colour");
        assertThat(FailureSignatures.diagnose(lines, 2, true).kind()).isEqualTo(FailureKind.EXITED);
    }

    @Test
    void exitCodeZeroIsACrashLikeAnyOther() {
        assertThat(FailureSignatures.diagnose(List.of("bye"), 0, true))
                .isEqualTo(Cause.of(FailureKind.EXITED, "exit code 0: bye"));
    }

    @Test
    void deathBySigkillAsksForTheOutOfMemoryKiller() {
        assertThat(FailureSignatures.diagnose(List.of(), 137, true).kind()).isEqualTo(FailureKind.KILLED);
        assertThat(FailureSignatures.diagnose(List.of(WRAPPER.replace(": 1}", ": -9}")), 1, false).kind())
                .isEqualTo(FailureKind.KILLED);
    }

    @Test
    void generalErrorIsTheCauseWhereNothingSpecificStands() {
        assertThat(FailureSignatures.diagnose(List.of(WRAPPER), 1, false).kind()).isEqualTo(FailureKind.ENGINE_DIED);
    }

    @Test
    void evidenceIsCutToItsBound() {
        assertThat(FailureSignatures.diagnose(List.of("x".repeat(5000)), 1, false).evidence()).hasSizeLessThan(520);
    }
}
