package org.gatehouse.gateway.metering;

import java.io.IOException;
import java.util.Optional;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

import org.gatehouse.audit.MediaTokens;
import org.gatehouse.audit.Usage;

/**
 * Reads an upstream's {@code usage} object, in any of the spellings of OpenAI's dialect: chat ({@code prompt_tokens}),
 * Responses ({@code input_tokens}), DeepSeek's cache fields, seconds of audio; also Anthropic's and Gemini's, brought to
 * OpenAI's way of counting. A number that cannot be (negative, not
 * whole, absurdly large) makes the whole report worthless.
 */
public final class UsageReader {
    /** No single call uses this many of anything; a larger number is a broken report. */
    private static final long ABSURD = 1L << 40;
    private static final JsonFactory JSON = new JsonFactory();

    private long input;
    private long output;
    private long cached;
    private long cacheWrite;
    private long longCacheWrite;
    private long reasoning;
    private long audioMillis;
    private long audioInput;
    private long imageInput;
    private long audioOutput;
    private long imageOutput;
    private long total;
    private long beside;
    private boolean parts;
    private boolean anything;
    private boolean sound = true;

    private UsageReader() {}

    /** Reads the object in those bytes; empty when it says nothing or nothing believable. */
    public static Optional<Usage> read(byte[] bytes, int from, int to) {
        try (JsonParser parser = JSON.createParser(bytes, from, to - from)) {
            parser.nextToken();
            return read(parser);
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /** Reads the object at whose start the parser stands, and leaves the parser at its end. */
    public static Optional<Usage> read(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return Optional.empty();
        }
        UsageReader reader = new UsageReader();
        reader.object(parser);
        if (!reader.sound || !reader.anything || reader.cached + reader.cacheWrite > reader.input
                || reader.reasoning > reader.output) {
            return Optional.empty();
        }
        return Optional.of(new Usage(reader.input, reader.output, reader.cached, reader.cacheWrite,
                Math.min(reader.longCacheWrite, reader.cacheWrite), reader.reasoning,
                reader.audioMillis, 0, 0,
                new MediaTokens(reader.audioInput, reader.imageInput, reader.audioOutput, reader.imageOutput)
                        .within(reader.input, reader.output),
                Usage.Source.REPORTED));
    }

    private void object(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "prompt_tokens", "input_tokens" -> {
                    input = number(parser);
                    parts = true;
                }
                case "completion_tokens", "output_tokens" -> {
                    output = number(parser);
                    parts = true;
                }
                // Anthropic leaves these two out of the input.
                case "cache_read_input_tokens" -> {
                    cached = Math.max(cached, number(parser));
                    beside += cached;
                }
                case "cache_creation_input_tokens" -> {
                    cacheWrite = number(parser);
                    beside += cacheWrite;
                }
                case "cache_creation" -> byTime(parser);
                case "promptTokenCount", "toolUsePromptTokenCount" -> {
                    input += number(parser);
                    parts = true;
                }
                case "candidatesTokenCount" -> output += number(parser);
                // Google counts thoughts beside the answer.
                case "thoughtsTokenCount" -> {
                    reasoning = number(parser);
                    output += reasoning;
                }
                case "cachedContentTokenCount" -> cached = number(parser);
                case "prompt_cache_hit_tokens" -> cached = Math.max(cached, number(parser));
                case "total_tokens" -> total = number(parser);
                case "seconds" -> audioMillis = millis(parser);
                // Realtime writes it in the singular.
                case "prompt_tokens_details", "input_tokens_details", "input_token_details" -> details(parser, false);
                case "completion_tokens_details", "output_tokens_details", "output_token_details" ->
                    details(parser, true);
                case "promptTokensDetails" -> modalities(parser, false);
                case "candidatesTokensDetails" -> modalities(parser, true);
                default -> parser.skipChildren();
            }
        }
        if (!parts) {
            // Embeddings and rerank may say the total alone; then it is input.
            input = total;
        }
        input += beside;
    }

    /** For how long Anthropic keeps what was written to its cache; the two are the total that stands beside. */
    private void byTime(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean hour = parser.currentName().equals("ephemeral_1h_input_tokens");
            parser.nextToken();
            if (hour) {
                longCacheWrite = number(parser);
            } else {
                parser.skipChildren();
            }
        }
    }

    /** Google's list of counts, one for each kind of content. */
    private void modalities(JsonParser parser, boolean ofOutput) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() != JsonToken.END_ARRAY && parser.currentToken() != null) {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                parser.skipChildren();
                continue;
            }
            String modality = "";
            long count = 0;
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                switch (name) {
                    case "modality" -> modality = String.valueOf(parser.getText());
                    case "tokenCount" -> count = number(parser);
                    default -> parser.skipChildren();
                }
            }
            switch (modality) {
                case "AUDIO" -> audio(count, ofOutput);
                case "IMAGE", "VIDEO" -> image(count, ofOutput);
                default -> {
                    // Text, and what is charged like it.
                }
            }
        }
    }

    private void audio(long count, boolean ofOutput) {
        if (ofOutput) {
            audioOutput += count;
        } else {
            audioInput += count;
        }
    }

    private void image(long count, boolean ofOutput) {
        if (ofOutput) {
            imageOutput += count;
        } else {
            imageInput += count;
        }
    }

    private void details(JsonParser parser, boolean ofOutput) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "cached_tokens" -> cached = Math.max(cached, number(parser));
                case "created_cache_tokens", "cache_creation_tokens" -> cacheWrite = number(parser);
                case "reasoning_tokens" -> reasoning = number(parser);
                case "audio_tokens" -> audio(number(parser), ofOutput);
                case "image_tokens" -> image(number(parser), ofOutput);
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

    private long millis(JsonParser parser) throws IOException {
        if (!parser.currentToken().isNumeric()) {
            parser.skipChildren();
            sound = false;
            return 0;
        }
        double seconds = parser.getDoubleValue();
        if (!(seconds >= 0 && seconds < ABSURD / 1000)) {
            sound = false;
            return 0;
        }
        anything = true;
        return Math.round(seconds * 1000);
    }
}
