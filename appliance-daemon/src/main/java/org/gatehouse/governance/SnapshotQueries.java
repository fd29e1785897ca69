package org.gatehouse.governance;

import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.snapshot.AddressRange;
import org.gatehouse.governance.snapshot.Credential;
import org.gatehouse.governance.snapshot.Grant;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.MediaPrice;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.PolicySnapshot;
import org.gatehouse.governance.snapshot.Price;
import org.gatehouse.governance.snapshot.PriceBook;
import org.gatehouse.governance.snapshot.RouteTerms;
import org.gatehouse.governance.snapshot.Surface;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.store.SecretBox;

/**
 * Builds the snapshot with one query a table, whatever the number of keys. All queries see the same moment (repeatable
 * read is snapshot isolation in both databases). Thread-safe.
 */
final class SnapshotQueries {
    private static final String UPSTREAM = """
            SELECT id, name, kind, base_url, is_local, private_addresses_allowed, simulated,
                connect_millis, first_byte_millis, idle_millis, total_millis, max_reply_bytes, priority_scheduling,
                region, options
            FROM upstream
            """;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final SecretBox secrets;

    SnapshotQueries(SecretBox secrets) {
        this.secrets = secrets;
    }

    PolicySnapshot load(Jdbi jdbi) {
        return jdbi.inTransaction(TransactionIsolationLevel.REPEATABLE_READ, handle -> {
            long revision = handle.createQuery("SELECT revision FROM governance_revision WHERE id = 1")
                    .mapTo(Long.class).one();
            Map<UUID, KeyRecord> keys = keys(handle);
            return new PolicySnapshot(revision, credentials(handle, keys), models(handle, upstreams(handle)),
                    new PriceBook(prices(handle)), MachineClientRows.load(handle, keys));
        });
    }

    /** Whoever has left takes their keys along: these are as good as disabled until their owner is back. */
    private static Map<UUID, KeyRecord> keys(Handle handle) {
        Bindings bindings = Bindings.load(handle);
        Map<UUID, Set<String>> models = modelsByKey(handle);
        Map<UUID, Set<String>> projects = ProjectRows.models(handle);
        Map<String, Grant<Surface>> surfaces = new HashMap<>();
        Map<UUID, KeyRecord> keys = new HashMap<>();
        handle.createQuery("""
                SELECT k.id, k.name, p.department_id, d.name AS department, d.weight,
                    k.project_id, p.name AS project, p.all_models AS project_all_models, k.owner_id,
                    u.name AS owner,
                    CASE WHEN NOT u.active AND k.state = 'ACTIVE' THEN 'DISABLED' ELSE k.state END AS state,
                    k.expires_at, k.all_models, k.surfaces, k.addresses
                FROM api_key k
                JOIN project p ON p.id = k.project_id
                JOIN department d ON d.id = p.department_id
                LEFT JOIN app_user u ON u.id = k.owner_id
                """).setFetchSize(1_000).map((row, _) -> key(row, bindings, models, projects, surfaces))
                .forEach(key -> keys.put(key.id(), key));
        return keys;
    }

    /** A hash that no text has: that of a secret which a machine client took the place of. */
    private static byte[] nothing() {
        byte[] random = new byte[32];
        RANDOM.nextBytes(random);
        return random;
    }

    private static Map<String, Credential> credentials(Handle handle, Map<UUID, KeyRecord> keys) {
        Set<UUID> without = MachineClientRows.withoutSecrets(handle);
        Map<String, Credential> credentials = HashMap.newHashMap(keys.size());
        handle.createQuery("SELECT public_id, key_id, secret_hash, valid_until FROM api_key_secret").setFetchSize(1_000)
                .map((row, _) -> new Credential(Columns.text(row, "public_id"),
                        without.contains(Columns.id(row, "key_id"))
                                ? nothing()
                                : Objects.requireNonNull(row.getBytes("secret_hash")),
                        Columns.timeOrNull(row, "valid_until"),
                        Objects.requireNonNull(keys.get(Columns.id(row, "key_id")))))
                .forEach(credential -> credentials.put(credential.publicId(), credential));
        return Collections.unmodifiableMap(credentials);
    }

    private static KeyRecord key(ResultSet row, Bindings bindings, Map<UUID, Set<String>> models,
            Map<UUID, Set<String>> projects, Map<String, Grant<Surface>> surfaces) throws SQLException {
        UUID id = Columns.id(row, "id");
        UUID department = Columns.id(row, "department_id");
        UUID project = Columns.id(row, "project_id");
        @Nullable
        UUID owner = Columns.idOrNull(row, "owner_id");
        Grant<String> granted = row.getBoolean("all_models")
                ? Grant.all()
                : Grant.only(models.getOrDefault(id, Set.of()));
        Grant<String> usable = row.getBoolean("project_all_models")
                ? granted
                : granted.within(projects.getOrDefault(project, Set.of()));
        // Most keys share their words; one grant for all of them saves most of the memory.
        Grant<Surface> callable = surfaces.computeIfAbsent(Columns.text(row, "surfaces"), _ -> surfaces(row));
        Policy.Recording recording = bindings.recording(project, department);
        return new KeyRecord(id, Columns.text(row, "name"), bindings.organisation(), department,
                Columns.text(row, "department"), project, Columns.text(row, "project"), owner, row.getString("owner"),
                Columns.constant(row, "state", KeyRecord.State.class), Columns.timeOrNull(row, "expires_at"), usable,
                callable, Columns.words(row, "addresses").stream().map(AddressRange::parse).toList(),
                bindings.limits(id, owner, project, department), bindings.budgets(id, owner, project, department),
                recording.bodies(), recording.retentionDays(),
                bindings.engineTerms(project, department, row.getInt("weight")),
                bindings.exactCache(project, department));
    }

    private static Grant<Surface> surfaces(ResultSet row) {
        try {
            List<String> words = Columns.words(row, "surfaces");
            if (words.equals(KeyDraft.EVERYTHING)) {
                return Grant.all();
            }
            Set<Surface> named = new HashSet<>();
            words.forEach(word -> Surface.of(word).ifPresent(named::add));
            return Grant.only(named);
        } catch (SQLException e) {
            throw new IllegalStateException("the surfaces of a row can't be read", e);
        }
    }

    private static Map<UUID, Set<String>> modelsByKey(Handle handle) {
        Map<UUID, Set<String>> models = new HashMap<>();
        handle.createQuery("""
                SELECT b.key_id, m.name FROM api_key_model b JOIN model m ON m.id = b.model_id
                """).setFetchSize(1_000)
                .map((row, _) -> models.computeIfAbsent(Columns.id(row, "key_id"), _ -> new HashSet<>())
                        .add(Columns.text(row, "name")))
                .list();
        return models;
    }

    private Map<UUID, Upstream> upstreams(Handle handle) {
        Map<UUID, List<Upstream.ProviderKey>> keys = providerKeys(handle);
        Map<UUID, Upstream> upstreams = new HashMap<>();
        handle.createQuery(UPSTREAM).map((row, _) -> upstream(row, keys))
                .forEach(upstream -> upstreams.put(upstream.id(), upstream));
        return upstreams;
    }

    Optional<Upstream> upstream(Handle handle, UUID id) {
        Map<UUID, List<Upstream.ProviderKey>> keys = providerKeys(handle);
        return handle.createQuery(UPSTREAM + " WHERE id = :id").bind("id", id).map((row, _) -> upstream(row, keys))
                .findOne();
    }

    private Map<UUID, List<Upstream.ProviderKey>> providerKeys(Handle handle) {
        Map<UUID, List<Upstream.ProviderKey>> keys = new HashMap<>();
        handle.createQuery("""
                SELECT id, upstream_id, name, account, sealed_secret FROM upstream_key ORDER BY upstream_id, key_order
                """)
                .map((row, _) -> keys.computeIfAbsent(Columns.id(row, "upstream_id"), _ -> new ArrayList<>())
                        .add(new Upstream.ProviderKey(Columns.text(row, "name"), Columns.text(row, "account"),
                                UpstreamRows.open(secrets, row))))
                .list();
        return keys;
    }

    private static Upstream upstream(ResultSet row, Map<UUID, List<Upstream.ProviderKey>> keys) throws SQLException {
        UUID id = Columns.id(row, "id");
        Map<String, String> options = Columns.options(row, "options");
        UpstreamServer.Deadlines deadlines = new UpstreamServer.Deadlines(row.getLong("connect_millis"),
                row.getLong("first_byte_millis"), row.getLong("idle_millis"), row.getLong("total_millis"));
        return new Upstream(id, Columns.text(row, "name"), Columns.constant(row, "kind", Upstream.Kind.class),
                Columns.text(row, "base_url"), keys.getOrDefault(id, List.of()),
                row.getBoolean("is_local"), row.getBoolean("private_addresses_allowed"), row.getBoolean("simulated"),
                deadlines.timeouts(), row.getLong("max_reply_bytes"), row.getBoolean("priority_scheduling"),
                region(row.getString("region"), options), options);
    }

    /** Where nobody said where a provider works, its own option for that does. */
    private static @Nullable String region(@Nullable String said, Map<String, String> options) {
        return said != null ? said : options.getOrDefault("region", options.get("location"));
    }

    private static Map<String, ModelRoute> models(Handle handle, Map<UUID, Upstream> upstreams) {
        Map<UUID, List<ModelRoute.Target>> targets = new HashMap<>();
        Map<UUID, Map<String, UUID>> named = new HashMap<>();
        handle.createQuery("""
                SELECT id, model_id, upstream_id, upstream_model, weight, name, tier, abilities, region, strength,
                    from_priority
                FROM model_target ORDER BY model_id, target_order
                """).map((row, _) -> {
            UUID id = Columns.id(row, "id");
            UUID model = Columns.id(row, "model_id");
            UUID upstream = Columns.id(row, "upstream_id");
            ModelDraft.Target target = ModelRows.target(row);
            String name = target.name();
            if (name != null) {
                named.computeIfAbsent(model, _ -> new HashMap<>()).put(name, id);
            }
            return targets.computeIfAbsent(model, _ -> new ArrayList<>()).add(new ModelRoute.Target(id,
                    Objects.requireNonNull(upstreams.get(upstream)), target.upstreamModel(), target.weight(),
                    target.terms()));
        }).list();
        Map<String, ModelRoute> models = new LinkedHashMap<>();
        handle.createQuery("""
                SELECT id, name, created_at, tokenizer, context_tokens, max_output_tokens, surfaces, route,
                    cache_ttl_seconds, cache_largest_bytes, cache_sharing, cache_any_temperature
                FROM model
                ORDER BY name
                """).map((row, _) -> {
            UUID id = Columns.id(row, "id");
            RouteRules rules = ModelRows.rules(row);
            return new ModelRoute(id, Columns.text(row, "name"), Columns.time(row, "created_at"),
                    Columns.constant(row, "tokenizer", ModelRoute.Tokenizer.class), row.getInt("context_tokens"),
                    row.getInt("max_output_tokens"), surfaces(row), targets.getOrDefault(id, List.of()),
                    rules == null ? RouteTerms.DEFAULT : rules.terms(named.getOrDefault(id, Map.of())),
                    ModelCache.terms(ModelCache.read(row)));
        }).forEach(model -> models.put(model.name(), model));
        return Collections.unmodifiableMap(models);
    }

    /** A price that says what energy costs and nothing else does not take the place of one that calls are charged by. */
    private static List<Price> prices(Handle handle) {
        return handle.createQuery("""
                SELECT r.id, m.name AS model, s.name AS upstream, r.valid_from, r.currency, r.input_per_million,
                    r.output_per_million, r.cached_input_per_million, r.cache_write_per_million,
                    r.long_cache_write_per_million, r.audio_input_per_million, r.audio_output_per_million,
                    r.image_input_per_million, r.image_output_per_million, r.per_second,
                    r.per_image, r.per_million_characters, r.per_call
                FROM price r JOIN model m ON m.id = r.model_id LEFT JOIN upstream s ON s.id = r.upstream_id
                WHERE COALESCE(r.input_per_million, r.output_per_million, r.per_second, r.per_image,
                    r.per_million_characters, r.per_call, r.audio_input_per_million, r.audio_output_per_million,
                    r.image_input_per_million, r.image_output_per_million) IS NOT NULL
                """).map((row, _) -> new Price(Columns.id(row, "id"), Columns.text(row, "model"),
                row.getString("upstream"), Columns.time(row, "valid_from"), Columns.text(row, "currency"),
                Columns.amountOrNull(row, "input_per_million"), Columns.amountOrNull(row, "output_per_million"),
                Columns.amountOrNull(row, "cached_input_per_million"),
                Columns.amountOrNull(row, "cache_write_per_million"),
                Columns.amountOrNull(row, "long_cache_write_per_million"),
                new MediaPrice(Columns.amountOrNull(row, "audio_input_per_million"),
                        Columns.amountOrNull(row, "audio_output_per_million"),
                        Columns.amountOrNull(row, "image_input_per_million"),
                        Columns.amountOrNull(row, "image_output_per_million")),
                Columns.amountOrNull(row, "per_second"),
                Columns.amountOrNull(row, "per_image"), Columns.amountOrNull(row, "per_million_characters"),
                Columns.amountOrNull(row, "per_call"))).list();
    }
}
