package org.gatehouse.gateway.realtime;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.metering.UsageReader;

/**
 * Reads an event in one pass; strings that nobody asks for are skipped where they stand, audio among them. An event that two
 * readers could read differently, because it names a field twice that matters here, is not read at all. Used once.
 */
final class EventReader {
    private static final int MAX_DEPTH = 200;
    private static final int MOST_TEXT = 200;

    private static final JsonFactory JSON = JsonFactory.builder().disable(JsonFactory.Feature.CHARSET_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(Integer.MAX_VALUE).build())
            .build();

    private final JsonParser parser;
    private final Set<String> seen = new HashSet<>();
    private final List<Event.Named> models = new ArrayList<>(1);
    private String type = "";
    private @Nullable String id;
    private @Nullable String response;
    private @Nullable String refers;
    private long cap;
    private @Nullable Usage usage;
    private String status = "";
    private String errorCode = "";
    private int deltaBytes;
    private int audioBytes;
    private boolean twice;

    private EventReader(JsonParser parser) {
        this.parser = parser;
    }

    /** Whether the first thing in those bytes that is no blank opens an object. */
    static boolean looksLikeEvent(byte[] bytes) {
        for (byte b : bytes) {
            if (b != ' ' && b != '\t' && b != '\r' && b != '\n') {
                return b == '{';
            }
        }
        return false;
    }

    /** The event in those bytes; {@code null} when they are no JSON object, or one that could be read in two ways. */
    static @Nullable Event read(byte[] bytes) {
        try (JsonParser parser = JSON.createParser(bytes)) {
            return parser.nextToken() == JsonToken.START_OBJECT ? new EventReader(parser).event() : null;
        } catch (IOException _) {
            return null;
        }
    }

    private @Nullable Event event() throws IOException {
        top();
        if (parser.nextToken() != null || twice) {
            return null;
        }
        return new Event(type, id, response, refers, List.copyOf(models), cap, usage, status, errorCode, deltaBytes,
                audioBytes);
    }

    private void top() throws IOException {
        JsonToken token = parser.nextToken();
        while (token == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            token = parser.nextToken();
            switch (name) {
                case "type" -> type = text(name);
                case "event_id" -> id = text(name);
                case "response_id" -> response = text(name);
                case "model" -> model("model");
                case "usage" -> usage = UsageReader.read(parser).orElse(usage);
                case "session", "response" -> inside(name);
                case "error" -> error();
                case "delta" -> {
                    long from = offset();
                    token = past();
                    deltaBytes = (int) (offset() - from);
                    continue;
                }
                case "audio" -> {
                    long from = offset();
                    token = past();
                    audioBytes = (int) (offset() - from);
                    continue;
                }
                default -> parser.skipChildren();
            }
            token = parser.nextToken();
        }
    }

    /** Of the session, or of a response. */
    private void inside(String object) throws IOException {
        once(object);
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            boolean ofResponse = object.equals("response");
            switch (name) {
                case "model" -> model(object + ".model");
                // The second is how it was called before the protocol was declared stable.
                case "max_output_tokens", "max_response_output_tokens" -> cap = number();
                case "id" -> {
                    if (ofResponse) {
                        response = text("response_id");
                    }
                }
                case "status" -> status = text(object + ".status");
                case "usage" -> {
                    if (ofResponse) {
                        usage = UsageReader.read(parser).orElse(usage);
                    } else {
                        parser.skipChildren();
                    }
                }
                default -> parser.skipChildren();
            }
        }
    }

    private void error() throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
        }
        String kind = "";
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "code" -> errorCode = text("error.code");
                case "type" -> kind = text("error.type");
                case "event_id" -> refers = text("error.event_id");
                default -> parser.skipChildren();
            }
        }
        errorCode = errorCode.isEmpty() ? kind : errorCode;
    }

    private void model(String where) throws IOException {
        once(where);
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            parser.skipChildren();
            return;
        }
        int start = (int) offset();
        String name = parser.getText();
        parser.finishToken();
        models.add(new Event.Named(name, start, (int) parser.currentLocation().getByteOffset()));
    }

    private String text(String where) throws IOException {
        once(where);
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            parser.skipChildren();
            return "";
        }
        String text = parser.getText();
        return text.length() <= MOST_TEXT ? text : text.substring(0, MOST_TEXT);
    }

    private long number() throws IOException {
        boolean usable = parser.currentToken() == JsonToken.VALUE_NUMBER_INT && parser.getTextLength() <= 15;
        long value = usable ? Math.max(0, parser.getLongValue()) : 0;
        parser.skipChildren();
        return value;
    }

    private void once(String where) {
        twice |= !seen.add(where);
    }

    /** Where the current token begins. */
    private long offset() {
        return parser.currentTokenLocation().getByteOffset();
    }

    /** Goes on to the token behind the current value. */
    private @Nullable JsonToken past() throws IOException {
        parser.skipChildren();
        return parser.nextToken();
    }
}
