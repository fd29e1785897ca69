package org.gatehouse.governance;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.snapshot.EngineTerms;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.Scope;

/** Policies: at most one at a scope. */
final class PolicyRows implements Rows<Policy, PolicyDraft> {
    private static final String SELECT = """
            SELECT t.id, t.scope_type, t.scope_id, t.recording_bodies, t.recording_retention_days, t.engine_priority, t.prefix_cache,
                t.wait_seconds, t.exact_cache, t.call_class, t.created_at,
                t.updated_at, t.version,
            """
            + Scopes.NAME + " FROM policy t\n" + Scopes.JOINS;

    @Override
    public String noun() {
        return "policies";
    }

    @Override
    public String one() {
        return "policy";
    }

    @Override
    public List<Filter> filters() {
        return List.of(new Filter("scope", UUID.class, "Only the one for that node.", "t.scope_id = :value"));
    }

    @Override
    public String idColumn() {
        return "t.id";
    }

    @Override
    public List<Policy> read(Handle handle, Selection selection) {
        return selection.query(handle, SELECT, "t.id")
                .map((row, _) -> new Policy(Columns.id(row, "id"), Scopes.view(row), recording(row),
                        row.getObject("engine_priority", Integer.class), prefixCache(row),
                        row.getObject("wait_seconds", Integer.class), row.getObject("exact_cache", Boolean.class),
                        callClass(row),
                        Columns.time(row, "created_at"), Columns.time(row, "updated_at"), row.getLong("version")))
                .list();
    }

    private static Policy.@Nullable Recording recording(ResultSet row) throws SQLException {
        return row.getString("recording_bodies") == null
                ? null
                : new Policy.Recording(Columns.constant(row, "recording_bodies", KeyRecord.Recording.class),
                        row.getInt("recording_retention_days"));
    }

    private static EngineTerms.@Nullable PrefixCache prefixCache(ResultSet row) throws SQLException {
        return row.getString("prefix_cache") == null
                ? null
                : Columns.constant(row, "prefix_cache", EngineTerms.PrefixCache.class);
    }

    private static EngineTerms.@Nullable CallClass callClass(ResultSet row) throws SQLException {
        return row.getString("call_class") == null
                ? null
                : Columns.constant(row, "call_class", EngineTerms.CallClass.class);
    }

    @Override
    public PolicyDraft draft(Policy stored) {
        return stored.draft();
    }

    @Override
    public Policy insert(ChangeSet changes, PolicyDraft draft) {
        Scope.Type type = draft.scope().type();
        if (type == Scope.Type.USER || type == Scope.Type.KEY) {
            throw RefusedException.invalid("scope.type", "must be organisation, department or project for a policy");
        }
        UUID scope = Scopes.resolve(changes.handle(), draft.scope());
        Checks.free(changes.handle(), "There is already a policy at that scope. Change that one instead.",
                "SELECT 1 FROM policy WHERE scope_id = ?", scope);
        UUID id = changes.newId();
        bind(changes, id, draft,
                changes.handle().createUpdate(
                        """
                                INSERT INTO policy (id, scope_type, scope_id, recording_bodies, recording_retention_days,
                                    engine_priority, prefix_cache, wait_seconds, exact_cache, call_class, created_at, updated_at, version)
                                VALUES (:id, :type, :scope, :bodies, :days, :priority, :prefixCache, :wait, :exactCache, :callClass,
                                    :now, :now, 1)
                                """))
                .bind("type", type.name()).bind("scope", scope).execute();
        return changes.created(noun(), need(changes.handle(), id));
    }

    @Override
    public Policy replace(ChangeSet changes, Policy stored, PolicyDraft draft) {
        if (!Scopes.resolve(changes.handle(), draft.scope()).equals(stored.scope().id())) {
            throw RefusedException.invalid("scope", "can't be changed; make a new policy");
        }
        bind(changes, stored.id(), draft, changes.handle().createUpdate("""
                UPDATE policy SET recording_bodies = :bodies, recording_retention_days = :days,
                    engine_priority = :priority, prefix_cache = :prefixCache, wait_seconds = :wait,
                    exact_cache = :exactCache, call_class = :callClass, updated_at = :now,
                    version = version + 1
                WHERE id = :id
                """)).execute();
        return changes.changed(noun(), "update", stored, need(changes.handle(), stored.id()));
    }

    @Override
    public void remove(ChangeSet changes, Policy stored, boolean cascade) {
        changes.handle().createUpdate("DELETE FROM policy WHERE id = :id").bind("id", stored.id()).execute();
        changes.deleted(noun(), stored);
    }

    private static Update bind(ChangeSet changes, UUID id, PolicyDraft draft, Update update) {
        Policy.Recording recording = draft.recording();
        return update.bind("id", id).bind("bodies", recording == null ? null : recording.bodies().name())
                .bindByType("days", recording == null ? null : recording.retentionDays(), Integer.class)
                .bindByType("priority", draft.priority(), Integer.class)
                .bind("prefixCache", draft.prefixCache() == null ? null : draft.prefixCache().name())
                .bindByType("wait", draft.waitSeconds(), Integer.class)
                .bindByType("exactCache", draft.exactCache(), Boolean.class)
                .bind("callClass", draft.callClass() == null ? null : draft.callClass().name())
                .bind("now", changes.timestamp());
    }
}
