package org.gatehouse.gateway.upstream.provider.cohere;

import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.protocol.BrokenAnswerException;
import org.gatehouse.gateway.protocol.UntranslatableException;
import org.gatehouse.gateway.protocol.json.JsonTrees;
import org.gatehouse.gateway.upstream.provider.Reshaping;

/**
 * Cohere's {@code /v2/rerank}: documents are plain texts and do not come back, and what is charged is search units of up to
 * a hundred documents each.
 */
final class Rerank implements Reshaping {
    private static final Set<String> SAME = Set.of("query", "top_n", "max_tokens_per_doc");
    private static final Set<String> OURS = Set.of("model", "documents", "return_documents");
    /** No rerank is charged for so often; a larger number is a broken report. */
    private static final long MOST_UNITS = 1_000_000;

    @Override
    public ObjectNode request(ObjectNode request, String model, Losses losses) throws UntranslatableException {
        ObjectNode own = JsonTrees.object().put("model", model);
        for (var field : request.properties()) {
            if (SAME.contains(field.getKey())) {
                own.set(field.getKey(), field.getValue());
            }
        }
        losses.dropped(request.properties().stream().map(Map.Entry::getKey)
                .filter(name -> !SAME.contains(name) && !OURS.contains(name)).toList());
        JsonNode documents = request.path("documents");
        if (!documents.isArray() || documents.isEmpty()) {
            throw new UntranslatableException("documents", "documents must be a list of texts. Give at least one.");
        }
        ArrayNode texts = own.putArray("documents");
        for (JsonNode document : documents) {
            JsonNode text = document.isObject() ? document.path("text") : document;
            if (!text.isTextual()) {
                throw new UntranslatableException("documents[" + texts.size() + "]", "documents[" + texts.size()
                        + "] has no text, and this model ranks nothing else. Give it as a string or as {\"text\": …}.");
            }
            texts.add(text);
        }
        return own;
    }

    @Override
    public Answer reply(ObjectNode reply, ObjectNode request, String model) throws BrokenAnswerException {
        JsonNode results = reply.path("results");
        if (!results.isArray()) {
            throw new BrokenAnswerException("answered without results");
        }
        ObjectNode body = JsonTrees.object().put("id", reply.path("id").asText("")).put("model", model);
        ArrayNode ours = body.putArray("results");
        JsonNode documents = request.path("documents");
        boolean returned = request.path("return_documents").asBoolean(false);
        for (JsonNode result : results) {
            int index = result.path("index").asInt(-1);
            if (index < 0 || index >= documents.size() || !result.path("relevance_score").isNumber()) {
                throw new BrokenAnswerException("ranked a document that it was not given");
            }
            ObjectNode one = ours.addObject().put("index", index);
            one.set("relevance_score", result.get("relevance_score"));
            if (returned) {
                JsonNode document = documents.get(index);
                one.putObject("document").set("text", document.isObject() ? document.path("text") : document);
            }
        }
        JsonNode meta = reply.path("meta");
        long units = meta.path("billed_units").path("search_units").asLong(0);
        JsonNode tokens = meta.path("tokens").path("input_tokens");
        ObjectNode usage = JsonTrees.object();
        if (tokens.isIntegralNumber()) {
            usage.put("prompt_tokens", tokens.asLong()).put("total_tokens", tokens.asLong());
        }
        if (units > 0) {
            usage.put("search_units", units);
        }
        body.set("usage", usage);
        if (meta.isObject()) {
            body.set("meta", meta);
        }
        return new Answer(body, Math.clamp(units, 1, MOST_UNITS));
    }
}
