package org.gatehouse.governance;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;

import org.jdbi.v3.core.Handle;

import org.gatehouse.governance.form.Json;

/** Rules of what somebody is told. */
final class AlertRuleRows implements Rows<AlertRule, AlertRuleDraft> {
    private static final String SELECT = """
            SELECT s.id, s.terms, s.created_at, s.updated_at, s.version FROM alert_rule s
            """;

    private final Nouns nouns;

    AlertRuleRows(Nouns nouns) {
        this.nouns = nouns;
    }

    @Override
    public String noun() {
        return "alert-rules";
    }

    @Override
    public String one() {
        return "alert rule";
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
    public List<AlertRule> read(Handle handle, Selection selection) {
        return selection.query(handle, SELECT, "s.id").map((row, _) -> rule(row)).list();
    }

    private static AlertRule rule(ResultSet row) throws SQLException {
        AlertRuleDraft terms = Json.trusted(Columns.text(row, "terms"), AlertRuleDraft.class);
        return new AlertRule(Columns.id(row, "id"), terms.name(), terms.kind(), terms.enabled(), terms.severity(),
                terms.threshold(), terms.holdSeconds(), terms.calmSeconds(), terms.destinations(),
                Columns.time(row, "created_at"), Columns.time(row, "updated_at"), row.getLong("version"));
    }

    @Override
    public AlertRuleDraft draft(AlertRule stored) {
        return stored.draft();
    }

    @Override
    public AlertRule insert(ChangeSet changes, AlertRuleDraft draft) {
        UUID id = changes.newId();
        check(changes, id, draft);
        changes.handle().createUpdate("""
                INSERT INTO alert_rule (id, name, terms, created_at, updated_at, version)
                VALUES (:id, :name, :terms, :now, :now, 1)
                """).bind("id", id).bind("name", draft.name()).bind("terms", Json.text(Json.tree(draft)))
                .bind("now", changes.timestamp()).execute();
        return changes.created(noun(), need(changes.handle(), id));
    }

    @Override
    public AlertRule replace(ChangeSet changes, AlertRule stored, AlertRuleDraft draft) {
        check(changes, stored.id(), draft);
        changes.handle().createUpdate("""
                UPDATE alert_rule SET name = :name, terms = :terms, updated_at = :now, version = version + 1
                WHERE id = :id
                """).bind("id", stored.id()).bind("name", draft.name()).bind("terms", Json.text(Json.tree(draft)))
                .bind("now", changes.timestamp()).execute();
        return changes.changed(noun(), "update", stored, need(changes.handle(), stored.id()));
    }

    @Override
    public void remove(ChangeSet changes, AlertRule stored, boolean cascade) {
        changes.handle().createUpdate("DELETE FROM alert_rule WHERE id = :id").bind("id", stored.id()).execute();
        changes.deleted(noun(), stored);
    }

    private void check(ChangeSet changes, UUID id, AlertRuleDraft draft) {
        Checks checks = new Checks();
        boolean bound = draft.kind().threshold() != AlertKind.Threshold.NONE;
        checks.require(bound == (draft.threshold() != null), "threshold",
                bound ? "is missing: from when on is it wrong?" : "must be left out for the kind " + draft.kind().id());
        checks.refuse();
        for (int i = 0; i < draft.destinations().size(); i++) {
            String name = draft.destinations().get(i);
            if (nouns.alertDestinations().read(changes.handle(), Selection.of("s.name = :value", name)).isEmpty()) {
                throw RefusedException.invalid("destinations[" + i + "]", "names no alert destination: " + name);
            }
        }
        Checks.free(changes.handle(), "There is already an alert rule named " + draft.name()
                + ". Choose another name.", "SELECT 1 FROM alert_rule WHERE name = ? AND id <> ?", draft.name(), id);
    }

    /** A destination has another name, or none any more ({@code null}). */
    void follow(ChangeSet changes, String before, @org.jspecify.annotations.Nullable String after) {
        for (AlertRule rule : read(changes.handle(), Selection.all())) {
            if (!rule.destinations().contains(before)) {
                continue;
            }
            if (after == null) {
                throw RefusedException.conflict("The alert rule " + rule.name() + " still tells the destination "
                        + before + ". Take it out of the rule first.");
            }
            AlertRuleDraft draft = rule.draft();
            replace(changes, rule, new AlertRuleDraft(draft.name(), draft.kind(), draft.enabled(), draft.severity(),
                    draft.threshold(), draft.holdSeconds(), draft.calmSeconds(), draft.destinations().stream()
                            .map(name -> name.equals(before) ? after : name).toList()));
        }
    }
}
