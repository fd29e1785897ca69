package org.gatehouse.governance;

import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/** Whose things somebody may see or change. Immutable. */
public sealed interface Reach {

    /** All there are. */
    record Everything() implements Reach {}

    /**
     * Some of them.
     *
     * @param departments with everything that belongs to them
     * @param projects with everything that belongs to them
     * @param person who it is, for what is their own; {@code null} for nobody in particular
     */
    record Parts(Set<UUID> departments, Set<UUID> projects, @Nullable UUID person) implements Reach {

        /** Copies the sets. */
        public Parts {
            departments = Set.copyOf(departments);
            projects = Set.copyOf(projects);
        }
    }

    /** All there are. */
    static Reach everything() {
        return new Everything();
    }

    /** What lies in either. */
    default Reach or(Reach other) {
        if (!(this instanceof Parts mine) || !(other instanceof Parts others)) {
            return everything();
        }
        Set<UUID> departments = new HashSet<>(mine.departments());
        departments.addAll(others.departments());
        Set<UUID> projects = new HashSet<>(mine.projects());
        projects.addAll(others.projects());
        return new Parts(departments, projects, mine.person() == null ? others.person() : mine.person());
    }
}
