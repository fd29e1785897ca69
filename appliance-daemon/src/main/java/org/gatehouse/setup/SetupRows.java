package org.gatehouse.setup;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.Json;
import org.gatehouse.store.Database;
import org.gatehouse.store.SecretBox;
import org.gatehouse.store.SecretPlace;

/** The set-up in the store. Thread-safe. */
final class SetupRows {
    private static final int ONLY = 1;

    private final Jdbi jdbi;
    private final SecretBox secrets;
    private final Clock clock;

    SetupRows(Database database, SecretBox secrets, Clock clock) {
        this.jdbi = database.jdbi();
        this.secrets = secrets;
        this.clock = clock;
    }

    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** Makes the row that everything else changes. */
    void begin() {
        if (jdbi.withHandle(SetupRows::stored).isEmpty()) {
            // Another box of a fleet may be doing the same now.
            jdbi.useTransaction(handle -> handle.createUpdate("""
                    INSERT INTO setup_state (id, phase, generation)
                    SELECT :id, 'UNCLAIMED', 0 FROM change_count
                    WHERE NOT EXISTS (SELECT 1 FROM setup_state s WHERE s.id = :id)
                    """).bind("id", ONLY).execute());
        }
    }

    /** How far it is. Read without a transaction: each of those is forced to the disk. */
    SetupState state() {
        return jdbi.withHandle(SetupRows::state);
    }

    private static SetupState state(Handle handle) {
        return stored(handle).orElseThrow();
    }

    private static Optional<SetupState> stored(Handle handle) {
        return handle.createQuery("""
                SELECT phase, generation, code_hash, code_expires_at, token_hash, claimed_at FROM setup_state
                WHERE id = :id
                """).bind("id", ONLY).map((row, _) -> new SetupState(
                Phase.valueOf(Objects.requireNonNull(row.getString("phase"))), row.getLong("generation"),
                row.getString("code_hash"), time(row, "code_expires_at"), row.getString("token_hash"),
                time(row, "claimed_at"))).findOne();
    }

    /** Puts this code in the place of any other, unless the set-up is finished. Says whether it did. */
    boolean openCode(String hash, Instant end) {
        return jdbi.inTransaction(handle -> handle.createUpdate("""
                UPDATE setup_state SET code_hash = :hash, code_expires_at = :end
                WHERE id = :id AND phase <> 'FINISHED'
                """).bind("hash", hash).bind("end", utc(end)).bind("id", ONLY).execute() == 1);
    }

    /** Whoever is first with a code gets the claim, and its number; everybody else gets nothing. */
    Optional<Long> claim(String codeHash, @Nullable String tokenHash) {
        return jdbi.inTransaction(handle -> {
            int claimed = handle.createUpdate("""
                    UPDATE setup_state SET phase = 'CLAIMED', generation = generation + 1, code_hash = NULL,
                        code_expires_at = NULL, token_hash = :token, claimed_at = :now
                    WHERE id = :id AND code_hash = :code AND phase <> 'FINISHED'
                    """).bindByType("token", tokenHash, String.class).bind("now", utc(now())).bind("id", ONLY)
                    .bind("code", codeHash).execute();
            return claimed == 1 ? Optional.of(state(handle).generation()) : Optional.empty();
        });
    }

    /** Ends it. Says whether this call did. */
    boolean finish() {
        return jdbi.inTransaction(handle -> handle.createUpdate("""
                UPDATE setup_state SET phase = 'FINISHED', generation = generation + 1, code_hash = NULL,
                    code_expires_at = NULL, token_hash = NULL, finished_at = :now
                WHERE id = :id AND phase <> 'FINISHED'
                """).bind("now", utc(now())).bind("id", ONLY).execute() == 1);
    }

    SetupStep step(String name) {
        return jdbi.withHandle(handle -> step(handle, name));
    }

    private static SetupStep step(Handle handle, String name) {
        return handle.createQuery("""
                SELECT status, reason, changed_at, version, answer, result FROM setup_step WHERE name = :name
                """).bind("name", name).map((row, _) -> new SetupStep(name,
                SetupStep.Status.valueOf(Objects.requireNonNull(row.getString("status"))), row.getString("reason"),
                time(row, "changed_at"), row.getLong("version"), tree(row, "answer"), tree(row, "result")))
                .findOne().orElseGet(() -> SetupStep.untouched(name));
    }

    /** The secret that waits for its proof. */
    Optional<String> pending(String name) {
        return jdbi.withHandle(
                handle -> handle.createQuery("SELECT sealed_pending FROM setup_step WHERE name = :name")
                        .bind("name", name).mapTo(byte[].class).findOne())
                .map(sealed -> secrets.openText(place(name), sealed));
    }

    /**
     * Stores a step in the place of the one that was read before.
     *
     * @param pending a secret to seal; {@code null} for none
     * @return as it is now; empty when somebody else changed it meanwhile
     */
    Optional<SetupStep> store(SetupStep before, SetupStep.Status status, @Nullable String reason,
            @Nullable JsonNode answer, @Nullable JsonNode result, @Nullable String pending) {
        byte @Nullable [] sealed = pending == null ? null : secrets.sealText(place(before.name()), pending);
        return jdbi.inTransaction(handle -> {
            if (before.version() == 0) {
                handle.createUpdate("""
                        INSERT INTO setup_step (name, status, changed_at, version)
                        SELECT :name, 'OPEN', :now, 0 FROM setup_state
                        WHERE id = :id AND NOT EXISTS (SELECT 1 FROM setup_step s WHERE s.name = :name)
                        """).bind("name", before.name()).bind("now", utc(now())).bind("id", ONLY).execute();
            }
            int stored = handle.createUpdate("""
                    UPDATE setup_step SET status = :status, reason = :reason, changed_at = :now,
                        version = version + 1, answer = :answer, result = :result, sealed_pending = :pending
                    WHERE name = :name AND version = :version
                    """).bind("status", status.name()).bindByType("reason", reason, String.class)
                    .bind("now", utc(now())).bindByType("answer", text(answer), String.class)
                    .bindByType("result", text(result), String.class).bindByType("pending", sealed, byte[].class)
                    .bind("name", before.name()).bind("version", before.version()).execute();
            return stored == 1 ? Optional.of(step(handle, before.name())) : Optional.empty();
        });
    }

    private static SecretPlace place(String name) {
        return new SecretPlace("setup_step", name, "sealed_pending");
    }

    private static @Nullable String text(@Nullable JsonNode tree) {
        return tree == null ? null : Json.text(tree);
    }

    private static @Nullable JsonNode tree(ResultSet row, String column) throws SQLException {
        String text = row.getString(column);
        return text == null ? null : Json.trusted(text);
    }

    private static @Nullable Instant time(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static OffsetDateTime utc(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }
}
