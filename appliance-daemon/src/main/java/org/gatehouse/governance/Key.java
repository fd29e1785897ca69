package org.gatehouse.governance;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;
import org.gatehouse.governance.snapshot.KeyRecord;

/** A gateway key, without its secret: that is shown once, when it is made or rotated. */
public record Key(@About("UUIDv7; stable over rotations.") UUID id,
        @About("Unique among the project's keys that are not revoked.") String name,
        @About("The project it belongs to.") UUID projectId, @About("That project's name.") String project,
        @About("The project's department.") UUID departmentId, @About("That department's name.") String department,
        @About("The owning user.") @Nullable UUID ownerId, @About("The owning user's name.") @Nullable String owner,
        @About("The eight public characters after ghk_ of the newest secret.") String publicId,
        @About("Those of the secret before, while it is still valid.") @Nullable String previousPublicId,
        @About("Until when the secret before is valid.") @Nullable Instant previousValidUntil,
        @About("Whether it may be used.") KeyRecord.State state,
        @About("From when it is refused.") @Nullable Instant expiresAt,
        @About("The public models it may use; [\"*\"] means every one.") List<String> models,
        @About("The surfaces it may call; [\"*\"] means every one.") List<String> surfaces,
        @About("From where it may be used, as addresses or CIDR ranges; empty means from anywhere.") List<String> addresses,
        @About("When a call last used it.") @Nullable Instant lastUsedAt,
        @About("From which address that call came.") @Nullable String lastUsedFrom,
        @About("When it was made.") Instant createdAt, @About("When it was last changed.") Instant updatedAt,
        @About("Grows with each change; also the entity tag.") long version) implements Governed {

    @Override
    public String title() {
        return department + "/" + project + "/" + name;
    }

    Key withModels(List<String> named) {
        return new Key(id, name, projectId, project, departmentId, department, ownerId, owner, publicId,
                previousPublicId, previousValidUntil, state, expiresAt, named, surfaces, addresses, lastUsedAt,
                lastUsedFrom, createdAt, updatedAt, version);
    }

    /** Whether it may use a model, as far as the key goes. */
    public boolean allows(String model) {
        return models.equals(KeyDraft.EVERYTHING) || models.contains(model);
    }

    /** Whether it may come back into use. */
    boolean live() {
        return state != KeyRecord.State.REVOKED;
    }

    KeyDraft draft() {
        return new KeyDraft(projectId, name, ownerId, models, surfaces, addresses, expiresAt);
    }
}
