package org.gatehouse.gateway.protocol.openai;

import java.io.IOException;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.TokenCount;

/**
 * The {@code usage} object in the spellings of chat ({@code prompt_tokens}), of Responses ({@code input_tokens}) and of
 * DeepSeek ({@code prompt_cache_hit_tokens}). A number that cannot be makes the whole report worthless. Confined to one
 * thread.
 */
final class UsageFields {
    /** No call uses this many; a larger number is a broken report. */
    private static final long ABSURD = 1L << 40;

    private long input;
    private long output;
    private long cached;
    private long cacheWrites;
    private long reasoning;
    private long audioInput;
    private long imageInput;
    private long audioOutput;
    private long imageOutput;
    private boolean ofOutput;
    private boolean anything;
    private boolean sound = true;

    private UsageFields() {}

    static @Nullable TokenCount read(JsonNode usage) {
        if (!usage.isObject()) {
            return null;
        }
        try (JsonParser parser = usage.traverse()) {
            parser.nextToken();
            return read(parser);
        } catch (IOException _) {
            return null;
        }
    }

    /** Reads the value at which the parser stands and leaves the parser at its end; null when it says nothing believable. */
    static @Nullable TokenCount read(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return null;
        }
        UsageFields fields = new UsageFields();
        fields.object(parser);
        if (!fields.sound || !fields.anything) {
            return null;
        }
        // Parts above the whole are a report's fault that must not make the bill grow.
        long cached = Math.min(fields.cached, fields.input);
        return new TokenCount(fields.input, cached, Math.min(fields.cacheWrites, fields.input - cached), 0,
                fields.output, Math.min(fields.reasoning, fields.output), fields.media());
    }

    private TokenCount.Media media() {
        long heard = Math.min(audioInput, input);
        long spoken = Math.min(audioOutput, output);
        return new TokenCount.Media(heard, Math.min(imageInput, input - heard), spoken,
                Math.min(imageOutput, output - spoken));
    }

    private void object(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "prompt_tokens", "input_tokens" -> input = number(parser);
                case "completion_tokens", "output_tokens" -> output = number(parser);
                case "prompt_cache_hit_tokens", "cached_tokens" -> cached = Math.max(cached, number(parser));
                case "created_cache_tokens", "cache_creation_tokens", "cache_write_tokens",
                        "cache_creation_input_tokens" ->
                    cacheWrites = Math.max(cacheWrites, number(parser));
                case "reasoning_tokens" -> reasoning = Math.max(reasoning, number(parser));
                case "prompt_tokens_details", "input_tokens_details", "completion_tokens_details",
                        "output_tokens_details" -> {
                    if (parser.currentToken() == JsonToken.START_OBJECT) {
                        ofOutput = name.charAt(0) == 'c' || name.charAt(0) == 'o';
                        object(parser);
                    } else {
                        parser.skipChildren();
                    }
                }
                case "audio_tokens" -> {
                    long count = number(parser);
                    audioInput = ofOutput ? audioInput : count;
                    audioOutput = ofOutput ? count : audioOutput;
                }
                // Qwen's name and that of OpenAI's pictures.
                case "image_tokens" -> {
                    long count = number(parser);
                    imageInput = ofOutput ? imageInput : count;
                    imageOutput = ofOutput ? count : imageOutput;
                }
                default -> parser.skipChildren();
            }
        }
    }

    private long number(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return 0;
        }
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT || parser.getTextLength() > 15
                || parser.getLongValue() < 0 || parser.getLongValue() > ABSURD) {
            parser.skipChildren();
            sound = false;
            return 0;
        }
        anything = true;
        return parser.getLongValue();
    }

    /** Writes the object in chat's spelling. */
    static void writeChat(JsonGenerator json, TokenCount usage) throws IOException {
        json.writeStartObject();
        json.writeNumberField("prompt_tokens", usage.input());
        json.writeNumberField("completion_tokens", usage.output());
        json.writeNumberField("total_tokens", usage.total());
        json.writeObjectFieldStart("prompt_tokens_details");
        json.writeNumberField("cached_tokens", usage.cachedInput());
        if (usage.cacheWrites() > 0) {
            // OpenAI's name and vLLM's.
            json.writeNumberField("cache_write_tokens", usage.cacheWrites());
            json.writeNumberField("created_cache_tokens", usage.cacheWrites());
        }
        media(json, usage.media().audioInput(), usage.media().imageInput());
        json.writeEndObject();
        json.writeObjectFieldStart("completion_tokens_details");
        json.writeNumberField("reasoning_tokens", usage.reasoning());
        media(json, usage.media().audioOutput(), usage.media().imageOutput());
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void media(JsonGenerator json, long audio, long images) throws IOException {
        if (audio > 0) {
            json.writeNumberField("audio_tokens", audio);
        }
        if (images > 0) {
            json.writeNumberField("image_tokens", images);
        }
    }

    /** Writes the object in Responses' spelling. */
    static void writeResponses(JsonGenerator json, TokenCount usage) throws IOException {
        json.writeStartObject();
        json.writeNumberField("input_tokens", usage.input());
        json.writeObjectFieldStart("input_tokens_details");
        json.writeNumberField("cached_tokens", usage.cachedInput());
        json.writeNumberField("cache_write_tokens", usage.cacheWrites());
        media(json, usage.media().audioInput(), usage.media().imageInput());
        json.writeEndObject();
        json.writeNumberField("output_tokens", usage.output());
        json.writeObjectFieldStart("output_tokens_details");
        json.writeNumberField("reasoning_tokens", usage.reasoning());
        media(json, usage.media().audioOutput(), usage.media().imageOutput());
        json.writeEndObject();
        json.writeNumberField("total_tokens", usage.total());
        json.writeEndObject();
    }
}
