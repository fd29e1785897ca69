package org.gatehouse.gateway.upstream;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.protocol.BrokenAnswerException;
import org.gatehouse.gateway.protocol.UntranslatableException;
import org.gatehouse.gateway.protocol.json.JsonTrees;
import org.gatehouse.gateway.upstream.provider.Provider;
import org.gatehouse.gateway.upstream.provider.Reshaping;
import org.gatehouse.governance.snapshot.Surface;

/**
 * Embeddings for Google's clients ({@code :embedContent} and {@code :batchEmbedContents}) at targets that make them as
 * OpenAI does, or as they do it themselves.
 */
final class GoogleEmbeddings implements Reshaping {
    private static final String SEVERAL = ":batchEmbedContents";
    /** What Google's clients say beside the text; Vertex alone takes it. */
    private static final List<String> BESIDE = List.of("taskType", "title");

    private final boolean several;
    private final @Nullable Reshaping target;

    /**
     * Prepares one call.
     *
     * @param several whether a list of texts is asked for
     * @param target what brings OpenAI's shape to the target's; {@code null} where that is OpenAI's
     */
    GoogleEmbeddings(boolean several, @Nullable Reshaping target) {
        this.several = several;
        this.target = target;
    }

    /** Whether a client of Google's asks for embeddings. */
    static boolean asked(Exchange exchange) {
        return exchange.arrival().surface() == Surface.EMBEDDINGS
                && exchange.arrival().dialect().name().equals("gemini");
    }

    /** Where such a call goes in Google's own shape; {@code null} where the target has no such place, or it is no such call. */
    static @Nullable String path(Exchange exchange, Provider provider) {
        return asked(exchange)
                ? provider.googleEmbeddings(exchange.target().upstreamModel(), several(exchange))
                : null;
    }

    /**
     * What brings such a call to a target.
     *
     * @param target what brings OpenAI's shape to the target's; {@code null} where that is OpenAI's
     */
    static Reshaping of(Exchange exchange, Provider provider, @Nullable Reshaping target) {
        return path(exchange, provider) == null ? new GoogleEmbeddings(several(exchange), target) : new AsTheyAre();
    }

    private static boolean several(Exchange exchange) {
        return String.valueOf(exchange.arrival().pathModel()).endsWith(SEVERAL);
    }

    @Override
    public ObjectNode request(ObjectNode request, String model, Losses losses) throws UntranslatableException {
        ObjectNode asked = asked(request, model, losses);
        return target == null ? asked : target.request(asked, model, losses);
    }

    /** As OpenAI's clients ask. */
    private ObjectNode asked(ObjectNode request, String model, Losses losses) throws UntranslatableException {
        ObjectNode asked = JsonTrees.object().put("model", model);
        List<Wish> wishes = wishes(request, losses);
        Wish first = wishes.getFirst();
        for (Wish wish : wishes) {
            if (!wish.likeButForText(first)) {
                throw new UntranslatableException("requests",
                        "This model makes embeddings of one size and for one purpose in a call. Ask for the others apart.");
            }
        }
        if (several) {
            ArrayNode texts = asked.putArray("input");
            wishes.forEach(wish -> texts.add(wish.text()));
        } else {
            asked.put("input", first.text());
        }
        if (first.dimensions() != null) {
            asked.set("dimensions", first.dimensions());
        }
        if (target == null) {
            losses.dropped(BESIDE.stream().filter(name -> !first.beside(name).isEmpty()).toList());
        } else {
            say(asked, "task_type", first.taskType());
            say(asked, "title", first.title());
        }
        return asked;
    }

    private static void say(ObjectNode asked, String name, String value) {
        if (!value.isEmpty()) {
            asked.put(name, value);
        }
    }

    private List<Wish> wishes(ObjectNode request, Losses losses) throws UntranslatableException {
        List<Wish> wishes = new ArrayList<>();
        if (!several) {
            wishes.add(wish(request, "", losses));
            return wishes;
        }
        for (JsonNode one : request.path("requests")) {
            wishes.add(wish(one, "requests[" + wishes.size() + "].", losses));
        }
        if (wishes.isEmpty()) {
            throw new UntranslatableException("requests",
                    "The field 'requests' is empty. Ask for at least one embedding.");
        }
        return wishes;
    }

    private static Wish wish(JsonNode request, String path, Losses losses) throws UntranslatableException {
        StringBuilder text = new StringBuilder();
        for (JsonNode part : request.path("content").path("parts")) {
            if (!part.path("text").isTextual()) {
                throw new UntranslatableException(path + "content.parts",
                        "This model makes embeddings of texts only. Leave out parts that are none.");
            }
            text.append(text.isEmpty() ? "" : "\n").append(part.path("text").textValue());
        }
        if (text.isEmpty()) {
            throw new UntranslatableException(path + "content", "The field '" + path
                    + "content' has no text. Give it as {\"parts\":[{\"text\":…}]}.");
        }
        losses.dropped(request.properties().stream().map(java.util.Map.Entry::getKey)
                .filter(name -> !Wish.KNOWN.contains(name)).toList());
        return new Wish(text.toString(), either(request, "taskType", "task_type").asText(""),
                request.path("title").asText(""),
                either(request, "outputDimensionality", "output_dimensionality") instanceof JsonNode dimensions
                        && dimensions.isNumber() ? dimensions : null);
    }

    /** Protocol buffers' JSON knows each field by two names. */
    private static JsonNode either(JsonNode request, String name, String other) {
        return request.has(name) ? request.path(name) : request.path(other);
    }

    /** One text and what is wanted of it. */
    private record Wish(String text, String taskType, String title, @Nullable JsonNode dimensions) {
        private static final List<String> KNOWN = List.of("model", "content", "taskType", "task_type", "title",
                "outputDimensionality", "output_dimensionality");

        private boolean likeButForText(Wish other) {
            return new Wish(other.text(), taskType, title, dimensions).equals(other);
        }

        private String beside(String name) {
            return name.equals("title") ? title : taskType;
        }
    }

    @Override
    public Answer reply(ObjectNode reply, ObjectNode request, String model) throws BrokenAnswerException {
        if (target == null) {
            return new Answer(answered(reply, request), 1);
        }
        try {
            Answer answer = target.reply(reply, asked(request, model, new Losses()), model);
            return new Answer(answered(answer.body(), request), answer.billedCalls());
        } catch (UntranslatableException e) {
            throw new IllegalStateException("a request that was written before could not be written again", e);
        }
    }

    private ObjectNode answered(ObjectNode reply, ObjectNode request) throws BrokenAnswerException {
        JsonNode data = reply.path("data");
        int asked = several ? request.path("requests").size() : 1;
        if (!data.isArray() || data.size() != asked) {
            throw new BrokenAnswerException("answered with another number of embeddings than it was asked for");
        }
        JsonNode[] inOrder = new JsonNode[asked];
        for (int at = 0; at < asked; at++) {
            JsonNode one = data.get(at);
            int index = one.path("index").asInt(at);
            if (index < 0 || index >= asked || inOrder[index] != null || !one.path("embedding").isArray()) {
                throw new BrokenAnswerException("answered with an embedding that was not asked for");
            }
            inOrder[index] = one.get("embedding");
        }
        ObjectNode body = JsonTrees.object();
        if (several) {
            ArrayNode embeddings = body.putArray("embeddings");
            for (JsonNode values : inOrder) {
                embeddings.addObject().set("values", values);
            }
        } else {
            body.putObject("embedding").set("values", inOrder[0]);
        }
        JsonNode usage = reply.path("usage");
        long tokens = usage.path("prompt_tokens").asLong(usage.path("total_tokens").asLong(0));
        if (tokens > 0) {
            body.putObject("usageMetadata").put("promptTokenCount", tokens).put("totalTokenCount", tokens);
        }
        return body;
    }

    /** At Google's own: only the model has another name there. */
    private static final class AsTheyAre implements Reshaping {
        private static final String MODELS = "models/";

        @Override
        public ObjectNode request(ObjectNode request, String model, Losses losses) {
            ObjectNode own = request.deepCopy();
            String name = MODELS + model.substring(model.lastIndexOf(MODELS) < 0
                    ? 0
                    : model.lastIndexOf(MODELS) + MODELS.length());
            if (own.has("model")) {
                own.put("model", name);
            }
            for (JsonNode one : own.path("requests")) {
                if (one instanceof ObjectNode item) {
                    item.put("model", name);
                }
            }
            return own;
        }

        @Override
        public Answer reply(ObjectNode reply, ObjectNode request, String model) throws BrokenAnswerException {
            if (!reply.has("embedding") && !reply.has("embeddings")) {
                throw new BrokenAnswerException("answered without embeddings");
            }
            return new Answer(reply, 1);
        }
    }
}
