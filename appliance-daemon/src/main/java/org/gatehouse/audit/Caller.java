package org.gatehouse.audit;

import java.util.Objects;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * Whose call it was, as it was called at that time: later renames do not change the record. Immutable.
 *
 * @param userId the key's owner, if it has one
 * @param userName the owner's name, present exactly when {@code userId} is
 */
public record Caller(UUID organisationId, UUID departmentId, String departmentName, UUID projectId, String projectName,
        UUID keyId, String keyName, @Nullable UUID userId, @Nullable String userName) {

    /** Checks that nothing but the owner is missing. */
    public Caller {
        Objects.requireNonNull(organisationId, "organisationId");
        Objects.requireNonNull(departmentId, "departmentId");
        Objects.requireNonNull(departmentName, "departmentName");
        Objects.requireNonNull(projectId, "projectId");
        Objects.requireNonNull(projectName, "projectName");
        Objects.requireNonNull(keyId, "keyId");
        Objects.requireNonNull(keyName, "keyName");
    }
}
