package org.gatehouse.governance.form;

import java.util.List;

/** What came of reading a form. */
public sealed interface Reading<T> {

    /** The form was right. */
    record Whole<T>(T value) implements Reading<T> {}

    /** The form was wrong; every error that could be told apart is named. */
    record Broken<T>(List<FieldError> errors) implements Reading<T> {

        /** Copies the errors. */
        public Broken {
            errors = List.copyOf(errors);
        }
    }
}
