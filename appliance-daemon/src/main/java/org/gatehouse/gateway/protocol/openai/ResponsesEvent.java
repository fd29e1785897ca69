package org.gatehouse.gateway.protocol.openai;

import java.io.IOException;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one event of {@code /v1/responses} that matter, in whatever order they came: vLLM writes the type last. Lives
 * for one event.
 */
final class ResponsesEvent {
    private static final JsonNode NOTHING = JsonText.NODES.missingNode();

    String type;
    /** A delta's words. */
    String words = "";
    /** The whole words of a part that is done: {@code text}, {@code refusal} or {@code arguments}. */
    String whole = "";
    int outputIndex;
    /** {@code content_index} or {@code summary_index}. */
    int partIndex;
    JsonNode item = NOTHING;
    JsonNode response = NOTHING;
    boolean error;

    ResponsesEvent(@Nullable String type) {
        this.type = type == null ? "" : type;
    }

    /** Reads the object at whose start the parser stands; false when it does not end where its text does. */
    boolean read(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (name) {
                case "type" -> type = ChatEventReader.textOf(parser, value);
                case "delta" -> words = ChatEventReader.textOf(parser, value);
                case "text", "refusal", "arguments" -> whole = ChatEventReader.textOf(parser, value);
                case "output_index" -> outputIndex = number(parser, value);
                case "content_index", "summary_index" -> partIndex = number(parser, value);
                case "item" -> item = JsonText.MAPPER.readTree(parser);
                case "response" -> {
                    if (type.equals("response.in_progress")) {
                        parser.skipChildren();
                    } else {
                        response = JsonText.MAPPER.readTree(parser);
                    }
                }
                case "error" -> {
                    error = value != JsonToken.VALUE_NULL;
                    parser.skipChildren();
                }
                default -> parser.skipChildren();
            }
        }
        return parser.currentToken() == JsonToken.END_OBJECT && parser.nextToken() == null;
    }

    private static int number(JsonParser parser, JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_NUMBER_INT) {
            return parser.getIntValue();
        }
        parser.skipChildren();
        return 0;
    }
}
