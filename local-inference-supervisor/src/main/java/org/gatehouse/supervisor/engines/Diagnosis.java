package org.gatehouse.supervisor.engines;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Why an engine ended. Immutable.
 *
 * @param failure the class of failure
 * @param evidence the log line or the observation that shows it, at most 500 characters
 * @param remedy what can be done without asking anybody
 */
public record Diagnosis(EngineFailure failure, String evidence, Remedy remedy) {
    /** The exit code of a process that was nobody's child here: an adopted one, or a service's. */
    public static final int EXIT_UNKNOWN = -1;

    private static final int LONGEST_EVIDENCE = 500;
    private static final int LONGEST_LINE = 8192;
    private static final int SIGNALLED = 128;
    private static final int SIGKILL = 9;
    private static final int BAD_USAGE = 2;
    private static final int CANNOT_EXECUTE = 126;
    private static final int NOT_FOUND = 127;
    private static final Pattern COMPLAINT = Pattern.compile(
            "error: |unknown option|unrecognized argument|no such option|invalid argument|invalid value|missing",
            Pattern.CASE_INSENSITIVE);

    /** Cuts the evidence to its bound. */
    public Diagnosis {
        Objects.requireNonNull(failure, "failure");
        Objects.requireNonNull(remedy, "remedy");
        evidence = evidence.length() > LONGEST_EVIDENCE ? evidence.substring(0, LONGEST_EVIDENCE) + "…" : evidence;
    }

    /**
     * The cause of an ended process, as far as it can be told. Inner processes write the root cause first and outer ones wrap it
     * in ever more general errors, so the first specific line counts.
     *
     * @param engine which one it was
     * @param lines its last lines, oldest first
     * @param exitCode 128 + n for signal n, or {@link #EXIT_UNKNOWN}; says little, a vLLM whose engine died exits with 0 (vllm#48966)
     * @param wasReady whether it had served before: a command line that worked once is not wrong
     */
    public static Diagnosis of(Engine engine, List<String> lines, int exitCode, boolean wasReady) {
        Optional<Diagnosis> specific = first(engine, lines, false);
        if (specific.isPresent()) {
            return specific.get();
        }
        String exit = exitCode == EXIT_UNKNOWN
                ? "exit code unknown"
                : exitCode > SIGNALLED ? "ended by signal " + (exitCode - SIGNALLED) : "exit code " + exitCode;
        if (!wasReady && exitCode == BAD_USAGE) {
            return plain(EngineFailure.BAD_ARGUMENTS, exit + ": " + complaint(lines));
        }
        if (!wasReady && (exitCode == CANNOT_EXECUTE || exitCode == NOT_FOUND)) {
            return plain(EngineFailure.COMMAND_NOT_FOUND, exit + ": " + complaint(lines));
        }
        return first(engine, lines, true)
                .orElseGet(() -> plain(exitCode == SIGNALLED + SIGKILL ? EngineFailure.KILLED : EngineFailure.EXITED,
                        exit + ": " + last(lines)));
    }

    /** The cause of a start whose log fell silent in this stage. */
    public static Diagnosis ofStall(LoadStage stage, String lastLine) {
        // GPUs that cannot reach each other wait for ever, at full load and in silence (vllm#8058).
        return plain(stage == LoadStage.DISTRIBUTED ? EngineFailure.GPUS_CANNOT_TALK : EngineFailure.STALLED,
                "silent in stage " + stage + " after: " + lastLine.strip());
    }

    /** A cause that was observed from outside, not read from the log. */
    public static Diagnosis observed(EngineFailure failure, String evidence) {
        return plain(failure, evidence);
    }

    private static Diagnosis plain(EngineFailure failure, String evidence) {
        return new Diagnosis(failure, evidence, failure.remedy());
    }

    private static Optional<Diagnosis> first(Engine engine, List<String> lines, boolean general) {
        List<FailureSignature> signatures = engine.failureSignatures().stream()
                .filter(signature -> signature.isGeneral() == general).toList();
        for (String whole : lines) {
            String line = whole.length() > LONGEST_LINE ? whole.substring(0, LONGEST_LINE) : whole;
            for (FailureSignature signature : signatures) {
                Matcher matcher = signature.pattern().matcher(line);
                if (matcher.find()) {
                    return Optional.of(new Diagnosis(signature.failure(), line.strip(),
                            context(matcher).<Remedy>map(Remedy.ShorterContext::new)
                                    .orElse(signature.failure().remedy())));
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<Integer> context(Matcher matcher) {
        String number = matcher.groupCount() == 0 ? null : matcher.group(1);
        // At most nine digits: no model's context has more, and a longer number would not fit. Zero fits nobody.
        return number == null || number.length() > 9 || Integer.parseInt(number) == 0
                ? Optional.empty()
                : Optional.of(Integer.valueOf(number));
    }

    private static String complaint(List<String> lines) {
        return lines.stream().filter(line -> COMPLAINT.matcher(line).find()).findFirst().map(String::strip)
                .orElseGet(() -> last(lines));
    }

    private static String last(List<String> lines) {
        return lines.isEmpty() ? "it said nothing" : lines.getLast().strip();
    }

    /** What a person can do, one or two sentences. */
    public String advice() {
        return remedy instanceof Remedy.ShorterContext(int tokens)
                ? "A context of " + tokens + " tokens fits: use that, or give the deployment more GPU memory."
                : failure.advice();
    }
}
