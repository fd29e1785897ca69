package org.gatehouse.governance;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.store.SecretBox;
import org.gatehouse.store.SecretPlace;

/** Upstreams. Their API keys are sealed for their row and leave it only into the snapshot. */
final class UpstreamRows implements Rows<UpstreamServer, UpstreamDraft> {
    private static final String SELECT = """
            SELECT s.id, s.name, s.kind, s.base_url, s.sealed_api_key IS NOT NULL AS api_key_set, s.is_local,
                s.private_addresses_allowed, s.simulated, s.connect_millis, s.first_byte_millis, s.idle_millis,
                s.total_millis, s.max_reply_bytes, s.priority_scheduling, s.created_at, s.updated_at, s.version
            FROM upstream s
            """;

    private final Nouns nouns;
    private final SecretBox secrets;

    UpstreamRows(Nouns nouns, SecretBox secrets) {
        this.nouns = nouns;
        this.secrets = secrets;
    }

    /** Where the API key of an upstream is sealed. */
    static SecretPlace place(UUID id) {
        return new SecretPlace("upstream", id.toString(), "sealed_api_key");
    }

    /** The API key of the upstream of that name; {@code null} when it has none or does not exist. */
    @Nullable
    String apiKey(Handle handle, String name) {
        return handle.createQuery("SELECT id, sealed_api_key FROM upstream WHERE name = :name").bind("name", name)
                .map((row, _) -> {
                    UUID id = Columns.id(row, "id");
                    byte[] sealed = row.getBytes("sealed_api_key");
                    return Optional.ofNullable(sealed).map(key -> secrets.openText(place(id), key));
                }).findOne().flatMap(key -> key).orElse(null);
    }

    @Override
    public String noun() {
        return "upstreams";
    }

    @Override
    public String one() {
        return "upstream";
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
    public List<UpstreamServer> read(Handle handle, Selection selection) {
        return selection.query(handle, SELECT, "s.id")
                .map((row, _) -> new UpstreamServer(Columns.id(row, "id"), Columns.text(row, "name"),
                        Columns.constant(row, "kind", Upstream.Kind.class), Columns.text(row, "base_url"),
                        row.getBoolean("api_key_set"), row.getBoolean("is_local"),
                        row.getBoolean("private_addresses_allowed"), row.getBoolean("simulated"),
                        new UpstreamServer.Deadlines(row.getLong("connect_millis"), row.getLong("first_byte_millis"),
                                row.getLong("idle_millis"), row.getLong("total_millis")),
                        row.getLong("max_reply_bytes"), row.getBoolean("priority_scheduling"),
                        Columns.time(row, "created_at"),
                        Columns.time(row, "updated_at"), row.getLong("version")))
                .list();
    }

    @Override
    public UpstreamDraft draft(UpstreamServer stored) {
        return stored.draft();
    }

    @Override
    public UpstreamServer insert(ChangeSet changes, UpstreamDraft draft) {
        UUID id = changes.newId();
        check(changes, id, draft);
        bind(changes, id, draft, changes.handle().createUpdate("""
                INSERT INTO upstream (id, name, kind, base_url, is_local, private_addresses_allowed, simulated,
                    connect_millis, first_byte_millis, idle_millis, total_millis, max_reply_bytes, priority_scheduling,
                    created_at, updated_at, version)
                VALUES (:id, :name, :kind, :baseUrl, :local, :privateAllowed, :simulated, :connect, :firstByte, :idle,
                    :total, :maxReplyBytes, :priorityScheduling, :now, :now, 1)
                """)).execute();
        storeApiKey(changes, id, draft.apiKey());
        return changes.created(noun(), need(changes.handle(), id));
    }

    @Override
    public UpstreamServer replace(ChangeSet changes, UpstreamServer stored, UpstreamDraft draft) {
        check(changes, stored.id(), draft);
        if (!draft.baseUrl().equals(stored.baseUrl())) {
            requireNoDeployment(changes, stored);
        }
        bind(changes, stored.id(), draft,
                changes.handle().createUpdate(
                        """
                                UPDATE upstream SET name = :name, kind = :kind, base_url = :baseUrl, is_local = :local,
                                    private_addresses_allowed = :privateAllowed, simulated = :simulated, connect_millis = :connect,
                                    first_byte_millis = :firstByte, idle_millis = :idle, total_millis = :total,
                                    max_reply_bytes = :maxReplyBytes, priority_scheduling = :priorityScheduling, updated_at = :now, version = version + 1
                                WHERE id = :id
                                """))
                .execute();
        storeApiKey(changes, stored.id(), draft.apiKey());
        return changes.changed(noun(), "update", stored, need(changes.handle(), stored.id()));
    }

    @Override
    public void remove(ChangeSet changes, UpstreamServer stored, boolean cascade) {
        requireNoDeployment(changes, stored);
        long models = Checks.count(changes.handle(),
                "SELECT COUNT(DISTINCT model_id) FROM model_target WHERE upstream_id = :value", stored.id());
        long prices = Checks.count(changes.handle(), "SELECT COUNT(*) FROM price WHERE upstream_id = :value",
                stored.id());
        if (models + prices > 0) {
            throw RefusedException.conflict("The upstream " + stored.name() + " is still used by " + models
                    + " model(s) and " + prices + " price(s). Point those elsewhere or delete them first.");
        }
        changes.handle().createUpdate("DELETE FROM upstream WHERE id = :id").bind("id", stored.id()).execute();
        changes.deleted(noun(), stored);
    }

    private void requireNoDeployment(ChangeSet changes, UpstreamServer stored) {
        nouns.deployments().behind(changes.handle(), stored.baseUrl()).ifPresent(deployment -> {
            throw RefusedException.conflict("The upstream " + stored.name() + " stands for the deployment "
                    + deployment.name() + " and goes with it. Delete the deployment instead.");
        });
    }

    private static void check(ChangeSet changes, UUID id, UpstreamDraft draft) {
        Checks checks = new Checks();
        checks.require(draft.name().matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}"), "name",
                "must be 1 to 64 letters, digits, dots, dashes and underscores");
        String problem = BaseUrl.problem(draft.baseUrl(), draft.local(), draft.privateAddressesAllowed());
        if (problem != null) {
            checks.wrong("baseUrl", problem);
        }
        String apiKey = draft.apiKey();
        checks.require(apiKey == null || apiKey.chars().allMatch(letter -> letter > 32 && letter < 127), "apiKey",
                "must be printable ASCII without spaces: it travels in a header");
        checks.refuse();
        Checks.free(changes.handle(),
                "There is already an upstream named " + draft.name() + ". Choose another name.",
                "SELECT 1 FROM upstream WHERE name = ? AND id <> ?", draft.name(), id);
    }

    private void storeApiKey(ChangeSet changes, UUID id, @Nullable String apiKey) {
        if (UpstreamDraft.UNCHANGED.equals(apiKey)) {
            return;
        }
        byte[] sealed = apiKey == null || apiKey.isEmpty() ? null : secrets.sealText(place(id), apiKey);
        changes.handle().createUpdate("UPDATE upstream SET sealed_api_key = :sealed WHERE id = :id").bind("id", id)
                .bindByType("sealed", sealed, byte[].class).execute();
    }

    private static Update bind(ChangeSet changes, UUID id, UpstreamDraft draft, Update update) {
        UpstreamServer.Deadlines timeouts = draft.timeouts();
        return update.bind("id", id).bind("name", draft.name()).bind("kind", draft.kind().name())
                .bind("baseUrl", draft.baseUrl()).bind("local", draft.local())
                .bind("privateAllowed", draft.privateAddressesAllowed()).bind("simulated", draft.simulated())
                .bind("connect", timeouts.connectMillis()).bind("firstByte", timeouts.firstByteMillis())
                .bind("idle", timeouts.idleMillis()).bind("total", timeouts.totalMillis())
                .bind("maxReplyBytes", draft.maxReplyBytes())
                .bind("priorityScheduling", draft.priorityScheduling()).bind("now", changes.timestamp());
    }
}
