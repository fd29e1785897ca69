package org.gatehouse.governance;

import java.util.List;
import java.util.UUID;

import org.jdbi.v3.core.Handle;

import org.gatehouse.governance.snapshot.Limit;

/** Limits: at most one of a kind at a scope. */
final class LimitRows implements Rows<RateLimit, LimitDraft> {
    private static final String SELECT = """
            SELECT t.id, t.scope_type, t.scope_id, t.kind, t.amount, t.created_at, t.updated_at, t.version,
            """ + Scopes.NAME + " FROM rate_limit t\n" + Scopes.JOINS;

    @Override
    public String noun() {
        return "limits";
    }

    @Override
    public String one() {
        return "limit";
    }

    @Override
    public List<Filter> filters() {
        return List.of(new Filter("scope", UUID.class, "Only those that bind that node.", "t.scope_id = :value"));
    }

    @Override
    public Belonging belonging() {
        return Belonging.BY_SCOPE;
    }

    @Override
    public String idColumn() {
        return "t.id";
    }

    @Override
    public List<RateLimit> read(Handle handle, Selection selection) {
        return selection.query(handle, SELECT, "t.id")
                .map((row, _) -> new RateLimit(Columns.id(row, "id"), Scopes.view(row),
                        Columns.constant(row, "kind", Limit.Kind.class), row.getLong("amount"),
                        Columns.time(row, "created_at"), Columns.time(row, "updated_at"), row.getLong("version")))
                .list();
    }

    @Override
    public LimitDraft draft(RateLimit stored) {
        return stored.draft();
    }

    @Override
    public RateLimit insert(ChangeSet changes, LimitDraft draft) {
        check(draft);
        UUID scope = Scopes.resolve(changes.handle(), draft.scope());
        Checks.free(changes.handle(),
                "There is already a limit on " + draft.kind().id() + " at that scope. Change that one instead.",
                "SELECT 1 FROM rate_limit WHERE scope_id = ? AND kind = ?", scope, draft.kind().name());
        UUID id = changes.newId();
        changes.handle().createUpdate("""
                INSERT INTO rate_limit (id, scope_type, scope_id, kind, amount, created_at, updated_at, version)
                VALUES (:id, :type, :scope, :kind, :amount, :now, :now, 1)
                """).bind("id", id).bind("type", draft.scope().type().name()).bind("scope", scope)
                .bind("kind", draft.kind().name()).bind("amount", draft.amount()).bind("now", changes.timestamp())
                .execute();
        return changes.created(noun(), need(changes.handle(), id));
    }

    @Override
    public RateLimit replace(ChangeSet changes, RateLimit stored, LimitDraft draft) {
        Checks checks = new Checks();
        checks.require(Scopes.resolve(changes.handle(), draft.scope()).equals(stored.scope().id()), "scope",
                "can't be changed; make a new limit");
        checks.require(draft.kind() == stored.kind(), "kind", "can't be changed; make a new limit");
        checks.refuse();
        check(draft);
        changes.handle().createUpdate("""
                UPDATE rate_limit SET amount = :amount, updated_at = :now, version = version + 1 WHERE id = :id
                """).bind("id", stored.id()).bind("amount", draft.amount()).bind("now", changes.timestamp()).execute();
        return changes.changed(noun(), "update", stored, need(changes.handle(), stored.id()));
    }

    @Override
    public void remove(ChangeSet changes, RateLimit stored, boolean cascade) {
        changes.handle().createUpdate("DELETE FROM rate_limit WHERE id = :id").bind("id", stored.id()).execute();
        changes.deleted(noun(), stored);
    }

    private static void check(LimitDraft draft) {
        if (draft.amount() < 0) {
            throw RefusedException.invalid("amount", "must not be negative");
        }
    }
}
