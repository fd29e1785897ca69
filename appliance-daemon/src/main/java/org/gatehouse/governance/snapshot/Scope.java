package org.gatehouse.governance.snapshot;

import java.util.Objects;
import java.util.UUID;

/**
 * Whom a limit or budget binds: everybody below that node of the tenancy tree together.
 *
 * @param id the node's id
 */
public record Scope(Type type, UUID id) {

    /** The levels of the tenancy tree. */
    public enum Type {
        ORGANISATION, DEPARTMENT, PROJECT, USER, KEY;

        /** The name in the API, lower case. */
        public String id() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** Checks that both are there. */
    public Scope {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(id, "id");
    }
}
