package org.gatehouse.governance;

import java.time.Instant;
import java.util.UUID;

import org.gatehouse.governance.form.About;
import org.gatehouse.governance.snapshot.Limit;

/** A ceiling on requests or tokens of everybody below a node of the tenancy tree together. */
public record RateLimit(@About("UUIDv7.") UUID id, @About("Whom it binds.") ScopeView scope,
        @About("What is limited.") Limit.Kind kind, @About("The ceiling, in the kind's unit.") long amount,
        @About("When it was made.") Instant createdAt, @About("When it was last changed.") Instant updatedAt,
        @About("Grows with each change; also the entity tag.") long version) implements Governed {

    @Override
    public String title() {
        return kind.id() + " of " + scope;
    }

    LimitDraft draft() {
        return new LimitDraft(scope.reference(), kind, amount);
    }
}
