package org.gatehouse.governance;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.Json;
import org.gatehouse.store.SecretBox;
import org.gatehouse.store.SecretPlace;

/** Where alerts go. Their secrets are sealed for their rows. */
final class AlertDestinationRows implements Rows<AlertDestination, AlertDestinationDraft> {
    private static final String SELECT = """
            SELECT s.id, s.terms, s.sealed_secret, s.created_at, s.updated_at, s.version FROM alert_destination s
            """;

    private final Nouns nouns;
    private final SecretBox secrets;

    AlertDestinationRows(Nouns nouns, SecretBox secrets) {
        this.nouns = nouns;
        this.secrets = secrets;
    }

    @Override
    public String noun() {
        return "alert-destinations";
    }

    @Override
    public String one() {
        return "alert destination";
    }

    @Override
    public List<Filter> filters() {
        return List.of(new Filter("name", String.class, "Only the one of that name.", "s.name = :value"));
    }

    @Override
    public String idColumn() {
        return "s.id";
    }

    @Override
    public List<AlertDestination> read(Handle handle, Selection selection) {
        return selection.query(handle, SELECT, "s.id").map((row, _) -> destination(row)).list();
    }

    private static AlertDestination destination(ResultSet row) throws SQLException {
        AlertDestinationDraft terms = Json.trusted(Columns.text(row, "terms"), AlertDestinationDraft.class);
        return new AlertDestination(Columns.id(row, "id"), terms.name(), terms.kind(), terms.enabled(),
                terms.leastSeverity(), terms.url(), terms.mail(), terms.privateAddressesAllowed(),
                terms.trustedCertificates(), row.getBytes("sealed_secret") != null,
                Columns.time(row, "created_at"), Columns.time(row, "updated_at"), row.getLong("version"));
    }

    /** Its secret, if it has one. */
    Optional<String> secret(Handle handle, UUID id) {
        return handle.createQuery("SELECT sealed_secret FROM alert_destination WHERE id = :id").bind("id", id)
                .mapTo(byte[].class).findOne().map(sealed -> secrets.openText(place(id), sealed));
    }

    private static SecretPlace place(UUID id) {
        return new SecretPlace("alert_destination", id.toString(), "sealed_secret");
    }

    @Override
    public AlertDestinationDraft draft(AlertDestination stored) {
        return stored.draft();
    }

    @Override
    public AlertDestination insert(ChangeSet changes, AlertDestinationDraft draft) {
        UUID id = changes.newId();
        check(changes, id, draft, null);
        changes.handle().createUpdate("""
                INSERT INTO alert_destination (id, name, terms, sealed_secret, created_at, updated_at, version)
                VALUES (:id, :name, :terms, :secret, :now, :now, 1)
                """).bind("id", id).bind("name", draft.name()).bind("terms", Json.text(Json.tree(draft)))
                .bindByType("secret", sealed(id, draft.secret()), byte[].class).bind("now", changes.timestamp())
                .execute();
        AlertDestination made = need(changes.handle(), id);
        // The trail keeps what it is told for years, and more people read it.
        changes.created(noun(), made.masked());
        return made;
    }

    @Override
    public AlertDestination replace(ChangeSet changes, AlertDestination stored, AlertDestinationDraft draft) {
        check(changes, stored.id(), draft, stored);
        changes.handle().createUpdate("""
                UPDATE alert_destination SET name = :name, terms = :terms, updated_at = :now, version = version + 1
                WHERE id = :id
                """).bind("id", stored.id()).bind("name", draft.name()).bind("terms", Json.text(Json.tree(draft)))
                .bind("now", changes.timestamp()).execute();
        MailServer mail = draft.mail();
        if (!draft.keepsSecret() || mail != null && mail.user() == null) {
            changes.handle().createUpdate("UPDATE alert_destination SET sealed_secret = :secret WHERE id = :id")
                    .bind("id", stored.id())
                    .bindByType("secret", sealed(stored.id(), draft.secret()), byte[].class).execute();
        }
        if (!draft.name().equals(stored.name())) {
            nouns.alertRules().follow(changes, stored.name(), draft.name());
        }
        AlertDestination now = need(changes.handle(), stored.id());
        changes.changed(noun(), "update", stored.masked(), now.masked());
        return now;
    }

    @Override
    public void remove(ChangeSet changes, AlertDestination stored, boolean cascade) {
        nouns.alertRules().follow(changes, stored.name(), null);
        changes.handle().createUpdate("DELETE FROM alert_destination WHERE id = :id").bind("id", stored.id())
                .execute();
        changes.deleted(noun(), stored.masked());
    }

    private byte @Nullable [] sealed(UUID id, @Nullable String secret) {
        return secret == null || AlertDestinationDraft.UNCHANGED.equals(secret)
                ? null
                : secrets.sealText(place(id), secret);
    }

    private static void check(ChangeSet changes, UUID id, AlertDestinationDraft draft,
            @Nullable AlertDestination stored) {
        AlertDestinationCheck.hold(draft, stored);
        Checks.free(changes.handle(), "There is already an alert destination named " + draft.name()
                + ". Choose another name.", "SELECT 1 FROM alert_destination WHERE name = ? AND id <> ?",
                draft.name(), id);
    }
}
