package org.gatehouse.governance;

import java.time.Instant;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;
import org.gatehouse.governance.snapshot.KeyRecord;

/**
 * What the box does with the calls below a node of the tenancy tree. Each aspect is a member of its own; one that is
 * absent is decided by the next node above.
 */
public record Policy(@About("UUIDv7.") UUID id,
        @About("Whom it is for: the organisation, a department or a project.") ScopeView scope,
        @About("Which bodies of a call are kept; null: as the next node above says.") @Nullable Recording recording,
        @About("When it was made.") Instant createdAt, @About("When it was last changed.") Instant updatedAt,
        @About("Grows with each change; also the entity tag.") long version) implements Governed {

    /** Which bodies of a call are kept, compressed and encrypted, beside its row. */
    public record Recording(@About("Which bodies are kept.") KeyRecord.Recording bodies,
            @About(value = "For how many days.", fallback = "30", min = 1, max = 3650) int retentionDays) {}

    @Override
    public String title() {
        return "of " + scope;
    }

    PolicyDraft draft() {
        return new PolicyDraft(scope.reference(), recording);
    }
}
