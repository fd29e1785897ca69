package org.gatehouse.governance;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import org.jdbi.v3.core.Handle;

import org.gatehouse.governance.form.Json;

/** Rules of what somebody is told. */
final class AlertRuleRows implements Rows<AlertRule, AlertRuleDraft> {
    private final TermsTable table = new TermsTable("alert_rule", null);
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
        return List.of(Filter.byName("s.name"));
    }

    @Override
    public String idColumn() {
        return "s.id";
    }

    @Override
    public List<AlertRule> read(Handle handle, Selection selection) {
        return selection.query(handle, table.select(), "s.id").map((row, _) -> rule(row)).list().stream()
                .flatMap(Optional::stream).toList();
    }

    /** Empty for one of a kind that a later version made: this one can't look for it, and must start all the same. */
    private static Optional<AlertRule> rule(ResultSet row) throws SQLException {
        String text = Columns.text(row, "terms");
        if (AlertKind.of(Json.trusted(text).path("kind").asText()).isEmpty()) {
            return Optional.empty();
        }
        AlertRuleDraft terms = Json.trusted(text, AlertRuleDraft.class);
        return Optional
                .of(new AlertRule(Columns.id(row, "id"), terms.name(), terms.kind(), terms.enabled(), terms.severity(),
                        terms.threshold(), terms.holdSeconds(), terms.calmSeconds(), terms.destinations(),
                        Columns.time(row, "created_at"), Columns.time(row, "updated_at"), row.getLong("version")));
    }

    @Override
    public AlertRuleDraft draft(AlertRule stored) {
        return stored.draft();
    }

    @Override
    public AlertRule insert(ChangeSet changes, AlertRuleDraft draft) {
        UUID id = changes.newId();
        check(changes, id, draft);
        table.insert(changes, id, draft.name(), draft);
        return changes.created(noun(), need(changes.handle(), id));
    }

    @Override
    public AlertRule replace(ChangeSet changes, AlertRule stored, AlertRuleDraft draft) {
        check(changes, stored.id(), draft);
        table.update(changes, stored.id(), draft.name(), draft);
        return changes.changed(noun(), "update", stored, need(changes.handle(), stored.id()));
    }

    @Override
    public void remove(ChangeSet changes, AlertRule stored, boolean cascade) {
        table.delete(changes.handle(), stored.id());
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
        table.requireFree(changes.handle(), "an alert rule", draft.name(), id);
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
