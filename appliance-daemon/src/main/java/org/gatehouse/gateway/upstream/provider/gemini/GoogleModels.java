package org.gatehouse.gateway.upstream.provider.gemini;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

import org.gatehouse.gateway.protocol.Terms;

/** How Google writes the calls of a model. */
final class GoogleModels {
    private GoogleModels() {}

    /** {@code /models/NAME:method}, the name without {@code models/}. */
    static String chat(String model, boolean streamed) {
        return method(model, streamed ? "streamGenerateContent?alt=sse" : "generateContent");
    }

    /** {@code /models/NAME:method}. */
    static String method(String model, String method) {
        return "/models/" + encoded(model.substring(model.lastIndexOf("models/") < 0
                ? 0
                : model.lastIndexOf("models/") + "models/".length())) + ':' + method;
    }

    /** As one segment of a path. */
    static String encoded(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8);
    }

    /** Gemini 2.5 is told a budget, 3 and later a level. */
    static Terms.ReasoningStyle reasoning(String model) {
        return model.contains("gemini-2") ? Terms.ReasoningStyle.BUDGET : Terms.ReasoningStyle.EFFORT;
    }
}
