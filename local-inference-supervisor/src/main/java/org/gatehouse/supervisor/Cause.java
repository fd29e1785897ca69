package org.gatehouse.supervisor;

import java.util.Objects;
import java.util.OptionalInt;

import org.gatehouse.supervisor.engines.Adjustments;
import org.gatehouse.supervisor.engines.Diagnosis;
import org.gatehouse.supervisor.engines.EngineFailure;
import org.gatehouse.supervisor.engines.Remedy;

/**
 * Why an instance crashed or failed, and what is done about it. Immutable.
 *
 * @param diagnosis the failure and what shows it
 * @param adjustments what the next start is given to be better off; {@link Adjustments#NONE} for the command as it was wished
 */
public record Cause(Diagnosis diagnosis, Adjustments adjustments) {

    /** Checks what must be there. */
    public Cause {
        Objects.requireNonNull(diagnosis, "diagnosis");
        Objects.requireNonNull(adjustments, "adjustments");
    }

    /** A cause about which nothing was decided yet. */
    static Cause of(Diagnosis diagnosis) {
        return new Cause(diagnosis, Adjustments.NONE);
    }

    /** A cause that was observed, not read from the engine's log. */
    static Cause of(EngineFailure failure, String evidence) {
        return of(Diagnosis.observed(failure, evidence));
    }

    /** The same with what the next start is given. */
    Cause with(Adjustments next) {
        return new Cause(diagnosis, next);
    }

    /** The class of failure. */
    public EngineFailure failure() {
        return diagnosis.failure();
    }

    /** The log line or the observation that shows it. */
    public String evidence() {
        return diagnosis.evidence();
    }

    /** What to do about it. */
    public String advice() {
        return diagnosis.advice();
    }

    /** The longest context that would fit, in tokens, when the engine said it. */
    public OptionalInt fittingContext() {
        return diagnosis.remedy() instanceof Remedy.ShorterContext(int tokens)
                ? OptionalInt.of(tokens)
                : OptionalInt.empty();
    }
}
