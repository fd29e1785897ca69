package org.gatehouse.admin;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Reach;
import org.gatehouse.governance.Role;
import org.gatehouse.governance.form.About;

/**
 * A token for a program, without the secret, which is nowhere.
 *
 * @param createdBy as the trail calls them: a user's name, or {@code token:} and the name of an admin token
 */
record ApiToken(@About("UUIDv7.") UUID id, @About("What the trail calls it.") String name,
        @About("What it opens: all that the role may, or metrics: GET /metrics alone.") Access access,
        @About("When it was made.") Instant createdAt, @About("Who made it.") String createdBy,
        @About("From when on it opens nothing; null for never.") @Nullable Instant expiresAt) {

    /** What a token opens. No role that holds for some departments or projects only: those are given to people. */
    enum Access {
        /** All that an appliance admin may. */
        APPLIANCE_ADMIN(Role.APPLIANCE_ADMIN),
        /** All that a governance admin may. */
        GOVERNANCE_ADMIN(Role.GOVERNANCE_ADMIN),
        /** All that finance may. */
        FINANCE(Role.FINANCE),
        /** All that an auditor may. */
        AUDITOR(Role.AUDITOR),
        /** The box's metrics, and nothing of the admin API. */
        METRICS(null);

        private final @Nullable Role role;

        Access(@Nullable Role role) {
            this.role = role;
        }

        /** What it may do with the admin API. */
        Map<Permission, Reach> grants() {
            return role == null ? Map.of() : RoleGrants.ofRoles(List.of(role));
        }

        /** Whether it opens the metrics: they name models and upstreams, as what the box runs on does. */
        boolean opensMetrics() {
            return this == METRICS || grants().containsKey(Permission.VIEW_BOX);
        }
    }
}
