package org.gatehouse.governance;

import java.time.Instant;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;
import org.gatehouse.governance.snapshot.EngineTerms;

/** A department: the level below the organisation, with projects below it. */
public record Department(@About("UUIDv7.") UUID id, @About("Unique in the organisation.") String name,
        @About("Free text.") @Nullable String description,
        @About("Its share where departments wait for a local model's places.") int weight,
        @About("When it was made.") Instant createdAt,
        @About("When it was last changed.") Instant updatedAt,
        @About("Grows with each change; also the entity tag.") long version) implements Governed {

    /** The greatest weight. */
    static final int HEAVIEST = EngineTerms.HEAVIEST;

    @Override
    public String title() {
        return name;
    }

    DepartmentDraft draft() {
        return new DepartmentDraft(name, description, weight);
    }
}
