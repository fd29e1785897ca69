package org.gatehouse.gateway.upstream.provider.gemini;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;
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

/** Embeddings as Vertex makes them, by {@code :predict}: one instance a text, tokens told of each. */
final class Predictions implements Reshaping {
    private static final Set<String> KNOWN = Set.of("model", "input", "dimensions", "encoding_format", "task_type",
            "title");

    @Override
    public ObjectNode request(ObjectNode request, String model, Losses losses) throws UntranslatableException {
        ObjectNode own = JsonTrees.object();
        ArrayNode instances = own.putArray("instances");
        JsonNode input = request.path("input");
        if (input.isTextual()) {
            instance(instances, input, request);
        } else {
            for (JsonNode text : input) {
                if (!text.isTextual()) {
                    throw new UntranslatableException("input[" + instances.size() + "]",
                            "This model takes texts only, no tokens. Give input as a string or a list of strings.");
                }
                instance(instances, text, request);
            }
        }
        if (instances.isEmpty()) {
            throw new UntranslatableException("input", "input must be a text or a list of texts. Give at least one.");
        }
        if (request.hasNonNull("dimensions")) {
            own.putObject("parameters").set("outputDimensionality", request.get("dimensions"));
        }
        losses.dropped(request.properties().stream().map(Map.Entry::getKey).filter(name -> !KNOWN.contains(name))
                .toList());
        return own;
    }

    /** What Google's clients say of their texts comes along, and OpenAI's may say it in fields of these names. */
    private static void instance(ArrayNode instances, JsonNode text, ObjectNode request) {
        ObjectNode instance = instances.addObject();
        instance.set("content", text);
        for (String name : List.of("task_type", "title")) {
            if (request.path(name).isTextual()) {
                instance.set(name, request.get(name));
            }
        }
    }

    @Override
    public Answer reply(ObjectNode reply, ObjectNode request, String model) throws BrokenAnswerException {
        JsonNode predictions = reply.path("predictions");
        int asked = request.path("input").isTextual() ? 1 : request.path("input").size();
        if (!predictions.isArray() || predictions.size() != asked) {
            throw new BrokenAnswerException("answered with another number of embeddings than it was asked for");
        }
        boolean base64 = request.path("encoding_format").asText("float").equals("base64");
        ObjectNode body = JsonTrees.object().put("object", "list").put("model", model);
        ArrayNode data = body.putArray("data");
        long tokens = 0;
        for (JsonNode prediction : predictions) {
            JsonNode embeddings = prediction.path("embeddings");
            JsonNode values = embeddings.path("values");
            if (!values.isArray() || values.isEmpty()) {
                throw new BrokenAnswerException("answered with an embedding without values");
            }
            ObjectNode one = data.addObject().put("object", "embedding").put("index", data.size() - 1);
            if (base64) {
                one.put("embedding", base64(values));
            } else {
                one.set("embedding", values);
            }
            tokens += Math.max(0, embeddings.path("statistics").path("token_count").asLong(0));
        }
        if (tokens > 0) {
            body.putObject("usage").put("prompt_tokens", tokens).put("total_tokens", tokens);
        }
        return new Answer(body, 1);
    }

    /** As OpenAI does: floats of 32 bits, little-endian. */
    private static String base64(JsonNode values) {
        ByteBuffer floats = ByteBuffer.allocate(values.size() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        values.forEach(value -> floats.putFloat(value.floatValue()));
        return Base64.getEncoder().encodeToString(floats.array());
    }
}
