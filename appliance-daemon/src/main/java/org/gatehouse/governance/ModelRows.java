package org.gatehouse.governance;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.Json;
import org.gatehouse.governance.form.Reading;
import org.gatehouse.governance.snapshot.ModelRoute;

/** Public models with their targets. */
final class ModelRows implements Rows<PublicModel, ModelDraft> {
    private static final String SELECT = """
            SELECT m.id, m.name, m.tokenizer, m.context_tokens, m.max_output_tokens, m.surfaces, m.route,
                m.created_at, m.updated_at, m.version, m.cache_ttl_seconds, m.cache_largest_bytes,
                m.cache_sharing, m.cache_any_temperature
            FROM model m
            """;

    private final Nouns nouns;

    ModelRows(Nouns nouns) {
        this.nouns = nouns;
    }

    @Override
    public String noun() {
        return "models";
    }

    @Override
    public String one() {
        return "model";
    }

    @Override
    public List<Filter> filters() {
        return List.of(Filter.byName("m.name"),
                new Filter("upstream", UUID.class, "Only those with a target at that upstream.",
                        "m.id IN (SELECT model_id FROM model_target WHERE upstream_id = :value)"));
    }

    @Override
    public String idColumn() {
        return "m.id";
    }

    @Override
    public List<PublicModel> read(Handle handle, Selection selection) {
        Map<UUID, List<PublicModel.Target>> targets = targets(handle);
        ModelWarnings warnings = ModelWarnings.load(handle);
        return selection.query(handle, SELECT, "m.id")
                .map((row, _) -> {
                    UUID id = Columns.id(row, "id");
                    RouteRules rules = rules(row);
                    List<PublicModel.Target> own = targets.getOrDefault(id, List.of());
                    return new PublicModel(id, Columns.text(row, "name"),
                            Columns.constant(row, "tokenizer", ModelRoute.Tokenizer.class),
                            row.getInt("context_tokens"), row.getInt("max_output_tokens"),
                            Columns.words(row, "surfaces"), own, rules, ModelCache.read(row),
                            warnings.of(id, own, rules),
                            Columns.time(row, "created_at"), Columns.time(row, "updated_at"), row.getLong("version"));
                }).list();
    }

    /** What a row of {@code model} says of its route; {@code null} when nothing. */
    static @Nullable RouteRules rules(ResultSet row) throws SQLException {
        String text = row.getString("route");
        return text == null ? null : Json.trusted(text, RouteRules.class);
    }

    /** A row of {@code model_target}. */
    static ModelDraft.Target target(ResultSet row) throws SQLException {
        String abilities = row.getString("abilities");
        return new ModelDraft.Target(Columns.id(row, "upstream_id"), Columns.text(row, "upstream_model"),
                row.getInt("weight"), row.getString("name"), row.getInt("tier"),
                abilities == null ? null : Json.trusted(abilities, Abilities.class), row.getString("region"),
                row.getInt("strength"), row.getInt("from_priority"));
    }

    /** All of them: a box has dozens of models, not thousands. */
    private static Map<UUID, List<PublicModel.Target>> targets(Handle handle) {
        Map<UUID, List<PublicModel.Target>> targets = new HashMap<>();
        handle.createQuery("""
                SELECT t.id, t.model_id, t.upstream_id, s.name AS upstream, t.upstream_model, t.weight, t.name, t.tier,
                    t.abilities, t.region, t.strength, t.from_priority
                FROM model_target t JOIN upstream s ON s.id = t.upstream_id
                ORDER BY t.model_id, t.target_order
                """).map((row, _) -> {
            ModelDraft.Target target = target(row);
            return targets.computeIfAbsent(Columns.id(row, "model_id"), _ -> new ArrayList<>())
                    .add(new PublicModel.Target(Columns.id(row, "id"), target.upstreamId(),
                            Columns.text(row, "upstream"), target.upstreamModel(), target.weight(), target.name(),
                            target.tier(), target.abilities(), target.region(), target.strength(),
                            target.fromPriority()));
        }).list();
        return targets;
    }

    @Override
    public ModelDraft draft(PublicModel stored) {
        return stored.draft();
    }

    @Override
    public PublicModel insert(ChangeSet changes, ModelDraft draft) {
        UUID id = changes.newId();
        bind(changes, id, check(changes, id, draft), changes.handle().createUpdate("""
                INSERT INTO model (id, name, tokenizer, context_tokens, max_output_tokens, surfaces, route,
                    created_at, updated_at, version, cache_ttl_seconds, cache_largest_bytes, cache_sharing,
                    cache_any_temperature)
                VALUES (:id, :name, :tokenizer, :context, :output, :surfaces, :route, :now, :now, 1,
                    :cacheTtl, :cacheLargest, :cacheSharing, :cacheAny)
                """)).execute();
        storeTargets(changes, id, List.of(), draft.targets());
        return changes.created(noun(), need(changes.handle(), id));
    }

    @Override
    public PublicModel replace(ChangeSet changes, PublicModel stored, ModelDraft draft) {
        return replace(changes, "update", stored, draft);
    }

    /** The same by another name in the trail. */
    PublicModel replace(ChangeSet changes, String verb, PublicModel stored, ModelDraft draft) {
        nouns.deployments().serving(changes.handle(), stored.name()).ifPresent(deployment -> {
            if (!draft.name().equals(stored.name())
                    || !nouns.deployments().routes().goesTo(deployment.name(), changes.handle(), draft)) {
                throw RefusedException.conflict("The model " + stored.name() + " is the one of the deployment "
                        + deployment.name() + ": it keeps its name and its target there. Give that target the weight 0"
                        + " to send no calls there.");
            }
        });
        bind(changes, stored.id(), check(changes, stored.id(), draft), changes.handle().createUpdate("""
                UPDATE model SET name = :name, tokenizer = :tokenizer, context_tokens = :context,
                    max_output_tokens = :output, surfaces = :surfaces, route = :route, updated_at = :now,
                    version = version + 1, cache_ttl_seconds = :cacheTtl,
                    cache_largest_bytes = :cacheLargest, cache_sharing = :cacheSharing,
                    cache_any_temperature = :cacheAny
                WHERE id = :id
                """)).execute();
        if (!draft.name().equals(stored.name())) {
            ProjectRows.renamed(changes.handle(), stored.name(), draft.name());
        }
        if (!draft.targets().equals(stored.draft().targets())) {
            changes.handle().createUpdate("DELETE FROM model_target WHERE model_id = :id").bind("id", stored.id())
                    .execute();
            storeTargets(changes, stored.id(), stored.targets(), draft.targets());
        }
        return changes.changed(noun(), verb, stored, need(changes.handle(), stored.id()));
    }

    @Override
    public void remove(ChangeSet changes, PublicModel stored, boolean cascade) {
        nouns.deployments().serving(changes.handle(), stored.name()).ifPresent(deployment -> {
            throw RefusedException.conflict("The model " + stored.name() + " is the one of the deployment "
                    + deployment.name() + " and goes with it. Delete the deployment, or take the adapter out of it.");
        });
        long keys = Checks.count(changes.handle(), """
                SELECT COUNT(*) FROM api_key_model b JOIN api_key k ON k.id = b.key_id
                WHERE b.model_id = :value AND k.state <> 'REVOKED'
                """, stored.id());
        if (keys > 0) {
            throw RefusedException.conflict("The model " + stored.name() + " is still named by " + keys
                    + " key(s). Bind those to other models first.");
        }
        changes.handle().createUpdate("DELETE FROM api_key_model WHERE model_id = :id").bind("id", stored.id())
                .execute();
        ProjectRows.gone(changes.handle(), stored.name());
        nouns.prices().read(changes.handle(), Selection.of("r.model_id = :value", stored.id()))
                .forEach(price -> nouns.prices().remove(changes, price, true));
        changes.handle().createUpdate("DELETE FROM model WHERE id = :id").bind("id", stored.id()).execute();
        changes.deleted(noun(), stored);
    }

    private ModelDraft check(ChangeSet changes, UUID id, ModelDraft draft) {
        Checks checks = new Checks();
        checks.require(draft.name().matches("[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}"), "name",
                "must be 1 to 128 letters, digits and . _ : / @ + -");
        checks.require(draft.contextTokens() > 0, "contextTokens", "must be more than 0");
        checks.require(draft.maxOutputTokens() > 0 && draft.maxOutputTokens() <= draft.contextTokens(),
                "maxOutputTokens", "must be more than 0 and at most contextTokens");
        List<String> surfaces = checks.surfaces("surfaces", draft.surfaces());
        checks.require(!draft.targets().isEmpty(), "targets", "must have at least one");
        for (int i = 0; i < draft.targets().size(); i++) {
            ModelDraft.Target target = draft.targets().get(i);
            checks.require(nouns.upstreams().find(changes.handle(), target.upstreamId()).isPresent(),
                    "targets[" + i + "].upstreamId", "names no upstream: " + target.upstreamId());
        }
        checkTargets(checks, draft.targets());
        RouteRules route = draft.route();
        if (route != null) {
            // Drafts from Java have not been through the form yet, and what is stored must be readable by it.
            if (Json.read(Json.tree(route), RouteRules.class) instanceof Reading.Broken<RouteRules>(var errors)) {
                errors.forEach(error -> checks.wrong("route." + error.field(), error.message()));
            } else {
                route.check(checks, draft.targets());
            }
        }
        checks.refuse();
        Checks.free(changes.handle(), "There is already a model named " + draft.name() + ". Choose another name.",
                "SELECT 1 FROM model WHERE name = ? AND id <> ?", draft.name(), id);
        return new ModelDraft(draft.name(), draft.tokenizer(), draft.contextTokens(), draft.maxOutputTokens(), surfaces,
                draft.targets(), route, draft.cache());
    }

    private static void checkTargets(Checks checks, List<ModelDraft.Target> targets) {
        checks.require(targets.isEmpty() || targets.stream().anyMatch(target -> target.weight() > 0), "targets",
                "have weights that sum to nothing; give one a weight");
        checks.require(targets.isEmpty() || targets.stream().anyMatch(target -> target.tier() == 0), "targets",
                "are fallbacks all of them; give one the tier 0");
        Set<String> names = new HashSet<>();
        for (int i = 0; i < targets.size(); i++) {
            ModelDraft.Target target = targets.get(i);
            String field = "targets[" + i + "]";
            String name = target.name();
            checks.require(name == null || names.add(name), field + ".name",
                    "is the name of another target of the model; choose another");
            if (Json.read(Json.tree(target),
                    ModelDraft.Target.class) instanceof Reading.Broken<ModelDraft.Target>(var errors)) {
                errors.forEach(error -> checks.wrong(field + "." + error.field(), error.message()));
            }
        }
    }

    /** A target stays the same one as long as its upstream and model do: splits and live figures refer to its id. */
    private static void storeTargets(ChangeSet changes, UUID model, List<PublicModel.Target> before,
            List<ModelDraft.Target> targets) {
        List<PublicModel.Target> known = new ArrayList<>(before);
        PreparedBatch batch = changes.handle().prepareBatch("""
                INSERT INTO model_target (id, model_id, target_order, upstream_id, upstream_model, weight, name, tier,
                    abilities, region, strength, from_priority)
                VALUES (:id, :model, :order, :upstream, :upstreamModel, :weight, :name, :tier, :abilities, :region,
                    :strength, :fromPriority)
                """);
        for (int i = 0; i < targets.size(); i++) {
            ModelDraft.Target target = targets.get(i);
            Abilities abilities = target.abilities();
            batch.bind("id", same(known, target).orElseGet(changes::newId)).bind("model", model).bind("order", i)
                    .bind("upstream", target.upstreamId()).bind("upstreamModel", target.upstreamModel())
                    .bind("weight", target.weight()).bind("name", target.name()).bind("tier", target.tier())
                    .bind("abilities", abilities == null ? null : Json.text(Json.tree(abilities)))
                    .bind("region", target.region()).bind("strength", target.strength())
                    .bind("fromPriority", target.fromPriority()).add();
        }
        batch.execute();
    }

    private static Optional<UUID> same(List<PublicModel.Target> known, ModelDraft.Target target) {
        Optional<PublicModel.Target> same = known.stream().filter(
                one -> one.upstreamId().equals(target.upstreamId())
                        && one.upstreamModel().equals(target.upstreamModel()))
                .findFirst();
        same.ifPresent(known::remove);
        return same.map(PublicModel.Target::id);
    }

    private static Update bind(ChangeSet changes, UUID id, ModelDraft draft, Update update) {
        return ModelCache.bind(draft.cache(), update).bind("id", id).bind("name", draft.name())
                .bind("tokenizer", draft.tokenizer().name())
                .bind("context", draft.contextTokens()).bind("output", draft.maxOutputTokens())
                .bind("surfaces", Columns.words(draft.surfaces()))
                .bind("route", draft.route() == null ? null : Json.text(Json.tree(draft.route())))
                .bind("now", changes.timestamp());
    }
}
