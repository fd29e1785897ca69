package org.gatehouse.simulated.providers;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** Embeddings of those who speak OpenAI's dialect. Stateless. */
final class EmbeddingsReply {
    private static final int USUAL = 256;
    private static final int MOST = 3_072;

    private EmbeddingsReply() {}

    static Reply.Whole reply(Simulation simulation, ChatFlavor flavor, byte[] body, @Nullable String deployment) {
        Fields request = Fields.of(body, new OpenAiWording(flavor)).only(flavor == ChatFlavor.MISTRAL
                ? Set.of("model", "input", "output_dimension", "output_dtype", "encoding_format", "metadata")
                : Set.of("model", "input", "dimensions", "encoding_format", "user"));
        String model = deployment == null ? request.text("model") : deployment;
        if (!simulation.serves(model)) {
            throw new Refused(ChatRequest.unknownModel(flavor, model));
        }
        int dimensions = request.integer(flavor == ChatFlavor.MISTRAL ? "output_dimension" : "dimensions", USUAL, 1,
                MOST);
        boolean base64 = request.word("encoding_format", "float", "float", "base64").equals("base64");
        ArrayNode data = Json.array();
        int tokens = 0;
        for (String text : inputs(request, flavor)) {
            tokens += Tokenizer.count(text);
            float[] vector = Vectors.of(text, dimensions);
            ObjectNode one = data.addObject().put("object", "embedding").put("index", data.size() - 1);
            if (base64) {
                one.put("embedding", Vectors.base64(vector));
            } else {
                one.set("embedding", Vectors.json(vector));
            }
        }
        ObjectNode reply = Json.object().put("object", "list").put("model", model);
        reply.set("data", data);
        reply.putObject("usage").put("prompt_tokens", tokens).put("total_tokens", tokens);
        return Reply.Whole.json(reply, new Bill(model, tokens, 0));
    }

    private static List<String> inputs(Fields request, ChatFlavor flavor) {
        JsonNode input = request.need("input");
        if (input.isTextual()) {
            return List.of(input.textValue());
        }
        List<String> texts = new ArrayList<>();
        if (input.isArray() && !input.isEmpty() && input.get(0).isNumber()) {
            return List.of(Json.text(input));
        }
        if (input.isArray() && !input.isEmpty() && input.get(0).isArray()) {
            input.forEach(tokens -> texts.add(Json.text(tokens)));
            return texts;
        }
        texts.addAll(request.texts("input"));
        int most = flavor == ChatFlavor.DASHSCOPE ? 10 : 2_048;
        if (texts.isEmpty() || texts.size() > most || (texts.contains("") && flavor != ChatFlavor.MISTRAL)) {
            throw request.refused("input", "expected 1 to " + most + " texts, none of them empty");
        }
        return texts;
    }
}
