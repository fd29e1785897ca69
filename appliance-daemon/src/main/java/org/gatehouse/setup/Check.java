package org.gatehouse.setup;

import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** Something that was tried before an answer was accepted. Immutable. */
public record Check(@About("What was tried.") String name, @About("Whether it is well.") boolean ok,
        @About("What happened and, if it is not well, what to do.") String message,
        @About("How long it took, in ms.") long millis,
        @About("The models that an upstream says it has; null where nobody was asked.") @Nullable List<String> models) {

    /** Checks and copies. */
    public Check {
        Objects.requireNonNull(message, "message");
        models = models == null ? null : List.copyOf(models);
    }

    static Check passed(String name, String message, long millis) {
        return new Check(name, true, message, millis, null);
    }

    static Check failed(String name, String message, long millis) {
        return new Check(name, false, message, millis, null);
    }
}
