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

/** Where alerts go. Their secrets are sealed for their rows. */
final class AlertDestinationRows implements Rows<AlertDestination, AlertDestinationDraft> {
    private final Nouns nouns;
    private final TermsTable table;

    AlertDestinationRows(Nouns nouns, SecretBox secrets) {
        this.nouns = nouns;
        this.table = new TermsTable("alert_destination", secrets);
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
        return List.of(Filter.byName("s.name"));
    }

    @Override
    public String idColumn() {
        return "s.id";
    }

    @Override
    public List<AlertDestination> read(Handle handle, Selection selection) {
        return selection.query(handle, table.select(), "s.id").map((row, _) -> destination(row)).list();
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
        return table.secret(handle, id);
    }

    @Override
    public AlertDestinationDraft draft(AlertDestination stored) {
        return stored.draft();
    }

    @Override
    public AlertDestination insert(ChangeSet changes, AlertDestinationDraft draft) {
        UUID id = changes.newId();
        check(changes, id, draft, null);
        table.insert(changes, id, draft.name(), draft);
        table.seal(changes.handle(), id, given(draft));
        AlertDestination made = need(changes.handle(), id);
        // The trail keeps what it is told for years, and more people read it.
        changes.created(noun(), made.masked());
        return made;
    }

    @Override
    public AlertDestination replace(ChangeSet changes, AlertDestination stored, AlertDestinationDraft draft) {
        check(changes, stored.id(), draft, stored);
        table.update(changes, stored.id(), draft.name(), draft);
        MailServer mail = draft.mail();
        if (!draft.keepsSecret() || mail != null && mail.user() == null) {
            table.seal(changes.handle(), stored.id(), given(draft));
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
        table.delete(changes.handle(), stored.id());
        changes.deleted(noun(), stored.masked());
    }

    private static @Nullable String given(AlertDestinationDraft draft) {
        return AlertDestinationDraft.UNCHANGED.equals(draft.secret()) ? null : draft.secret();
    }

    private void check(ChangeSet changes, UUID id, AlertDestinationDraft draft,
            @Nullable AlertDestination stored) {
        AlertDestinationCheck.hold(draft, stored);
        table.requireFree(changes.handle(), "an alert destination", draft.name(), id);
    }
}
