package org.gatehouse.governance;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.store.SecretBox;
import org.gatehouse.store.SecretPlace;

/** Upstreams. Their keys are sealed for their rows and leave them only into the snapshot. */
final class UpstreamRows implements Rows<UpstreamServer, UpstreamDraft> {
    private static final String SELECT = """
            SELECT s.id, s.name, s.kind, s.base_url, s.is_local,
                s.private_addresses_allowed, s.simulated, s.connect_millis, s.first_byte_millis, s.idle_millis,
                s.total_millis, s.max_reply_bytes, s.priority_scheduling, s.region, s.options, s.created_at, s.updated_at, s.version
            FROM upstream s
            """;

    private final Nouns nouns;
    private final SecretBox secrets;

    UpstreamRows(Nouns nouns, SecretBox secrets) {
        this.nouns = nouns;
        this.secrets = secrets;
    }

    /** Where a key is sealed: one from the time when an upstream had but one has the upstream's id, and its place. */
    static SecretPlace place(UUID upstream, UUID key) {
        return key.equals(upstream)
                ? new SecretPlace("upstream", upstream.toString(), "sealed_api_key")
                : new SecretPlace("upstream_key", key.toString(), "sealed_secret");
    }

    /** The keys of the upstream of that name, secrets and all; none when it does not exist. */
    List<UpstreamDraft.ProviderKey> secrets(Handle handle, String name) {
        return handle.createQuery("""
                SELECT k.id, k.upstream_id, k.name, k.account, k.sealed_secret
                FROM upstream_key k JOIN upstream s ON s.id = k.upstream_id WHERE s.name = :name ORDER BY k.key_order
                """).bind("name", name)
                .map((row, _) -> new UpstreamDraft.ProviderKey(Columns.text(row, "name"), Columns.text(row, "account"),
                        open(secrets, row)))
                .list();
    }

    /** The secret in a row of {@code upstream_key}. */
    static String open(SecretBox secrets, ResultSet row) throws SQLException {
        return secrets.openText(place(Columns.id(row, "upstream_id"), Columns.id(row, "id")),
                Objects.requireNonNull(row.getBytes("sealed_secret")));
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
        return List.of(Filter.byName("s.name"));
    }

    @Override
    public String idColumn() {
        return "s.id";
    }

    @Override
    public List<UpstreamServer> read(Handle handle, Selection selection) {
        Map<UUID, List<UpstreamServer.UpstreamKey>> keys = keys(handle);
        return selection.query(handle, SELECT, "s.id")
                .map((row, _) -> new UpstreamServer(Columns.id(row, "id"), Columns.text(row, "name"),
                        Columns.constant(row, "kind", Upstream.Kind.class), Columns.text(row, "base_url"),
                        keys.containsKey(Columns.id(row, "id")), row.getBoolean("is_local"),
                        row.getBoolean("private_addresses_allowed"), row.getBoolean("simulated"),
                        new UpstreamServer.Deadlines(row.getLong("connect_millis"), row.getLong("first_byte_millis"),
                                row.getLong("idle_millis"), row.getLong("total_millis")),
                        row.getLong("max_reply_bytes"), row.getBoolean("priority_scheduling"),
                        keys.getOrDefault(Columns.id(row, "id"), List.of()), row.getString("region"),
                        Columns.options(row, "options"), Columns.time(row, "created_at"),
                        Columns.time(row, "updated_at"), row.getLong("version")))
                .list();
    }

    /** All of them: a box has dozens of upstreams, not thousands. */
    private static Map<UUID, List<UpstreamServer.UpstreamKey>> keys(Handle handle) {
        Map<UUID, List<UpstreamServer.UpstreamKey>> keys = new HashMap<>();
        handle.createQuery("SELECT upstream_id, name, account FROM upstream_key ORDER BY upstream_id, key_order")
                .map((row, _) -> keys.computeIfAbsent(Columns.id(row, "upstream_id"), _ -> new ArrayList<>())
                        .add(new UpstreamServer.UpstreamKey(Columns.text(row, "name"), Columns.text(row, "account"))))
                .list();
        return keys;
    }

    @Override
    public UpstreamDraft draft(UpstreamServer stored) {
        return stored.draft();
    }

    @Override
    public UpstreamServer insert(ChangeSet changes, UpstreamDraft draft) {
        UUID id = changes.newId();
        List<UpstreamDraft.ProviderKey> keys = keysOf(List.of(), draft);
        check(changes, id, draft, List.of(), keys);
        bind(changes, id, draft, changes.handle().createUpdate("""
                INSERT INTO upstream (id, name, kind, base_url, is_local, private_addresses_allowed, simulated,
                    connect_millis, first_byte_millis, idle_millis, total_millis, max_reply_bytes, priority_scheduling,
                    region, options, created_at, updated_at, version)
                VALUES (:id, :name, :kind, :baseUrl, :local, :privateAllowed, :simulated, :connect, :firstByte, :idle,
                    :total, :maxReplyBytes, :priorityScheduling, :region, :options, :now, :now, 1)
                """)).execute();
        storeKeys(changes, id, keys);
        return changes.created(noun(), need(changes.handle(), id));
    }

    @Override
    public UpstreamServer replace(ChangeSet changes, UpstreamServer stored, UpstreamDraft draft) {
        List<UpstreamDraft.ProviderKey> keys = keysOf(stored.keys(), draft);
        check(changes, stored.id(), draft, stored.keys(), keys);
        if (!draft.baseUrl().equals(stored.baseUrl())) {
            requireNoDeployment(changes, stored);
        }
        bind(changes, stored.id(), draft, changes.handle().createUpdate("""
                UPDATE upstream SET name = :name, kind = :kind, base_url = :baseUrl, is_local = :local,
                    private_addresses_allowed = :privateAllowed, simulated = :simulated, connect_millis = :connect,
                    first_byte_millis = :firstByte, idle_millis = :idle, total_millis = :total,
                    max_reply_bytes = :maxReplyBytes, priority_scheduling = :priorityScheduling, region = :region,
                    options = :options, updated_at = :now, version = version + 1
                WHERE id = :id
                """)).execute();
        storeKeys(changes, stored.id(), keys);
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

    /** The keys that it is to have; without a secret where the stored one of that name stays. */
    private static List<UpstreamDraft.ProviderKey> keysOf(List<UpstreamServer.UpstreamKey> stored,
            UpstreamDraft draft) {
        List<UpstreamDraft.ProviderKey> listed = draft.keys();
        List<UpstreamDraft.ProviderKey> keys = new ArrayList<>(
                listed == null ? stored.stream().map(UpstreamServer.UpstreamKey::kept).toList() : listed);
        String apiKey = draft.apiKey();
        if (UpstreamDraft.UNCHANGED.equals(apiKey)) {
            return keys;
        }
        if (apiKey != null && !apiKey.isEmpty()) {
            if (keys.stream().noneMatch(key -> key.name().equals(UpstreamDraft.MAIN))) {
                keys.addFirst(new UpstreamDraft.ProviderKey(UpstreamDraft.MAIN, UpstreamDraft.MAIN, null));
            }
            keys.replaceAll(key -> key.name().equals(UpstreamDraft.MAIN) ? key.with(apiKey) : key);
        } else if (listed == null) {
            keys.removeIf(key -> key.name().equals(UpstreamDraft.MAIN));
        }
        return keys;
    }

    private static void check(ChangeSet changes, UUID id, UpstreamDraft draft,
            List<UpstreamServer.UpstreamKey> stored, List<UpstreamDraft.ProviderKey> keys) {
        Checks checks = new Checks();
        checks.require(draft.name().matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}"), "name",
                "must be 1 to 64 letters, digits, dots, dashes and underscores");
        String problem = BaseUrl.problem(draft.baseUrl(), draft.local(), draft.privateAddressesAllowed());
        if (problem != null) {
            checks.wrong("baseUrl", problem);
        }
        checkKeys(checks, draft, stored, keys);
        ProviderNeeds.check(checks, draft, !keys.isEmpty());
        checks.require(draft.region() == null || draft.region().matches("[!-~]{1,64}"), "region",
                "must be 1 to 64 printable characters without spaces");
        checks.refuse();
        Checks.free(changes.handle(),
                "There is already an upstream named " + draft.name() + ". Choose another name.",
                "SELECT 1 FROM upstream WHERE name = ? AND id <> ?", draft.name(), id);
    }

    private static void checkKeys(Checks checks, UpstreamDraft draft, List<UpstreamServer.UpstreamKey> stored,
            List<UpstreamDraft.ProviderKey> keys) {
        List<String> known = stored.stream().map(UpstreamServer.UpstreamKey::name).toList();
        Set<String> names = new HashSet<>();
        List<UpstreamDraft.ProviderKey> listed = draft.keys();
        for (int i = 0; i < keys.size(); i++) {
            UpstreamDraft.ProviderKey key = keys.get(i);
            boolean shortForm = key.name().equals(UpstreamDraft.MAIN) && Objects.equals(key.secret(), draft.apiKey());
            String field = listed == null || shortForm ? "apiKey" : "keys[" + listed.indexOf(key) + "]";
            String secret = key.secret();
            checks.require(names.add(key.name()), field, "is called " + key.name() + " as another key; rename one");
            checks.require(secret != null || known.contains(key.name()), field,
                    "has no secret: there is no key " + key.name() + " yet whose secret could stay. Give one");
            checks.require(secret == null || ProviderNeeds.isPossible(draft.kind(), secret), field,
                    "must be printable ASCII without spaces: it travels in a header");
        }
    }

    private void storeKeys(ChangeSet changes, UUID upstream, List<UpstreamDraft.ProviderKey> keys) {
        Handle handle = changes.handle();
        Map<String, UUID> known = new HashMap<>();
        handle.createQuery("SELECT id, name FROM upstream_key WHERE upstream_id = :upstream").bind("upstream", upstream)
                .map((row, _) -> known.put(Columns.text(row, "name"), Columns.id(row, "id"))).list();
        for (int i = 0; i < keys.size(); i++) {
            UpstreamDraft.ProviderKey key = keys.get(i);
            UUID old = known.remove(key.name());
            String secret = key.secret();
            UUID id = old == null ? changes.newId() : old;
            if (old == null) {
                handle.createUpdate("""
                        INSERT INTO upstream_key (id, upstream_id, key_order, name, account, sealed_secret)
                        VALUES (:id, :upstream, :order, :name, :account, :sealed)
                        """).bind("id", id).bind("upstream", upstream).bind("order", i).bind("name", key.name())
                        .bind("account", key.account())
                        .bind("sealed", secrets.sealText(place(upstream, id), Objects.requireNonNull(secret)))
                        .execute();
                continue;
            }
            handle.createUpdate("UPDATE upstream_key SET key_order = :order, account = :account WHERE id = :id")
                    .bind("id", id).bind("order", i).bind("account", key.account()).execute();
            if (secret != null) {
                handle.createUpdate("UPDATE upstream_key SET sealed_secret = :sealed WHERE id = :id").bind("id", id)
                        .bind("sealed", secrets.sealText(place(upstream, id), secret)).execute();
            }
        }
        known.values().forEach(
                gone -> handle.createUpdate("DELETE FROM upstream_key WHERE id = :id").bind("id", gone).execute());
    }

    private static Update bind(ChangeSet changes, UUID id, UpstreamDraft draft, Update update) {
        UpstreamServer.Deadlines timeouts = draft.timeouts();
        return update.bind("id", id).bind("name", draft.name()).bind("kind", draft.kind().name())
                .bind("baseUrl", draft.baseUrl()).bind("local", draft.local())
                .bind("privateAllowed", draft.privateAddressesAllowed()).bind("simulated", draft.simulated())
                .bind("connect", timeouts.connectMillis()).bind("firstByte", timeouts.firstByteMillis())
                .bind("idle", timeouts.idleMillis()).bind("total", timeouts.totalMillis())
                .bind("maxReplyBytes", draft.maxReplyBytes())
                .bind("priorityScheduling", draft.priorityScheduling()).bind("region", draft.region())
                .bind("options", Columns.text(draft.options())).bind("now", changes.timestamp());
    }
}
