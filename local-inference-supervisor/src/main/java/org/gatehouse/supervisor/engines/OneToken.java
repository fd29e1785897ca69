package org.gatehouse.supervisor.engines;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The smallest real question to an engine: one token. Its answer shows what a health check cannot. */
public final class OneToken {
    private static final ObjectMapper JSON = new ObjectMapper();

    private OneToken() {}

    /** The request's body for {@link Endpoints#completions}. */
    public static String question(Endpoints endpoints, String model) {
        ObjectNode question = JSON.createObjectNode().put("model", model).put("max_tokens", 1).put("temperature", 0)
                .put("stream", false);
        if (endpoints.completions().endsWith("/chat/completions")) {
            question.putArray("messages").addObject().put("role", "user").put("content", "Hi");
        } else {
            question.put("prompt", "Hi");
        }
        return question.toString();
    }

    /** Whether this status to the question says that the model completes no prompts, as those for embeddings do. */
    public static boolean isNotItsKind(int status) {
        return status == 400 || status == 404 || status == 405 || status == 422 || status == 501;
    }
}
