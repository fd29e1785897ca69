package org.gatehouse.gateway.dialect.openai;

import java.util.List;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.gateway.exchange.Dialect.Listing;
import org.gatehouse.gateway.exchange.ListedModel;
import org.gatehouse.gateway.protocol.json.JsonTrees;

/** Models as OpenAI lists them, all at once, with vLLM's {@code max_model_len} beside. */
final class OpenAiModels {
    private OpenAiModels() {}

    static byte[] one(ListedModel model) {
        return JsonTrees.bytes(tree(model));
    }

    static Listing list(List<ListedModel> models) {
        ObjectNode list = JsonTrees.object().put("object", "list");
        ArrayNode data = list.putArray("data");
        models.forEach(model -> data.add(tree(model)));
        return new Listing.Listed(JsonTrees.bytes(list));
    }

    private static ObjectNode tree(ListedModel model) {
        return JsonTrees.object().put("id", model.name()).put("object", "model")
                .put("created", model.createdAt().getEpochSecond())
                .put("owned_by", model.simulated() ? "gatehouse (simulated)" : "gatehouse")
                .put("max_model_len", model.contextTokens());
    }
}
