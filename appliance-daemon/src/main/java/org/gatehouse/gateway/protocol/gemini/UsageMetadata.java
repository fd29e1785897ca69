package org.gatehouse.gateway.protocol.gemini;

import java.io.IOException;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.TokenCount;

/**
 * Google's {@code usageMetadata}: the prompt with what was cached of it, thoughts beside the answer, what its own tools
 * read on top of the prompt.
 */
final class UsageMetadata {

    private UsageMetadata() {}

    /** Null when there is none. */
    static @Nullable TokenCount read(JsonNode usage) {
        if (!usage.isObject() || !usage.has("promptTokenCount") && !usage.has("totalTokenCount")) {
            return null;
        }
        long input = count(usage, "promptTokenCount") + count(usage, "toolUsePromptTokenCount");
        long thoughts = count(usage, "thoughtsTokenCount");
        long answer = usage.has("candidatesTokenCount")
                ? count(usage, "candidatesTokenCount")
                : Math.max(0, count(usage, "totalTokenCount") - input - thoughts);
        return new TokenCount(input, Math.min(input, count(usage, "cachedContentTokenCount")), 0, 0, answer + thoughts,
                thoughts);
    }

    private static long count(JsonNode usage, String name) {
        JsonNode value = usage.path(name);
        return value.isIntegralNumber() && value.canConvertToInt() ? Math.max(0, value.intValue()) : 0;
    }

    static void write(TokenCount usage, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("usageMetadata");
        json.writeNumberField("promptTokenCount", usage.input());
        json.writeNumberField("candidatesTokenCount", Math.max(0, usage.output() - usage.reasoning()));
        json.writeNumberField("totalTokenCount", usage.total());
        if (usage.reasoning() > 0) {
            json.writeNumberField("thoughtsTokenCount", usage.reasoning());
        }
        if (usage.cachedInput() > 0) {
            json.writeNumberField("cachedContentTokenCount", usage.cachedInput());
        }
        json.writeEndObject();
    }
}
