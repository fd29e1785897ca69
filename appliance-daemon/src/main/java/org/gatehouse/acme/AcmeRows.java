package org.gatehouse.acme;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;

import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.Json;
import org.gatehouse.store.Database;
import org.gatehouse.store.SecretBox;
import org.gatehouse.store.SecretPlace;

/** What one box keeps: its account, its terms, its state. One row; written by one thread at a time. */
final class AcmeRows {
    private final Jdbi jdbi;
    private final SecretBox secrets;
    private final UUID node;

    AcmeRows(Database database, SecretBox secrets, UUID node) {
        this.jdbi = database.jdbi();
        this.secrets = secrets;
        this.node = node;
    }

    /**
     * An account at an authority.
     *
     * @param key as {@link AccountKey} writes it
     * @param url empty before the authority knows it
     */
    record Account(String directory, String key, String url) {

        /** Leaves the key out. */
        @Override
        public String toString() {
            return "Account[" + directory + ", " + url + "]";
        }
    }

    /** What is in force. */
    record InForce(AcmeDraft terms, AcmeState state) {}

    Optional<InForce> inForce() {
        return jdbi.withHandle(handle -> handle
                .createQuery(
                        "SELECT terms, sealed_binding_key, state FROM acme WHERE node = :node AND state IS NOT NULL")
                .bind("node", node).map((row, _) -> inForce(row)).findOne());
    }

    private InForce inForce(ResultSet row) throws SQLException {
        AcmeDraft terms = Json.trusted(String.valueOf(row.getString("terms")), AcmeDraft.class);
        byte[] sealed = row.getBytes("sealed_binding_key");
        if (sealed != null) {
            String[] parts = secrets.openText(place("sealed_binding_key"), sealed).split("\n", 2);
            terms = terms.with(parts[0], parts[1]);
        }
        return new InForce(terms, Json.trusted(String.valueOf(row.getString("state")), AcmeState.class));
    }

    /** The account at that directory; throws when its key cannot be opened. */
    Optional<Account> account(String directory) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                SELECT account_url, sealed_account_key FROM acme WHERE node = :node AND account_directory = :directory
                """).bind("node", node).bind("directory", directory).map((row, _) -> new Account(directory,
                secrets.openText(place("sealed_account_key"), row.getBytes("sealed_account_key")),
                row.getString("account_url"))).findOne());
    }

    void keep(Account account) {
        byte[] sealed = secrets.sealText(place("sealed_account_key"), account.key());
        jdbi.useTransaction(handle -> {
            int there = handle.createUpdate("""
                    UPDATE acme SET account_directory = :directory, account_url = :url, sealed_account_key = :key
                    WHERE node = :node
                    """).bind("directory", account.directory()).bind("url", account.url()).bind("key", sealed)
                    .bind("node", node).execute();
            if (there == 0) {
                handle.createUpdate("""
                        INSERT INTO acme (node, account_directory, account_url, sealed_account_key)
                        VALUES (:node, :directory, :url, :key)
                        """).bind("node", node).bind("directory", account.directory()).bind("url", account.url())
                        .bind("key", sealed).execute();
            }
        });
    }

    /** Puts terms in force; their account is kept already. */
    void keep(AcmeDraft terms, AcmeState state) {
        byte @Nullable [] sealed = terms.bindingKey() == null
                ? null
                : secrets.sealText(place("sealed_binding_key"), terms.bindingKeyId() + "\n" + terms.bindingKey());
        jdbi.useTransaction(handle -> handle.createUpdate("""
                UPDATE acme SET terms = :terms, sealed_binding_key = :key, state = :state WHERE node = :node
                """).bind("terms", Json.text(Json.tree(terms.withoutSecret()))).bindByType("key", sealed, byte[].class)
                .bind("state", Json.text(Json.tree(state))).bind("node", node).execute());
    }

    /** Asks for no certificate any more; the account stays. */
    void forget() {
        jdbi.useTransaction(handle -> handle.createUpdate("""
                UPDATE acme SET terms = NULL, sealed_binding_key = NULL, state = NULL WHERE node = :node
                """).bind("node", node).execute());
    }

    private SecretPlace place(String column) {
        return new SecretPlace("acme", node.toString(), column);
    }
}
