package org.gatehouse.supervisor;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Finds out why an engine ended. vLLM writes the root cause first, from an inner process, and wraps it in ever more general errors:
 * so the first line that names something specific counts. The exit code says little: a vLLM whose engine died exits with 0
 * (vllm#48966).
 */
final class FailureSignatures {
    private static final int SIGNALLED = 128;
    private static final int BAD_USAGE = 2;
    private static final int CANNOT_EXECUTE = 126;
    private static final int NOT_FOUND = 127;
    private static final int SIGKILL = 9;

    private record Signature(Pattern pattern, FailureKind kind) {
        static Signature of(FailureKind kind, String regex) {
            return new Signature(Pattern.compile(regex), kind);
        }
    }

    /** A group in a pattern of {@code CONTEXT_TOO_LONG} is the context that would fit. */
    private static final List<Signature> SPECIFIC = List.of(
            Signature.of(FailureKind.GPU_BUSY,
                    "Free memory on device .* on startup is less than desired GPU memory utilization"),
            Signature.of(FailureKind.CONTEXT_TOO_LONG,
                    "To serve at least one request with the model's max seq len.*?(?:estimated maximum model length is (\\d+)|$)"),
            Signature.of(FailureKind.CONTEXT_TOO_LONG, "Cannot auto-fit max_model_len"),
            Signature.of(FailureKind.NO_KV_MEMORY, "No available memory for the cache blocks"),
            Signature.of(FailureKind.CO_TENANT_RACE, "Error in memory profiling\\. Initial free memory"),
            Signature.of(FailureKind.OUT_OF_GPU_MEMORY,
                    "CUDA out of memory|OutOfMemoryError: CUDA|CUDA Error: out of memory"),
            Signature.of(FailureKind.PARALLEL_LAYOUT,
                    "must be divisible by tensor parallel size|is larger than the number of available GPUs"),
            Signature.of(FailureKind.UNSUPPORTED_GPU, "only supported on GPUs with compute capability of at least"
                    + "|is not supported for the current GPU|no kernel image is available"),
            Signature.of(FailureKind.MODEL_ACCESS_DENIED, "GatedRepoError|401 Client Error"),
            Signature.of(FailureKind.MODEL_NOT_FOUND, "Invalid repository ID or local directory specified"
                    + "|RepositoryNotFoundError|LocalEntryNotFoundError"),
            Signature.of(FailureKind.ENGINE_TOO_SLOW, "Timed out waiting for engine core processes to start"),
            Signature.of(FailureKind.BAD_ARGUMENTS,
                    "--enable-auto-tool-choice requires --tool-call-parser|invalid tool call parser"),
            Signature.of(FailureKind.ADDRESS_IN_USE, "\\[Errno 98\\]|[Aa]ddress already in use"));

    private static final List<Signature> GENERAL = List.of(
            Signature.of(FailureKind.KILLED, "Failed core proc\\(s\\): \\{[^}]*: -9"),
            Signature.of(FailureKind.ENGINE_DIED, "Engine core initialization failed|EngineDeadError"
                    + "|EngineCore encountered a fatal error|died unexpectedly|execute_model timed out|sample_tokens timed out"));

    private static final Pattern COMPLAINT = Pattern
            .compile("error: |unknown option|unmatched argument|missing required|invalid value",
                    Pattern.CASE_INSENSITIVE);

    private FailureSignatures() {}

    /**
     * The cause, as far as it can be told.
     *
     * @param lines the engine's last lines, oldest first
     * @param exitCode as {@link Process#exitValue} has it: 128 + n for signal n
     * @param wasReady whether it had served before; a command line that worked once is not wrong
     */
    static Cause diagnose(List<String> lines, int exitCode, boolean wasReady) {
        Cause specific = first(lines, SPECIFIC);
        if (specific != null) {
            return specific;
        }
        String exit = exitCode > SIGNALLED ? "ended by signal " + (exitCode - SIGNALLED) : "exit code " + exitCode;
        if (!wasReady && exitCode == BAD_USAGE) {
            return Cause.of(FailureKind.BAD_ARGUMENTS, exit + ": " + complaintIn(lines));
        }
        if (!wasReady && (exitCode == CANNOT_EXECUTE || exitCode == NOT_FOUND)) {
            return Cause.of(FailureKind.COMMAND_NOT_FOUND, exit + ": " + complaintIn(lines));
        }
        Cause general = first(lines, GENERAL);
        if (general != null) {
            return general;
        }
        FailureKind kind = exitCode == SIGNALLED + SIGKILL ? FailureKind.KILLED : FailureKind.EXITED;
        return Cause.of(kind, exit + ": " + lastOf(lines));
    }

    private static @Nullable Cause first(List<String> lines, List<Signature> signatures) {
        for (String line : lines) {
            for (Signature signature : signatures) {
                Matcher matcher = signature.pattern().matcher(line);
                if (matcher.find()) {
                    return new Cause(signature.kind(), line.strip(), numberIn(matcher));
                }
            }
        }
        return null;
    }

    private static @Nullable Integer numberIn(Matcher matcher) {
        String number = matcher.groupCount() == 0 ? null : matcher.group(1);
        // At most nine digits: no model's context has more, and a longer number would not fit.
        return number == null || number.length() > 9 ? null : Integer.valueOf(number);
    }

    private static String complaintIn(List<String> lines) {
        return lines.stream().filter(line -> COMPLAINT.matcher(line).find()).findFirst().orElseGet(() -> lastOf(lines));
    }

    private static String lastOf(List<String> lines) {
        return lines.isEmpty() ? "it said nothing" : lines.getLast().strip();
    }
}
