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
        long heard = Math.min(input, of(usage, "promptTokensDetails", "AUDIO"));
        long spoken = Math.min(answer, of(usage, "candidatesTokensDetails", "AUDIO"));
        return new TokenCount(input, Math.min(input, count(usage, "cachedContentTokenCount")), 0, 0, answer + thoughts,
                thoughts, new TokenCount.Media(heard,
                        Math.min(input - heard, of(usage, "promptTokensDetails", "IMAGE")
                                + of(usage, "promptTokensDetails", "VIDEO")),
                        spoken, Math.min(answer - spoken, of(usage, "candidatesTokensDetails", "IMAGE"))));
    }

    /** What a list of counts says of one modality. */
    private static long of(JsonNode usage, String list, String modality) {
        long sum = 0;
        for (JsonNode part : usage.path(list)) {
            if (part.path("modality").asText().equals(modality)) {
                sum += count(part, "tokenCount");
            }
        }
        return sum;
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
        TokenCount.Media media = usage.media();
        details(json, "promptTokensDetails", usage.input(), media.audioInput(), media.imageInput());
        details(json, "candidatesTokensDetails", Math.max(0, usage.output() - usage.reasoning()), media.audioOutput(),
                media.imageOutput());
        json.writeEndObject();
    }

    /** Left out where all is text. */
    private static void details(JsonGenerator json, String name, long all, long audio, long images)
            throws IOException {
        if (audio + images == 0) {
            return;
        }
        json.writeArrayFieldStart(name);
        modality(json, "TEXT", Math.max(0, all - audio - images));
        modality(json, "AUDIO", audio);
        modality(json, "IMAGE", images);
        json.writeEndArray();
    }

    private static void modality(JsonGenerator json, String modality, long count) throws IOException {
        if (count > 0) {
            json.writeStartObject();
            json.writeStringField("modality", modality);
            json.writeNumberField("tokenCount", count);
            json.writeEndObject();
        }
    }
}
