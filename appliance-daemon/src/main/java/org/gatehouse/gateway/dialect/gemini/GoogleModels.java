package org.gatehouse.gateway.dialect.gemini;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.gateway.exchange.Dialect.Listing;
import org.gatehouse.gateway.exchange.ListedModel;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.protocol.json.JsonTrees;
import org.gatehouse.governance.snapshot.Surface;

/** Models as Google lists them: by pages of {@code pageSize}, the next one behind {@code nextPageToken}. */
final class GoogleModels {
    private static final int USUAL = 50;
    private static final int MOST = 1000;

    private GoogleModels() {}

    static byte[] one(ListedModel model) {
        return JsonTrees.bytes(tree(model));
    }

    static Listing list(List<ListedModel> models, Map<String, String> query) {
        String said = query.getOrDefault("pageSize", "0");
        if (!said.matches("[0-9]{1,9}")) {
            return new Listing.Wrong(Refusal.invalid("pageSize",
                    "The parameter 'pageSize' must be a whole number of at least 0."));
        }
        // Google takes 0 for its usual size, and more than it gives for the most.
        int size = Integer.parseInt(said) == 0 ? USUAL : Math.min(MOST, Integer.parseInt(said));
        int from = 0;
        String token = query.getOrDefault("pageToken", "");
        if (!token.isEmpty()) {
            String last = lastOf(token);
            // By its name: a model that was there before may be gone.
            while (from < models.size() && models.get(from).name().compareTo(last) <= 0) {
                from++;
            }
            if (last.isEmpty()) {
                return new Listing.Wrong(Refusal.invalid("pageToken",
                        "The parameter 'pageToken' is none that was given out. Begin anew without it."));
            }
        }
        List<ListedModel> page = models.subList(from, Math.min(models.size(), from + size));
        ObjectNode list = JsonTrees.object();
        ArrayNode listed = list.putArray("models");
        page.forEach(model -> listed.add(tree(model)));
        if (from + page.size() < models.size()) {
            list.put("nextPageToken", Base64.getUrlEncoder().withoutPadding()
                    .encodeToString(page.getLast().name().getBytes(StandardCharsets.UTF_8)));
        }
        return new Listing.Listed(JsonTrees.bytes(list));
    }

    /** Empty when it is no token. */
    private static String lastOf(String token) {
        try {
            return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            return "";
        }
    }

    private static ObjectNode tree(ListedModel model) {
        ObjectNode tree = JsonTrees.object().put("name", "models/" + model.name()).put("version", "1")
                .put("displayName", model.simulated() ? model.name() + " (simulated)" : model.name())
                .put("inputTokenLimit", model.contextTokens()).put("outputTokenLimit", model.outputTokens());
        ArrayNode methods = tree.putArray("supportedGenerationMethods");
        if (model.surfaces().contains(Surface.GENERATE_CONTENT)) {
            methods.add("generateContent").add("streamGenerateContent");
        }
        if (model.surfaces().contains(Surface.COUNT_TOKENS)) {
            methods.add("countTokens");
        }
        if (model.surfaces().contains(Surface.EMBEDDINGS)) {
            methods.add("embedContent").add("batchEmbedContents");
        }
        return tree;
    }
}
