package org.gatehouse.safekeeping;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;

import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.Json;
import org.gatehouse.store.Database;
import org.gatehouse.store.SecretBox;
import org.gatehouse.store.SecretPlace;

/** The target in the store, its secrets sealed. Thread-safe. */
final class TargetRows {
    private static final int ONLY = 1;
    private static final int LONGEST_TROUBLE = 2_000;
    private static final SecretPlace PLACE = new SecretPlace("backup_target", "1", "sealed_secret");
    private static final SecretPlace PASSPHRASE = new SecretPlace("backup_target", "1", "sealed_passphrase");

    private final Jdbi jdbi;
    private final SecretBox secrets;

    TargetRows(Database database, SecretBox secrets) {
        this.jdbi = database.jdbi();
        this.secrets = secrets;
    }

    /** The target with its secrets, and how the last one went. */
    record Row(BackupTargetDraft target, @Nullable Instant lastAt, @Nullable String lastFile,
            @Nullable String trouble) {}

    Optional<Row> find() {
        return jdbi.withHandle(handle -> handle.createQuery("SELECT * FROM backup_target WHERE id = :id")
                .bind("id", ONLY).map((row, _) -> row(row)).findOne());
    }

    private Row row(ResultSet row) throws SQLException {
        String secret = opened(PLACE, row.getBytes("sealed_secret"));
        String passphrase = opened(PASSPHRASE, row.getBytes("sealed_passphrase"));
        OffsetDateTime last = row.getObject("last_at", OffsetDateTime.class);
        BackupTargetDraft target = Json.trusted(Objects.requireNonNull(row.getString("terms")),
                BackupTargetDraft.class);
        return new Row(target.withSecret(secret).withPassphrase(passphrase),
                last == null ? null : last.toInstant(), row.getString("last_file"), row.getString("last_trouble"));
    }

    Optional<String> trouble() {
        return jdbi.withHandle(handle -> handle
                .createQuery("SELECT last_trouble FROM backup_target WHERE id = :id AND last_trouble IS NOT NULL")
                .bind("id", ONLY).mapTo(String.class).findOne());
    }

    private @Nullable String opened(SecretPlace place, byte @Nullable [] sealed) {
        return sealed == null ? null : secrets.openText(place, sealed);
    }

    private byte @Nullable [] sealed(SecretPlace place, @Nullable String secret) {
        return secret == null ? null : secrets.sealText(place, secret);
    }

    void write(BackupTargetDraft target) {
        byte[] secret = sealed(PLACE, target.secret());
        byte[] passphrase = sealed(PASSPHRASE, target.passphrase());
        jdbi.useTransaction(handle -> {
            int changed = handle.createUpdate("""
                    UPDATE backup_target SET terms = :terms, sealed_secret = :secret, sealed_passphrase = :passphrase,
                    last_trouble = NULL WHERE id = :id""").bind("terms", Json.text(Json.tree(target)))
                    .bindByType("secret", secret, byte[].class).bindByType("passphrase", passphrase, byte[].class)
                    .bind("id", ONLY).execute();
            if (changed == 0) {
                handle.createUpdate("""
                        INSERT INTO backup_target (id, terms, sealed_secret, sealed_passphrase)
                        VALUES (:id, :terms, :secret, :passphrase)""")
                        .bind("terms", Json.text(Json.tree(target))).bindByType("secret", secret, byte[].class)
                        .bindByType("passphrase", passphrase, byte[].class).bind("id", ONLY).execute();
            }
        });
    }

    boolean remove() {
        return jdbi.inTransaction(handle -> handle.execute("DELETE FROM backup_target WHERE id = ?", ONLY)) > 0;
    }

    void brought(Instant at, String file) {
        jdbi.useTransaction(handle -> handle.createUpdate("""
                UPDATE backup_target SET last_at = :at, last_file = :file, last_trouble = NULL WHERE id = :id
                """).bind("at", at.truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC)).bind("file", file)
                .bind("id", ONLY).execute());
    }

    void failed(String why) {
        String cut = why.length() <= LONGEST_TROUBLE ? why : why.substring(0, LONGEST_TROUBLE);
        jdbi.useTransaction(
                handle -> handle.createUpdate("UPDATE backup_target SET last_trouble = :why WHERE id = :id")
                        .bind("why", cut).bind("id", ONLY).execute());
    }
}
