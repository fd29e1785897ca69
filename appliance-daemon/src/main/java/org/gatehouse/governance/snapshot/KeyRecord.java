package org.gatehouse.governance.snapshot;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * A gateway key with everything that binds it, resolved. Immutable.
 *
 * @param id stable over rotations
 * @param owner the owning user's id, if any
 * @param ownerName present exactly when {@code owner} is
 * @param state whether it may be used at all
 * @param expiresAt from when it is refused; {@code null} when never
 * @param models which public model names it may use
 * @param surfaces which surfaces it may call
 * @param addresses from where it may be used; empty means from anywhere
 * @param limits every limit that applies: its own, its owner's, its project's, department's, organisation's
 * @param budgets likewise
 * @param recording which bodies policy wants kept
 * @param recordingDays for how many days policy wants them kept, at least 1
 * @param engineTerms how engines treat its calls
 * @param cached whether its calls may be answered with kept answers, and their answers kept
 */
public record KeyRecord(UUID id, String name, UUID organisationId, UUID departmentId, String departmentName,
        UUID projectId, String projectName, @Nullable UUID owner, @Nullable String ownerName, State state,
        @Nullable Instant expiresAt, Grant<String> models, Grant<Surface> surfaces, List<AddressRange> addresses,
        List<Limit> limits, List<Budget> budgets, Recording recording, int recordingDays,
        EngineTerms engineTerms, boolean cached) {

    /** Whether a key may be used. */
    public enum State {
        ACTIVE, DISABLED, REVOKED;

        /** The name in the API, lower case. */
        public String id() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** Which bodies of a call are kept, encrypted, beside its row. */
    public enum Recording {
        NONE, REQUESTS, REPLIES, BOTH;

        /** Whether request bodies are kept. */
        public boolean requests() {
            return this == REQUESTS || this == BOTH;
        }

        /** Whether reply bodies are kept. */
        public boolean replies() {
            return this == REPLIES || this == BOTH;
        }
    }

    /** How long bodies are kept when policy does not say, in days. */
    public static final int DEFAULT_RECORDING_DAYS = 30;

    /** A key whose answers are not kept. */
    public KeyRecord(UUID id, String name, UUID organisationId, UUID departmentId, String departmentName,
            UUID projectId, String projectName, @Nullable UUID owner, @Nullable String ownerName, State state,
            @Nullable Instant expiresAt, Grant<String> models, Grant<Surface> surfaces, List<AddressRange> addresses,
            List<Limit> limits, List<Budget> budgets, Recording recording, int recordingDays,
            EngineTerms engineTerms) {
        this(id, name, organisationId, departmentId, departmentName, projectId, projectName, owner, ownerName, state,
                expiresAt, models, surfaces, addresses, limits, budgets, recording, recordingDays, engineTerms, false);
    }

    /** A key whose recorded bodies are kept as long as usual, and that engines treat as usual. */
    public KeyRecord(UUID id, String name, UUID organisationId, UUID departmentId, String departmentName,
            UUID projectId, String projectName, @Nullable UUID owner, @Nullable String ownerName, State state,
            @Nullable Instant expiresAt, Grant<String> models, Grant<Surface> surfaces, List<AddressRange> addresses,
            List<Limit> limits, List<Budget> budgets, Recording recording) {
        this(id, name, organisationId, departmentId, departmentName, projectId, projectName, owner, ownerName, state,
                expiresAt, models, surfaces, addresses, limits, budgets, recording, DEFAULT_RECORDING_DAYS,
                EngineTerms.DEFAULT);
    }

    /** Copies the lists. */
    public KeyRecord {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(engineTerms, "engineTerms");
        addresses = List.copyOf(addresses);
        limits = List.copyOf(limits);
        budgets = List.copyOf(budgets);
    }
}
