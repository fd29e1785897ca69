package org.gatehouse.governance;

import java.util.Optional;
import java.util.UUID;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.Json;
import org.gatehouse.store.SecretBox;
import org.gatehouse.store.SecretPlace;

/**
 * A table whose rows are a name and everything else as one JSON text, for nouns that are read whole and searched by nothing
 * but their names; perhaps with a secret beside it, sealed for its row. Thread-safe.
 */
final class TermsTable {
    private static final String SECRET = "sealed_secret";

    private final String table;
    private final @Nullable SecretBox secrets;

    /**
     * That table.
     *
     * @param table of this class's callers alone: it becomes a part of statements
     * @param secrets {@code null} for rows without one
     */
    TermsTable(String table, @Nullable SecretBox secrets) {
        this.table = table;
        this.secrets = secrets;
    }

    /** What reads its rows, under the name {@code s}. */
    String select() {
        return "SELECT s.id, s.terms, " + (secrets == null ? "" : "s.sealed_secret, ")
                + "s.created_at, s.updated_at, s.version FROM " + table + " s\n";
    }

    /** Stores a new row without a secret. */
    void insert(ChangeSet changes, UUID id, String name, Record draft) {
        changes.handle().createUpdate("INSERT INTO " + table + " (id, name, terms, created_at, updated_at, version)"
                + " VALUES (:id, :name, :terms, :now, :now, 1)").bind("id", id).bind("name", name)
                .bind("terms", Json.text(Json.tree(draft))).bind("now", changes.timestamp()).execute();
    }

    /** Stores what a row shall be from now on; its secret stays. */
    void update(ChangeSet changes, UUID id, String name, Record draft) {
        changes.handle().createUpdate("UPDATE " + table + " SET name = :name, terms = :terms, updated_at = :now,"
                + " version = version + 1 WHERE id = :id").bind("id", id).bind("name", name)
                .bind("terms", Json.text(Json.tree(draft))).bind("now", changes.timestamp()).execute();
    }

    /** Seals a row's secret, or takes it away. */
    void seal(Handle handle, UUID id, @Nullable String secret) {
        SecretBox box = secrets;
        if (box != null) {
            handle.createUpdate("UPDATE " + table + " SET sealed_secret = :secret WHERE id = :id").bind("id", id)
                    .bindByType("secret", secret == null ? null : box.sealText(place(id), secret), byte[].class)
                    .execute();
        }
    }

    /** A row's secret, if it has one. */
    Optional<String> secret(Handle handle, UUID id) {
        SecretBox box = secrets;
        return box == null
                ? Optional.empty()
                : handle.createQuery("SELECT sealed_secret FROM " + table + " WHERE id = :id").bind("id", id)
                        .mapTo(byte[].class).findOne().map(sealed -> box.openText(place(id), sealed));
    }

    /** Refuses a name that another row has. */
    void requireFree(Handle handle, String one, String name, UUID id) {
        Checks.free(handle, "There is already " + one + " named " + name + ". Choose another name.",
                "SELECT 1 FROM " + table + " WHERE name = ? AND id <> ?", name, id);
    }

    /** Removes a row. */
    void delete(Handle handle, UUID id) {
        handle.createUpdate("DELETE FROM " + table + " WHERE id = :id").bind("id", id).execute();
    }

    private SecretPlace place(UUID id) {
        return new SecretPlace(table, id.toString(), SECRET);
    }
}
