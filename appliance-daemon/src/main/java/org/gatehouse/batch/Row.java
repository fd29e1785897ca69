package org.gatehouse.batch;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import org.jspecify.annotations.Nullable;

/**
 * A row of a batch: a call that somebody wrote down. Immutable.
 *
 * @param line where it stands
 * @param customId what the client calls it
 * @param body the call's, byte for byte as it was written
 */
@SuppressWarnings("ArrayRecordComponent") // a buffer that is handed on, never compared
record Row(int line, String customId, byte[] body) {
    private static final int LONGEST_ID = 512;
    private static final int DEEPEST = 200;
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST)
                    .maxStringLength(Integer.MAX_VALUE).build())
            .build();

    /** What a line turned out to be. */
    sealed interface Read {
        /** A row. */
        record Good(Row row) implements Read {}

        /** None. */
        record Wrong(LineProblem problem) implements Read {}
    }

    /** Reads a line that is not blank. */
    static Read read(Line line, Endpoint endpoint) {
        if (line.tooLong()) {
            return wrong(line, "row_too_large", "The row is longer than the box takes. Send less in one row.", null);
        }
        if (!mayBeAnObject(line.bytes())) {
            return wrong(line, "invalid_json_line", "The line is no JSON object in UTF-8. Write one on each line.",
                    null);
        }
        try {
            return new Reader(line, endpoint).read();
        } catch (JsonParseException e) {
            return wrong(line, "invalid_json_line", "The line is no JSON. Write one JSON object on each line.", null);
        } catch (IOException e) {
            return wrong(line, "invalid_json_line",
                    "The line is no JSON in UTF-8, or is nested too deeply. Write one JSON object on each line.", null);
        }
    }

    /** Told apart here, because the parser would guess other encodings and then cannot say where in the bytes it is. */
    private static boolean mayBeAnObject(byte[] line) {
        int first = 0;
        while (first < line.length && (line[first] == ' ' || line[first] == '\t')) {
            first++;
        }
        if (first == line.length || line[first] != '{') {
            return false;
        }
        for (byte b : line) {
            if (b == 0) {
                return false;
            }
        }
        return true;
    }

    private static Read wrong(Line line, String code, String message, @Nullable String param) {
        return new Read.Wrong(new LineProblem(code, message, param, line.number()));
    }

    /** Goes over a line once. */
    private static final class Reader {
        private final Line line;
        private final Endpoint endpoint;
        private final Set<String> seen = new HashSet<>();
        private @Nullable String customId;
        private @Nullable String method;
        private @Nullable String url;
        private byte @Nullable [] body;
        private boolean streamed;

        Reader(Line line, Endpoint endpoint) {
            this.line = line;
            this.endpoint = endpoint;
        }

        Read read() throws IOException {
            try (JsonParser json = JSON.createParser(line.bytes())) {
                if (json.nextToken() != JsonToken.START_OBJECT) {
                    return wrong(line, "invalid_json_line", "The line is no JSON object. Write one on each line.",
                            null);
                }
                while (json.nextToken() != JsonToken.END_OBJECT) {
                    String name = json.currentName();
                    if (!seen.add(name)) {
                        // Two readers may take two different ones for the one that counts.
                        return wrong(line, "invalid_json_line", "A member of the row is given twice. Give it once.",
                                name.length() <= 64 ? name : null);
                    }
                    json.nextToken();
                    member(name, json);
                }
                if (json.nextToken() != null) {
                    return wrong(line, "invalid_json_line",
                            "Something follows the object. Write one JSON object on each line.", null);
                }
            }
            return checked();
        }

        private void member(String name, JsonParser json) throws IOException {
            switch (name) {
                case "custom_id" -> customId = text(json);
                case "method" -> method = text(json);
                case "url" -> url = text(json);
                case "body" -> body = object(json);
                default -> json.skipChildren();
            }
        }

        private static @Nullable String text(JsonParser json) throws IOException {
            if (json.currentToken() == JsonToken.VALUE_STRING) {
                return json.getText();
            }
            json.skipChildren();
            return null;
        }

        private byte @Nullable [] object(JsonParser json) throws IOException {
            if (json.currentToken() != JsonToken.START_OBJECT) {
                json.skipChildren();
                return null;
            }
            int from = (int) json.currentTokenLocation().getByteOffset();
            while (json.nextToken() != JsonToken.END_OBJECT) {
                boolean stream = "stream".equals(json.currentName());
                streamed |= json.nextToken() == JsonToken.VALUE_TRUE && stream;
                json.skipChildren();
            }
            return Arrays.copyOfRange(line.bytes(), from, (int) json.currentLocation().getByteOffset());
        }

        private Read checked() {
            if (customId == null || customId.isEmpty() || customId.length() > LONGEST_ID) {
                return wrong(line, "missing_custom_id",
                        "The row has no custom_id of 1 to " + LONGEST_ID
                                + " characters. Give each row one of its own.",
                        "custom_id");
            }
            if (!"POST".equals(method)) {
                return wrong(line, "invalid_method", "The row's method must be POST.", "method");
            }
            if (!endpoint.path().equals(url)) {
                return wrong(line, "mismatched_url",
                        "The row's url must be the endpoint of its batch, " + endpoint.path() + ".", "url");
            }
            if (body == null) {
                return wrong(line, "missing_body", "The row's body must be a JSON object: the request itself.", "body");
            }
            if (streamed) {
                return wrong(line, "stream_not_supported",
                        "A row of a batch cannot be streamed. Leave stream out of its body.", "body.stream");
            }
            return new Read.Good(new Row(line.number(), customId, body));
        }
    }
}
