package org.gatehouse.governance;

import java.time.Instant;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** A project of a department; keys belong to projects. */
public record Project(@About("UUIDv7.") UUID id, @About("The department it belongs to.") UUID departmentId,
        @About("That department's name.") String department, @About("Unique in its department.") String name,
        @About("Free text.") @Nullable String description, @About("When it was made.") Instant createdAt,
        @About("When it was last changed.") Instant updatedAt,
        @About("Grows with each change; also the entity tag.") long version) implements Governed {

    @Override
    public String title() {
        return department + "/" + name;
    }

    ProjectDraft draft() {
        return new ProjectDraft(departmentId, name, description);
    }
}
