package org.gatehouse.governance.form;

import java.util.Objects;

/**
 * What is wrong with one member of a form.
 *
 * @param field its path, such as {@code targets[0].weight}; empty when the form as a whole is wrong
 * @param message what is wrong and what to do; never repeats a secret
 */
public record FieldError(@About("The member's path; empty when the request as a whole is wrong.") String field,
        @About("What is wrong and what to do.") String message) {

    /** Checks that both are there. */
    public FieldError {
        Objects.requireNonNull(field, "field");
        Objects.requireNonNull(message, "message");
    }
}
