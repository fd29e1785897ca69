package org.gatehouse.gateway.protocol.anthropic;

import java.io.IOException;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.protocol.BrokenAnswerException;

/**
 * What stands in one event. Deltas, which are nearly all events, are read without a tree. One object a stream, filled anew
 * for each event. Confined to one thread.
 */
final class EventFields {
    private String type = "";
    private int index;
    private String deltaType = "";
    private @Nullable String payload;
    private @Nullable String stopReason;
    private @Nullable String stopSequence;
    private @Nullable JsonNode block;
    private @Nullable JsonNode message;
    private @Nullable JsonNode usage;
    private @Nullable JsonNode error;

    /** Reads one event. */
    void read(@Nullable String framed, byte[] data, int from, int to) throws BrokenAnswerException {
        type = framed == null ? "" : framed;
        index = 0;
        deltaType = "";
        payload = null;
        stopReason = null;
        stopSequence = null;
        block = null;
        message = null;
        usage = null;
        error = null;
        try (JsonParser parser = Trees.FACTORY.createParser(data, from, to - from)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new BrokenAnswerException("sent an event that is no JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                field(parser, name);
            }
            if (parser.nextToken() != null) {
                throw new BrokenAnswerException("sent an event with something behind its JSON");
            }
        } catch (IOException e) {
            throw new BrokenAnswerException("sent broken JSON", e);
        }
    }

    private void field(JsonParser parser, String name) throws IOException {
        switch (name) {
            case "type" -> type = textOr(parser, type);
            case "index" -> {
                if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
                    index = parser.getIntValue();
                }
            }
            case "delta" -> delta(parser);
            case "content_block" -> block = Trees.part(parser);
            case "message" -> message = Trees.part(parser);
            case "usage" -> usage = Trees.part(parser);
            case "error" -> error = Trees.part(parser);
            default -> parser.skipChildren();
        }
    }

    private void delta(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "type" -> deltaType = textOr(parser, "");
                case "text", "partial_json", "thinking", "signature" -> payload = textOr(parser, "");
                case "stop_reason" -> stopReason = textOrNull(parser);
                case "stop_sequence" -> stopSequence = textOrNull(parser);
                default -> parser.skipChildren();
            }
        }
    }

    private static String textOr(JsonParser parser, String otherwise) throws IOException {
        String text = textOrNull(parser);
        return text == null ? otherwise : text;
    }

    private static @Nullable String textOrNull(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            return parser.getText();
        }
        parser.skipChildren();
        return null;
    }

    /** Its own type, else that of the framing; may be empty. */
    String type() {
        return type;
    }

    /** The content block it is about. */
    int index() {
        return index;
    }

    /** The kind of a delta; may be empty. */
    String deltaType() {
        return deltaType;
    }

    /** A delta's text, JSON, thoughts or signature; may be empty. */
    String payload() {
        return payload == null ? "" : payload;
    }

    /** Why the answer ended. */
    @Nullable
    String stopReason() {
        return stopReason;
    }

    /** The stop string that came up. */
    @Nullable
    String stopSequence() {
        return stopSequence;
    }

    /** The block that starts. */
    @Nullable
    JsonNode block() {
        return block;
    }

    /** The message that starts. */
    @Nullable
    JsonNode message() {
        return message;
    }

    /** The usage so far. */
    @Nullable
    JsonNode usage() {
        return usage;
    }

    /** The error. */
    @Nullable
    JsonNode error() {
        return error;
    }
}
