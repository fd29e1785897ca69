package org.gatehouse.admin;

import java.math.BigDecimal;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;

import org.gatehouse.governance.AdminTrail;
import org.gatehouse.governance.ModelDraft;
import org.gatehouse.governance.Noun;
import org.gatehouse.governance.PublicModel;
import org.gatehouse.governance.form.About;

/** The kept answers: how they stand, and to forget them. */
final class CacheOperations {
    private static final String TAG = "cache";
    private static final String PATH = Operation.BASE + "cache";
    private static final String OF_A_MODEL = Operation.BASE + "models/{id}/cache";

    private final AnswerCache cache;
    private final Noun<PublicModel, ModelDraft> models;
    private final AdminTrail trail;
    private final Clock clock;
    private final Supplier<UUID> ids;

    CacheOperations(AnswerCache cache, Noun<PublicModel, ModelDraft> models, AdminTrail trail, Clock clock,
            Supplier<UUID> ids) {
        this.cache = cache;
        this.models = models;
        this.trail = trail;
        this.clock = clock;
        this.ids = ids;
    }

    /** How the kept answers stand. */
    record CacheStatus(@About("Calls that were answered with a kept answer, since the daemon started.") long hits,
            @About("Calls that would have been, had there been one.") long misses,
            @About("Answers that are kept now.") int entries, @About("What they take of memory, in bytes.") long bytes,
            @About("What they may take.") long mostBytes,
            @About("Answers that had to go to make room.") long evicted,
            @About("Prompt tokens that no model had to read.") long savedInputTokens,
            @About("Tokens that no model had to produce.") long savedOutputTokens,
            @About("What these would have cost, by currency.") Map<String, BigDecimal> savedCost,
            @About("How many answers of each model are kept; only models that keep them.") List<KeptOfModel> models) {}

    /** How many answers of a model are kept. */
    record KeptOfModel(@About("The model.") UUID id, @About("Its public name.") String name,
            @About("Answers that are kept now.") int entries) {}

    /** What was forgotten. */
    record Purged(@About("How many answers were forgotten.") int entries) {}

    List<Operation> all() {
        return List.of(
                Operation.get(PATH, "getCache", TAG, "How the kept answers stand.",
                        new Operation.Reply.One(200, CacheStatus.class), _ -> Answer.Json.of(status()))
                        .needing(Permission.VIEW_BOX),
                Operation.post(PATH + "/purge", "purgeCache", TAG, "Forgets every kept answer.", null,
                        new Operation.Reply.One(200, Purged.class),
                        call -> Answer.Json.of(noted(call, "cache", "all", cache.purge()))),
                Operation.post(OF_A_MODEL + "/purge", "purgeModelCache", TAG, "Forgets every kept answer of a model.",
                        null, new Operation.Reply.One(200, Purged.class), this::purge));
    }

    private CacheStatus status() {
        AnswerCache.State state = cache.state();
        return new CacheStatus(state.hits(), state.misses(), state.entries(), state.bytes(), state.mostBytes(),
                state.evicted(), state.savedInputTokens(), state.savedOutputTokens(), new TreeMap<>(state.savedCost()),
                models.all().stream().filter(model -> model.cache() != null)
                        .map(model -> new KeptOfModel(model.id(), model.name(), cache.kept(model.id()))).toList());
    }

    private Answer purge(Call call) {
        PublicModel model = models.find(call.id()).orElseThrow(() -> new Call.Ended(Problem.absent(
                "There is no model with id " + call.id() + ". List them with GET " + Operation.BASE + "models.")));
        return Answer.Json.of(noted(call, "models", model.id().toString(), cache.purge(model.id())));
    }

    private Purged noted(Call call, String type, String id, int entries) {
        trail.append(call.actor().did(ids.get(), clock.instant(), "purge_cache", type, id, null,
                JsonNodeFactory.instance.objectNode().put("entries", entries)));
        return new Purged(entries);
    }
}
