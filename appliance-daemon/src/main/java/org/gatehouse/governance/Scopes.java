package org.gatehouse.governance;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;

import org.jdbi.v3.core.Handle;

import org.gatehouse.governance.snapshot.Scope;

/** Nodes of the tenancy tree as limits, budgets and policies refer to them. Stateless. */
final class Scopes {
    /** For a select from a table with the alias {@code t}: the name of the scope's node, {@code scope_name}. */
    static final String NAME = """
            COALESCE(sd.name, pd.name || '/' || sp.name, su.name, kd.name || '/' || kp.name || '/' || sk.name, so.name)
                AS scope_name""";

    /** The joins that {@link #NAME} needs. */
    static final String JOINS = """
            LEFT JOIN department sd ON sd.id = t.scope_id
            LEFT JOIN project sp ON sp.id = t.scope_id
            LEFT JOIN department pd ON pd.id = sp.department_id
            LEFT JOIN app_user su ON su.id = t.scope_id
            LEFT JOIN api_key sk ON sk.id = t.scope_id
            LEFT JOIN project kp ON kp.id = sk.project_id
            LEFT JOIN department kd ON kd.id = kp.department_id
            LEFT JOIN organisation so ON so.id = t.scope_id
            """;

    private Scopes() {}

    static ScopeView view(ResultSet row) throws SQLException {
        return new ScopeView(Columns.constant(row, "scope_type", Scope.Type.class), Columns.id(row, "scope_id"),
                Columns.text(row, "scope_name"));
    }

    /** The node's id, or a refusal that names the member. */
    static UUID resolve(Handle handle, ScopeReference reference) {
        if (reference.type() == Scope.Type.ORGANISATION) {
            UUID only = handle.createQuery("SELECT id FROM organisation").mapTo(UUID.class).one();
            if (reference.id() != null && !reference.id().equals(only)) {
                throw RefusedException.invalid("scope.id", "is not the organisation's id; leave it out");
            }
            return only;
        }
        UUID id = reference.id();
        if (id == null) {
            throw RefusedException.invalid("scope.id", "is missing");
        }
        String table = switch (reference.type()) {
            case ORGANISATION -> "organisation";
            case DEPARTMENT -> "department";
            case PROJECT -> "project";
            case USER -> "app_user";
            case KEY -> "api_key";
        };
        if (Checks.count(handle, "SELECT COUNT(*) FROM " + table + " WHERE id = :value", id) == 0) {
            throw RefusedException.invalid("scope.id", "names no " + reference.type().id() + ": " + id);
        }
        return id;
    }

    /** Removes what binds a node that is about to go. */
    static void removeAt(ChangeSet changes, UUID node, Nouns nouns) {
        Selection here = Selection.of("t.scope_id = :value", node);
        nouns.limits().read(changes.handle(), here).forEach(limit -> nouns.limits().remove(changes, limit, true));
        nouns.budgets().read(changes.handle(), here).forEach(budget -> nouns.budgets().remove(changes, budget, true));
        nouns.policies().read(changes.handle(), here).forEach(policy -> nouns.policies().remove(changes, policy, true));
    }
}
