package org.gatehouse.supervisor.engines;

import java.util.List;
import java.util.stream.Stream;

/** What the libraries say that the Python engines have in common: PyTorch, CUDA, NCCL, transformers. */
final class TorchFailures {
    private static final List<FailureSignature> SHARED = List.of(
            FailureSignature.of(EngineFailure.OUT_OF_GPU_MEMORY,
                    "CUDA out of memory|OutOfMemoryError: CUDA|CUDA Error: out of memory|cudaErrorMemoryAllocation"),
            FailureSignature.of(EngineFailure.UNSUPPORTED_GPU, "no kernel image is available"),
            FailureSignature.of(EngineFailure.UNSUPPORTED_MODEL, "does not recognize this architecture"),
            FailureSignature.of(EngineFailure.MODEL_DAMAGED,
                    "safetensors_rust\\.SafetensorError|Error while deserializing header"
                            + "|Cannot find any model weights"),
            FailureSignature.of(EngineFailure.MODEL_ACCESS_DENIED, "GatedRepoError|401 Client Error"),
            FailureSignature.of(EngineFailure.MODEL_NOT_FOUND,
                    "RepositoryNotFoundError|LocalEntryNotFoundError|is not a local folder and is not a valid model"),
            FailureSignature.of(EngineFailure.GPU_LOST,
                    "CUDA error: (?:an illegal memory access|unspecified launch failure|uncorrectable ECC|unknown error)"
                            + "|GPU is lost|fallen off the bus"),
            FailureSignature.of(EngineFailure.GPUS_CANNOT_TALK,
                    "NCCL error|ncclSystemError|ncclUnhandledCudaError|ncclInternalError|NCCL watchdog"
                            + "|peer access is not supported between these two devices"),
            FailureSignature.of(EngineFailure.DISK_FULL, "No space left on device|Disk quota exceeded"),
            FailureSignature.of(EngineFailure.ADDRESS_IN_USE, "\\[Errno 98\\]|[Aa]ddress already in use"),
            FailureSignature.of(EngineFailure.BROKEN_INSTALLATION,
                    "ModuleNotFoundError|ImportError: |cannot open shared object file"));

    private TorchFailures() {}

    /** An engine's own signatures, and these behind them. */
    static List<FailureSignature> behind(FailureSignature... own) {
        return Stream.concat(Stream.of(own), SHARED.stream()).toList();
    }
}
