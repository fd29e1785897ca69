package org.gatehouse.governance;

import java.util.List;
import java.util.Objects;
import java.util.UUID;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.AccessRequest.State;

/** Wishes to use models. They are decided, never edited, and stay as long as their project does. */
final class AccessRequestRows implements Rows<AccessRequest, AccessRequestDraft> {
    private static final String SELECT = """
            SELECT r.id, r.project_id, p.name AS project, p.department_id, d.name AS department, r.model, r.key_id,
                k.name AS key_name, r.requester_id, r.requester, r.reason, r.state, r.decided_by, r.decided_at, r.note,
                r.created_at, r.updated_at, r.version
            FROM access_request r
            JOIN project p ON p.id = r.project_id
            JOIN department d ON d.id = p.department_id
            LEFT JOIN api_key k ON k.id = r.key_id
            """;

    private final Nouns nouns;

    AccessRequestRows(Nouns nouns) {
        this.nouns = nouns;
    }

    @Override
    public String noun() {
        return "access-requests";
    }

    @Override
    public String one() {
        return "access request";
    }

    @Override
    public List<Filter> filters() {
        return List.of(new Filter("state", String.class,
                "Only those in that state: pending, approved, declined or withdrawn.", "LOWER(r.state) = :value"),
                new Filter("project", UUID.class, "Only those for that project.", "r.project_id = :value"),
                new Filter("department", UUID.class, "Only those of that department.", "p.department_id = :value"),
                new Filter("requester", UUID.class, "Only those of that user.", "r.requester_id = :value"),
                new Filter("model", String.class, "Only those for that model.", "r.model = :value"));
    }

    @Override
    public Belonging belonging() {
        return new Belonging("p.department_id = :value", "r.project_id = :value", "r.requester_id = :value");
    }

    @Override
    public String idColumn() {
        return "r.id";
    }

    @Override
    public List<AccessRequest> read(Handle handle, Selection selection) {
        return selection.query(handle, SELECT, "r.id")
                .map((row, _) -> new AccessRequest(Columns.id(row, "id"), Columns.id(row, "project_id"),
                        Columns.text(row, "project"), Columns.id(row, "department_id"),
                        Columns.text(row, "department"), Columns.text(row, "model"), Columns.idOrNull(row, "key_id"),
                        row.getString("key_name"), Columns.idOrNull(row, "requester_id"),
                        Columns.text(row, "requester"), Columns.text(row, "reason"),
                        Columns.constant(row, "state", State.class), row.getString("decided_by"),
                        Columns.timeOrNull(row, "decided_at"), row.getString("note"),
                        Columns.time(row, "created_at"), Columns.time(row, "updated_at"), row.getLong("version")))
                .list();
    }

    @Override
    public AccessRequestDraft draft(AccessRequest stored) {
        return stored.draft();
    }

    @Override
    public AccessRequest insert(ChangeSet changes, AccessRequestDraft draft) {
        Handle handle = changes.handle();
        Project project = nouns.projects().refer(handle, "projectId", draft.projectId());
        UUID user = draft.requesterId();
        if (user == null) {
            throw RefusedException.invalid("requesterId", "is missing: an admin token is nobody in particular");
        }
        User requester = nouns.users().refer(handle, "requesterId", user);
        if (Checks.count(handle, "SELECT COUNT(*) FROM model WHERE name = :value", draft.model()) == 0) {
            throw RefusedException.invalid("model", "names no public model: " + draft.model());
        }
        requireNeed(changes, project, draft);
        requireNew(handle, project, draft);
        UUID id = changes.newId();
        handle.createUpdate("""
                INSERT INTO access_request (id, project_id, key_id, model, requester_id, requester, reason, state,
                    created_at, updated_at, version)
                VALUES (:id, :project, CAST(:key AS UUID), :model, :requesterId, :requester, :reason, 'PENDING', :now,
                    :now, 1)
                """).bind("id", id).bind("project", project.id()).bindByType("key", draft.keyId(), UUID.class)
                .bind("model", draft.model()).bind("requesterId", requester.id())
                .bind("requester", requester.name()).bind("reason", draft.reason())
                .bind("now", changes.timestamp()).execute();
        return changes.created(noun(), need(handle, id));
    }

    /** Nobody has to ask for what they have. */
    private void requireNeed(ChangeSet changes, Project project, AccessRequestDraft draft) {
        UUID keyId = draft.keyId();
        if (keyId == null) {
            if (project.allows(draft.model())) {
                throw RefusedException.conflict("The project " + project.title() + " may use " + draft.model()
                        + " already. Make a key in it, or name the key that is to use the model.");
            }
            return;
        }
        Key key = nouns.keys().refer(changes.handle(), "keyId", keyId);
        if (!key.projectId().equals(project.id()) || !key.live()) {
            throw RefusedException.invalid("keyId", "must be a key of the project that is not revoked");
        }
        if (project.allows(draft.model()) && key.allows(draft.model())) {
            throw RefusedException.conflict("The key " + key.title() + " may use " + draft.model() + " already.");
        }
    }

    private void requireNew(Handle handle, Project project, AccessRequestDraft draft) {
        read(handle, Selection.of("r.project_id = :value", project.id()).and("r.model = :value", draft.model())
                .and("r.state = :value", State.PENDING.name())).stream()
                .filter(other -> Objects.equals(other.keyId(), draft.keyId())).findFirst()
                .ifPresent(other -> {
                    throw RefusedException.conflict(other.requester() + " has asked for " + other.model()
                            + " in " + project.title() + " already, at " + other.createdAt()
                            + ". Wait for what becomes of that request.");
                });
    }

    /** Brings it to an end. */
    AccessRequest enter(ChangeSet changes, AccessRequest stored, State state, String verb, @Nullable String note) {
        changes.handle().createUpdate("""
                UPDATE access_request SET state = :state, decided_by = :by, decided_at = :now, note = :note,
                    updated_at = :now, version = version + 1
                WHERE id = :id
                """).bind("id", stored.id()).bind("state", state.name()).bind("by", changes.actorName())
                .bind("note", note).bind("now", changes.timestamp()).execute();
        return changes.changed(noun(), verb, stored, need(changes.handle(), stored.id()));
    }

    @Override
    public AccessRequest replace(ChangeSet changes, AccessRequest stored, AccessRequestDraft draft) {
        throw RefusedException.conflict("A request can't be changed. Withdraw it and make a new one.");
    }

    @Override
    public void remove(ChangeSet changes, AccessRequest stored, boolean cascade) {
        throw RefusedException.conflict("A request can't be deleted: it says who was granted what. Withdraw it.");
    }
}
