package org.gatehouse.gateway.upstream.provider.gemini;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** How Google writes the calls of a model. */
final class GoogleModels {
    private GoogleModels() {}

    /** {@code /models/NAME:method}, the name without {@code models/}. */
    static String chat(String model, boolean streamed) {
        return "/models/" + name(model) + (streamed ? ":streamGenerateContent?alt=sse" : ":generateContent");
    }

    static String name(String model) {
        String plain = model.startsWith("models/") ? model.substring("models/".length()) : model;
        return URLEncoder.encode(plain, StandardCharsets.UTF_8);
    }
}
