package org.gatehouse.governance;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** A person or service that keys can belong to, and that may sign in. */
public record User(@About("UUIDv7.") UUID id, @About("Unique in the organisation.") String name,
        @About("Where to reach them.") @Nullable String email,
        @About("Whether they may sign in, and whether keys that belong to them work.") boolean active,
        @About("What they are to the box.") List<Role> roles,
        @About("The departments that they lead.") List<UUID> departments,
        @About("The projects that they develop in.") List<UUID> projects,
        @About("Whether they can sign in with a password of the box's own and a code.") boolean breakGlass,
        @About("When it was made.") Instant createdAt, @About("When it was last changed.") Instant updatedAt,
        @About("Grows with each change; also the entity tag.") long version) implements Governed {

    /** Copies the lists. */
    public User {
        roles = List.copyOf(roles);
        departments = List.copyOf(departments);
        projects = List.copyOf(projects);
    }

    @Override
    public String title() {
        return name;
    }

    UserDraft draft() {
        return new UserDraft(name, email, active, roles, departments, projects);
    }
}
