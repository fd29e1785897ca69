package org.gatehouse.governance;

import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** What a user is to be. */
public record UserDraft(@About(value = "Unique in the organisation.", min = 1, max = 100) String name,
        @About(value = "Where to reach them.", max = 254, pattern = "[^@\\s]+@[^@\\s]+") @Nullable String email,
        @About(value = "Whether they may sign in, and whether keys that belong to them work.", fallback = "true") boolean active,
        @About(value = "What they are to the box; none: they can't sign in.", fallback = "[]", max = 6) List<Role> roles,
        @About(value = "The departments that they lead, for the role department_lead.", fallback = "[]", max = 200) List<UUID> departments,
        @About(value = "The projects that they develop in, for the role developer.", fallback = "[]", max = 1000) List<UUID> projects) {

    /** Copies the lists. */
    public UserDraft {
        roles = List.copyOf(roles);
        departments = List.copyOf(departments);
        projects = List.copyOf(projects);
    }

    /** A user without roles. */
    public UserDraft(String name, @Nullable String email) {
        this(name, email, true, List.of(), List.of(), List.of());
    }

    /** A user with nothing but a name. */
    public static UserDraft named(String name) {
        return new UserDraft(name, null);
    }

    /** The same with roles. */
    public UserDraft with(Role... other) {
        return new UserDraft(name, email, active, List.of(other), departments, projects);
    }

    /** The same, leading these departments and developing in these projects. */
    public UserDraft reaching(List<UUID> led, List<UUID> developed) {
        return new UserDraft(name, email, active, roles, led, developed);
    }
}
