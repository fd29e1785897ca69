package org.gatehouse.governance;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Update;

import org.gatehouse.governance.snapshot.ModelRoute;

/** Public models with their targets. */
final class ModelRows implements Rows<PublicModel, ModelDraft> {
    private static final String SELECT = """
            SELECT m.id, m.name, m.tokenizer, m.context_tokens, m.max_output_tokens, m.surfaces, m.created_at,
                m.updated_at, m.version, m.cache_ttl_seconds, m.cache_largest_bytes, m.cache_sharing,
                m.cache_any_temperature
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
        return List.of(new Filter("name", String.class, "Only the one of that name.", "m.name = :value"),
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
        return selection.query(handle, SELECT, "m.id")
                .map((row, _) -> new PublicModel(Columns.id(row, "id"), Columns.text(row, "name"),
                        Columns.constant(row, "tokenizer", ModelRoute.Tokenizer.class), row.getInt("context_tokens"),
                        row.getInt("max_output_tokens"), Columns.words(row, "surfaces"),
                        targets.getOrDefault(Columns.id(row, "id"), List.of()), ModelCache.read(row),
                        Columns.time(row, "created_at"),
                        Columns.time(row, "updated_at"), row.getLong("version")))
                .list();
    }

    /** All of them: a box has dozens of models, not thousands. */
    private static Map<UUID, List<PublicModel.Target>> targets(Handle handle) {
        Map<UUID, List<PublicModel.Target>> targets = new HashMap<>();
        handle.createQuery("""
                SELECT t.model_id, t.upstream_id, s.name AS upstream, t.upstream_model, t.weight
                FROM model_target t JOIN upstream s ON s.id = t.upstream_id
                ORDER BY t.model_id, t.target_order
                """).map((row, _) -> targets
                .computeIfAbsent(Columns.id(row, "model_id"), _ -> new ArrayList<>())
                .add(new PublicModel.Target(Columns.id(row, "upstream_id"), Columns.text(row, "upstream"),
                        Columns.text(row, "upstream_model"), row.getInt("weight"))))
                .list();
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
                INSERT INTO model (id, name, tokenizer, context_tokens, max_output_tokens, surfaces, created_at,
                    updated_at, version, cache_ttl_seconds, cache_largest_bytes, cache_sharing, cache_any_temperature)
                VALUES (:id, :name, :tokenizer, :context, :output, :surfaces, :now, :now, 1, :cacheTtl,
                    :cacheLargest, :cacheSharing, :cacheAny)
                """)).execute();
        storeTargets(changes, id, draft.targets());
        return changes.created(noun(), need(changes.handle(), id));
    }

    @Override
    public PublicModel replace(ChangeSet changes, PublicModel stored, ModelDraft draft) {
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
                    max_output_tokens = :output, surfaces = :surfaces, updated_at = :now, version = version + 1,
                    cache_ttl_seconds = :cacheTtl, cache_largest_bytes = :cacheLargest, cache_sharing = :cacheSharing,
                    cache_any_temperature = :cacheAny
                WHERE id = :id
                """)).execute();
        if (!draft.targets().equals(stored.draft().targets())) {
            changes.handle().createUpdate("DELETE FROM model_target WHERE model_id = :id").bind("id", stored.id())
                    .execute();
            storeTargets(changes, stored.id(), draft.targets());
        }
        return changes.changed(noun(), "update", stored, need(changes.handle(), stored.id()));
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
            checks.require(target.weight() >= 0, "targets[" + i + "].weight", "must not be negative");
        }
        checks.refuse();
        Checks.free(changes.handle(), "There is already a model named " + draft.name() + ". Choose another name.",
                "SELECT 1 FROM model WHERE name = ? AND id <> ?", draft.name(), id);
        return new ModelDraft(draft.name(), draft.tokenizer(), draft.contextTokens(), draft.maxOutputTokens(), surfaces,
                draft.targets(), draft.cache());
    }

    private static void storeTargets(ChangeSet changes, UUID model, List<ModelDraft.Target> targets) {
        PreparedBatch batch = changes.handle().prepareBatch("""
                INSERT INTO model_target (id, model_id, target_order, upstream_id, upstream_model, weight)
                VALUES (:id, :model, :order, :upstream, :upstreamModel, :weight)
                """);
        for (int i = 0; i < targets.size(); i++) {
            batch.bind("id", changes.newId()).bind("model", model).bind("order", i)
                    .bind("upstream", targets.get(i).upstreamId()).bind("upstreamModel", targets.get(i).upstreamModel())
                    .bind("weight", targets.get(i).weight()).add();
        }
        batch.execute();
    }

    private static Update bind(ChangeSet changes, UUID id, ModelDraft draft, Update update) {
        return ModelCache.bind(draft.cache(), update).bind("id", id).bind("name", draft.name())
                .bind("tokenizer", draft.tokenizer().name())
                .bind("context", draft.contextTokens()).bind("output", draft.maxOutputTokens())
                .bind("surfaces", Columns.words(draft.surfaces())).bind("now", changes.timestamp());
    }
}
