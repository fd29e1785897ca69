package org.gatehouse.governance;

import java.time.Instant;
import java.util.Locale;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** Somebody's wish to use a model in a project, and what became of it. */
public record AccessRequest(@About("UUIDv7.") UUID id, @About("The project that is to use the model.") UUID projectId,
        @About("That project's name.") String project, @About("The project's department.") UUID departmentId,
        @About("That department's name.") String department, @About("The public model that is asked for.") String model,
        @About("The key that is to use it too; null: the project is enough.") @Nullable UUID keyId,
        @About("That key's name.") @Nullable String key,
        @About("Who asks; null when that user is gone.") @Nullable UUID requesterId,
        @About("The name of who asks.") String requester, @About("What for.") String reason,
        @About("What became of it.") State state, @About("Who decided.") @Nullable String decidedBy,
        @About("When that was.") @Nullable Instant decidedAt, @About("What they said to it.") @Nullable String note,
        @About("When it was made.") Instant createdAt, @About("When it was last changed.") Instant updatedAt,
        @About("Grows with each change; also the entity tag.") long version) implements Governed {

    /** What became of a wish. */
    public enum State {
        /** Nobody has decided yet. */
        PENDING,
        /** The project, and the key if one was named, may use the model since. */
        APPROVED,
        /** Nothing was changed. */
        DECLINED,
        /** Whoever asked does not want it any more. */
        WITHDRAWN;

        /** The name in the API, lower case. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Override
    public String title() {
        return "of " + requester + " for " + model + " in " + department + "/" + project;
    }

    AccessRequestDraft draft() {
        return new AccessRequestDraft(projectId, model, reason, keyId, requesterId);
    }
}
