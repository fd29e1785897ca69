package org.gatehouse.gateway.dialect.anthropic;

import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.exchange.Dialect.Listing;
import org.gatehouse.gateway.exchange.ListedModel;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.protocol.json.JsonTrees;

/** Models as Anthropic lists them: by pages behind {@code after_id} or before {@code before_id}. */
final class AnthropicModels {
    private static final int USUAL = 20;
    private static final int MOST = 1000;

    private AnthropicModels() {}

    static byte[] one(ListedModel model) {
        return JsonTrees.bytes(tree(model));
    }

    static Listing list(List<ListedModel> models, Map<String, String> query) {
        String said = query.getOrDefault("limit", Integer.toString(USUAL));
        int limit = said.matches("[0-9]{1,4}") ? Integer.parseInt(said) : 0;
        if (limit < 1 || limit > MOST) {
            return wrong("limit", "The parameter 'limit' must be a whole number from 1 to " + MOST + ".");
        }
        String after = query.get("after_id");
        String before = query.get("before_id");
        if (after != null && before != null) {
            return wrong("before_id",
                    "The parameters 'after_id' and 'before_id' cannot go together. Send one of them.");
        }
        int from = 0;
        int to = models.size();
        if (after != null) {
            from = placeOf(models, after) + 1;
            if (from == 0) {
                return wrong("after_id", "The parameter 'after_id' names no model that is listed. Begin anew.");
            }
        }
        if (before != null) {
            to = placeOf(models, before);
            if (to < 0) {
                return wrong("before_id", "The parameter 'before_id' names no model that is listed. Begin anew.");
            }
        }
        boolean more = to - from > limit;
        List<ListedModel> page = before == null
                ? models.subList(from, Math.min(to, from + limit))
                : models.subList(Math.max(0, to - limit), to);
        ObjectNode list = JsonTrees.object();
        ArrayNode data = list.putArray("data");
        page.forEach(model -> data.add(tree(model)));
        list.put("has_more", more);
        list.put("first_id", page.isEmpty() ? null : page.getFirst().name());
        list.put("last_id", page.isEmpty() ? null : page.getLast().name());
        return new Listing.Listed(JsonTrees.bytes(list));
    }

    private static Listing wrong(String param, String message) {
        return new Listing.Wrong(Refusal.invalid(param, message));
    }

    private static int placeOf(List<ListedModel> models, @Nullable String name) {
        for (int at = 0; at < models.size(); at++) {
            if (models.get(at).name().equals(name)) {
                return at;
            }
        }
        return -1;
    }

    /** Its client for Java wants every field of these, though most may be null. */
    private static ObjectNode tree(ListedModel model) {
        return JsonTrees.object().put("type", "model").put("id", model.name())
                .put("display_name", model.simulated() ? model.name() + " (simulated)" : model.name())
                .put("created_at", model.createdAt().truncatedTo(ChronoUnit.SECONDS).toString())
                .put("lifecycle", "active").putNull("line").putNull("deprecated_at").putNull("retires_at")
                .putNull("capabilities").put("max_input_tokens", model.contextTokens())
                .put("max_tokens", model.outputTokens());
    }
}
