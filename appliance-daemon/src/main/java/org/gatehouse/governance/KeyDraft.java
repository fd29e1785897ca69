package org.gatehouse.governance;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** What binds a key. */
public record KeyDraft(@About("The project it belongs to.") UUID projectId,
        @About(value = "Unique among the project's keys that are not revoked.", min = 1, max = 100) String name,
        @About("The owning user.") @Nullable UUID ownerId,
        @About(value = "The public models it may use; [\"*\"] means every one.", fallback = "[\"*\"]", max = 1000) List<String> models,
        @About(value = "The surfaces it may call; [\"*\"] means every one.", fallback = "[\"*\"]", max = 100) List<String> surfaces,
        @About(value = "From where it may be used, as addresses or CIDR ranges; empty means from anywhere.", fallback = "[]", max = 200) List<String> addresses,
        @About("From when it is refused.") @Nullable Instant expiresAt) {

    /** Stands for everything in a list of grants. */
    public static final List<String> EVERYTHING = List.of("*");

    /** The same with these models. */
    KeyDraft using(List<String> others) {
        return new KeyDraft(projectId, name, ownerId, others, surfaces, addresses, expiresAt);
    }

    /** A key that may use everything, from anywhere, for ever. */
    public static KeyDraft named(UUID projectId, String name) {
        return new KeyDraft(projectId, name, null, EVERYTHING, EVERYTHING, List.of(), null);
    }
}
