package org.gatehouse.governance;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.Surface;

/** Keys with what binds them. Their secrets are {@link KeySecrets}' business. */
final class KeyRows implements Rows<Key, KeyDraft> {
    private static final String SELECT = """
            SELECT k.id, k.name, k.project_id, p.name AS project, p.department_id, d.name AS department, k.owner_id,
                u.name AS owner, n.public_id, o.public_id AS previous_public_id, o.valid_until AS previous_valid_until,
                k.state, k.expires_at, k.all_models, k.surfaces, k.addresses, l.last_used_at, l.last_address,
                k.created_at, k.updated_at, k.version
            FROM api_key k
            JOIN project p ON p.id = k.project_id
            JOIN department d ON d.id = p.department_id
            JOIN api_key_secret n ON n.key_id = k.id AND n.valid_until IS NULL
            LEFT JOIN app_user u ON u.id = k.owner_id
            LEFT JOIN api_key_secret o ON o.key_id = k.id AND o.valid_until > :now
            LEFT JOIN key_last_use l ON l.key_id = k.id
            """;

    private final Nouns nouns;
    private final KeySecrets secrets;

    KeyRows(Nouns nouns, KeySecrets secrets) {
        this.nouns = nouns;
        this.secrets = secrets;
    }

    @Override
    public String noun() {
        return "keys";
    }

    @Override
    public String one() {
        return "key";
    }

    @Override
    public List<Filter> filters() {
        return List.of(new Filter("name", String.class, "Only those of that name.", "k.name = :value"),
                new Filter("project", UUID.class, "Only those of that project.", "k.project_id = :value"),
                new Filter("department", UUID.class, "Only those of that department.", "p.department_id = :value"),
                new Filter("owner", UUID.class, "Only those of that user.", "k.owner_id = :value"),
                new Filter("publicId", String.class, "Only the one with those eight public characters.",
                        "k.id IN (SELECT key_id FROM api_key_secret WHERE public_id = :value)"),
                new Filter("state", String.class, "Only those in that state: active, disabled or revoked.",
                        "LOWER(k.state) = :value"));
    }

    @Override
    public Belonging belonging() {
        return new Belonging("p.department_id = :value", "k.project_id = :value", null);
    }

    @Override
    public String idColumn() {
        return "k.id";
    }

    @Override
    public List<Key> read(Handle handle, Selection selection) {
        Query query = selection.query(handle, SELECT, "k.id").bind("now", secrets.now().atOffset(ZoneOffset.UTC));
        List<Key> unbound = query.map((row, _) -> key(row)).list();
        List<UUID> bound = unbound.stream().filter(key -> key.models().isEmpty()).map(Key::id).toList();
        if (bound.isEmpty()) {
            return unbound;
        }
        Map<UUID, List<String>> models = models(handle, bound);
        return unbound.stream()
                .map(key -> key.models().isEmpty() ? key.withModels(models.getOrDefault(key.id(), List.of())) : key)
                .toList();
    }

    private static Key key(ResultSet row) throws SQLException {
        return new Key(Columns.id(row, "id"), Columns.text(row, "name"), Columns.id(row, "project_id"),
                Columns.text(row, "project"), Columns.id(row, "department_id"), Columns.text(row, "department"),
                Columns.idOrNull(row, "owner_id"), row.getString("owner"), Columns.text(row, "public_id"),
                row.getString("previous_public_id"), Columns.timeOrNull(row, "previous_valid_until"),
                Columns.constant(row, "state", KeyRecord.State.class), Columns.timeOrNull(row, "expires_at"),
                row.getBoolean("all_models") ? KeyDraft.EVERYTHING : List.of(), Columns.words(row, "surfaces"),
                Columns.words(row, "addresses"), Columns.timeOrNull(row, "last_used_at"),
                row.getString("last_address"), Columns.time(row, "created_at"), Columns.time(row, "updated_at"),
                row.getLong("version"));
    }

    private static Map<UUID, List<String>> models(Handle handle, List<UUID> keys) {
        Map<UUID, List<String>> models = new HashMap<>();
        // In pieces: PostgreSQL takes at most 65,535 bound values in a statement.
        for (int i = 0; i < keys.size(); i += 10_000) {
            handle.createQuery("""
                    SELECT b.key_id, m.name FROM api_key_model b JOIN model m ON m.id = b.model_id
                    WHERE b.key_id IN (<keys>) ORDER BY m.name
                    """).bindList("keys", keys.subList(i, Math.min(i + 10_000, keys.size())))
                    .map((row, _) -> models.computeIfAbsent(Columns.id(row, "key_id"), _ -> new ArrayList<>())
                            .add(Columns.text(row, "name")))
                    .list();
        }
        return models;
    }

    @Override
    public KeyDraft draft(Key stored) {
        return stored.draft();
    }

    /** Makes a key whose secret nobody knows, until it is rotated: for a key that a file names. */
    @Override
    public Key insert(ChangeSet changes, KeyDraft draft) {
        return issue(changes, NewKeyDraft.of(draft), null).key();
    }

    /**
     * Makes a key with its own limits and budgets.
     *
     * @param publicId the public part it had on another box; {@code null} for a new one
     */
    IssuedKey issue(ChangeSet changes, NewKeyDraft draft, @Nullable String publicId) {
        UUID id = changes.newId();
        KeyDraft checked = check(changes, id, draft.binding(), null);
        bind(changes, id, checked,
                changes.handle().createUpdate(
                        """
                                INSERT INTO api_key (id, project_id, name, owner_id, state, all_models, surfaces, addresses, expires_at,
                                    created_at, updated_at, version)
                                VALUES (:id, :project, :name, CAST(:owner AS UUID), 'ACTIVE', :allModels, :surfaces, :addresses, :expires, :now, :now,
                                    1)
                                """))
                .execute();
        bindModels(changes, id, checked.models());
        String text = secrets.add(changes, id, publicId);
        Key made = changes.created(noun(), need(changes.handle(), id));
        ScopeReference scope = ScopeReference.key(id);
        draft.limits().forEach(
                limit -> nouns.limits().insert(changes, new LimitDraft(scope, limit.kind(), limit.amount())));
        draft.budgets().forEach(budget -> nouns.budgets().insert(changes,
                new BudgetDraft(scope, budget.period(), budget.amount(), null, budget.hard())));
        return new IssuedKey(text, made);
    }

    @Override
    public Key replace(ChangeSet changes, Key stored, KeyDraft draft) {
        requireLive(stored);
        KeyDraft checked = check(changes, stored.id(), draft, stored);
        bind(changes, stored.id(), checked,
                changes.handle().createUpdate(
                        """
                                UPDATE api_key SET project_id = :project, name = :name, owner_id = CAST(:owner AS UUID), all_models = :allModels,
                                    surfaces = :surfaces, addresses = :addresses, expires_at = :expires, updated_at = :now,
                                    version = version + 1
                                WHERE id = :id
                                """))
                .execute();
        changes.handle().createUpdate("DELETE FROM api_key_model WHERE key_id = :id").bind("id", stored.id()).execute();
        bindModels(changes, stored.id(), checked.models());
        return changes.changed(noun(), "update", stored, need(changes.handle(), stored.id()));
    }

    /** Gives it a new public part and secret; the secret before stays valid for the overlap. */
    IssuedKey rotate(ChangeSet changes, Key stored, Duration overlap) {
        requireLive(stored);
        String text = secrets.rotate(changes, stored.id(), overlap);
        touch(changes, stored.id(), stored.state());
        return new IssuedKey(text, changes.changed(noun(), "rotate", stored, need(changes.handle(), stored.id())));
    }

    /** Gives the key of that name and owner a new secret, and makes it first where there is none; all of its secrets end with that life. */
    IssuedKey tryOut(ChangeSet changes, String name, UUID project, @Nullable UUID owner, Duration life) {
        Instant end = changes.now().plus(life);
        String fitting = name.length() <= Checks.NAME_LENGTH ? name : name.substring(0, Checks.NAME_LENGTH).strip();
        Key known = read(changes.handle(), Selection.of("k.project_id = :value", project)).stream()
                .filter(key -> key.live() && key.name().equals(fitting)).findFirst().orElse(null);
        if (known == null) {
            return issue(changes, NewKeyDraft.of(new KeyDraft(project, fitting, owner, KeyDraft.EVERYTHING,
                    List.of(Surface.CHAT_COMPLETIONS.id()), List.of(), end)), null);
        }
        if (!Objects.equals(known.ownerId(), owner)) {
            throw RefusedException.conflict("The key " + known.title() + " belongs to somebody else, and a key of that"
                    + " name is wanted for the playground. Have it renamed or revoked.");
        }
        if (known.state() != KeyRecord.State.ACTIVE) {
            throw RefusedException.conflict("The key " + known.title() + ", which the playground uses for you, is "
                    + known.state().id() + ". Have it enabled again.");
        }
        // Another page may call with the secret before; one that has ended must not come back with the key's new end.
        Instant before = known.expiresAt();
        Duration left = before == null ? life : Duration.between(changes.now(), before);
        String text = secrets.rotate(changes, known.id(), left.isNegative() ? Duration.ZERO : left);
        changes.handle().createUpdate("UPDATE api_key SET expires_at = :end WHERE id = :id").bind("id", known.id())
                .bind("end", end.atOffset(ZoneOffset.UTC)).execute();
        touch(changes, known.id(), known.state());
        return new IssuedKey(text, changes.changed(noun(), "rotate", known, need(changes.handle(), known.id())));
    }

    /** Brings it into another state. A revoked key stays revoked. */
    Key enter(ChangeSet changes, Key stored, KeyRecord.State state, String verb) {
        if (stored.state() == state) {
            return stored;
        }
        requireLive(stored);
        touch(changes, stored.id(), state);
        return changes.changed(noun(), verb, stored, need(changes.handle(), stored.id()));
    }

    @Override
    public void remove(ChangeSet changes, Key stored, boolean cascade) {
        if (stored.live() && !cascade) {
            throw RefusedException.conflict("The key " + stored.title() + " is " + stored.state().id()
                    + ". Revoke it first; a revoked key can be deleted.");
        }
        Scopes.removeAt(changes, stored.id(), nouns);
        nouns.machineClients().removeOf(changes, stored.id());
        changes.handle().createUpdate("DELETE FROM api_key WHERE id = :id").bind("id", stored.id()).execute();
        changes.deleted(noun(), stored);
    }

    private static void requireLive(Key stored) {
        if (!stored.live()) {
            throw RefusedException.conflict("The key " + stored.title()
                    + " is revoked, and that is final. Make a new key instead.");
        }
    }

    private KeyDraft check(ChangeSet changes, UUID id, KeyDraft draft, @Nullable Key stored) {
        Checks checks = new Checks();
        String name = checks.name("name", draft.name());
        List<String> surfaces = checks.surfaces("surfaces", draft.surfaces());
        List<String> addresses = checks.addresses("addresses", draft.addresses());
        Instant expires = draft.expiresAt();
        boolean kept = stored != null && Objects.equals(expires, stored.expiresAt());
        checks.require(expires == null || kept || expires.isAfter(changes.now()), "expiresAt", "must be in the future");
        checks.refuse();
        Project project = nouns.projects().refer(changes.handle(), "projectId", draft.projectId());
        if (draft.ownerId() != null) {
            nouns.users().refer(changes.handle(), "ownerId", draft.ownerId());
        }
        Checks.free(changes.handle(),
                "The project " + project.title() + " already has a key named " + name
                        + " that is not revoked. Choose another name.",
                "SELECT 1 FROM api_key WHERE project_id = ? AND name = ? AND state <> 'REVOKED' AND id <> ?",
                project.id(), name, id);
        return new KeyDraft(project.id(), name, draft.ownerId(), draft.models(), surfaces, addresses, expires);
    }

    private void bindModels(ChangeSet changes, UUID key, List<String> models) {
        if (models.equals(KeyDraft.EVERYTHING)) {
            return;
        }
        PreparedBatch batch = changes.handle()
                .prepareBatch("INSERT INTO api_key_model (key_id, model_id) VALUES (:key, :model)");
        List<String> distinct = models.stream().distinct().toList();
        for (String name : distinct) {
            UUID model = nouns.models().read(changes.handle(), Selection.of("m.name = :value", name)).stream()
                    .map(PublicModel::id).findFirst()
                    .orElseThrow(() -> RefusedException.invalid("models[" + models.indexOf(name) + "]",
                            "names no public model: " + name + "; or a single * for everything"));
            batch.bind("key", key).bind("model", model).add();
        }
        batch.execute();
    }

    private static void touch(ChangeSet changes, UUID id, KeyRecord.State state) {
        changes.handle().createUpdate("""
                UPDATE api_key SET state = :state, updated_at = :now, version = version + 1 WHERE id = :id
                """).bind("id", id).bind("state", state.name()).bind("now", changes.timestamp()).execute();
    }

    private static Update bind(ChangeSet changes, UUID id, KeyDraft draft, Update update) {
        return update.bind("id", id).bind("project", draft.projectId()).bind("name", draft.name())
                .bindByType("owner", draft.ownerId(), UUID.class)
                .bind("allModels", draft.models().equals(KeyDraft.EVERYTHING))
                .bind("surfaces", Columns.words(draft.surfaces())).bind("addresses", Columns.words(draft.addresses()))
                .bindByType("expires",
                        draft.expiresAt() == null ? null : draft.expiresAt().atOffset(ZoneOffset.UTC),
                        java.time.OffsetDateTime.class)
                .bind("now", changes.timestamp());
    }
}
