package org.gatehouse.governance;

import java.util.List;
import java.util.stream.Collectors;

import org.gatehouse.governance.form.FieldError;

/** Why a change was not made. Nothing of it was stored. */
public sealed interface Refusal {

    /** What happened, with which thing, what to do. */
    String message();

    /** What was to be changed does not exist. */
    record Absent(String message) implements Refusal {}

    /** Members of the draft are wrong. */
    record Invalid(List<FieldError> errors) implements Refusal {

        /** Copies the errors. */
        public Invalid {
            errors = List.copyOf(errors);
        }

        @Override
        public String message() {
            return errors.stream().map(error -> error.field() + " " + error.message())
                    .collect(Collectors.joining("; "));
        }
    }

    /** The change contradicts what else is stored: a taken name, something that still depends on it. */
    record Conflict(String message) implements Refusal {}

    /** Somebody else changed it meanwhile. */
    record Stale(String message) implements Refusal {}
}
