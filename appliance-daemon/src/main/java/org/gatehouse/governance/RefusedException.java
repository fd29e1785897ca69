package org.gatehouse.governance;

import java.util.List;

import org.gatehouse.governance.form.FieldError;

/**
 * Unwinds a transaction, so that nothing of a refused change stays. Caught at the one door ({@link Changes}) and handed
 * out as a value.
 */
final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Refusal refusal;

    RefusedException(Refusal refusal) {
        super(refusal.message(), null, false, false);
        this.refusal = refusal;
    }

    Refusal refusal() {
        return refusal;
    }

    static RefusedException invalid(String field, String message) {
        return new RefusedException(new Refusal.Invalid(List.of(new FieldError(field, message))));
    }

    static RefusedException conflict(String message) {
        return new RefusedException(new Refusal.Conflict(message));
    }

    static RefusedException absent(String message) {
        return new RefusedException(new Refusal.Absent(message));
    }
}
