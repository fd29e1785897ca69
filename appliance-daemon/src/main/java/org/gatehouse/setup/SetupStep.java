package org.gatehouse.setup;

import java.time.Instant;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** A step of the set-up, without secrets. Immutable. */
public record SetupStep(@About("Its name.") String name, @About("How far it is.") Status status,
        @About("Why it was skipped; null when it was not.") @Nullable String reason,
        @About("When that changed last; null when it never did.") @Nullable Instant changedAt,
        @About("Grows with each change; also the entity tag.") long version,
        @About("What was answered, without secrets; null for nothing.") @Nullable JsonNode answer,
        @About("What came of it; null for nothing.") @Nullable JsonNode result) {

    /** How far a step is. */
    public enum Status {
        OPEN, DONE, SKIPPED
    }

    static SetupStep untouched(String name) {
        return new SetupStep(name, Status.OPEN, null, null, 0, null, null);
    }
}
