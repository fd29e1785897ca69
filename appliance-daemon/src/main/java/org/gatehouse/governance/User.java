package org.gatehouse.governance;

import java.time.Instant;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** A person or service that keys can belong to. */
public record User(@About("UUIDv7.") UUID id, @About("Unique in the organisation.") String name,
        @About("Where to reach them.") @Nullable String email, @About("When it was made.") Instant createdAt,
        @About("When it was last changed.") Instant updatedAt,
        @About("Grows with each change; also the entity tag.") long version) implements Governed {

    @Override
    public String title() {
        return name;
    }

    UserDraft draft() {
        return new UserDraft(name, email);
    }
}
