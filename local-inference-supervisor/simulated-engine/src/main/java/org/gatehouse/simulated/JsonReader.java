package org.gatehouse.simulated;

import java.io.IOException;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.jspecify.annotations.Nullable;

/** Walks through a JSON request without building it up, and refuses values of the wrong type by the field's name. */
final class JsonReader implements AutoCloseable {
    private final JsonParser parser;
    private final JsonMapper mapper;

    JsonReader(JsonMapper mapper, byte[] body, int offset, int length) throws IOException {
        this.mapper = mapper;
        parser = mapper.createParser(body, offset, length);
    }

    JsonReader(JsonMapper mapper, Request request) throws IOException {
        this(mapper, request.body(), request.bodyOffset(), request.bodyLength());
    }

    /** Enters the outermost object. */
    void begin() throws IOException, Refused {
        JsonToken token = parser.nextToken();
        if (token == null) {
            throw new Refused(Problem.notJson("Expecting value"));
        }
        if (token != JsonToken.START_OBJECT) {
            throw new Refused(Problem.badRequest("The request body must be a JSON object.", null));
        }
    }

    /** Goes to the next field of the current object and on to its value; {@code null} at the object's end. */
    @Nullable
    String field() throws IOException {
        String name = parser.nextFieldName();
        if (name != null) {
            parser.nextToken();
        } else if (parser.currentToken() == null) {
            // The parser only knows this one way to say that the input ended inside of an object.
            throw new JsonEOFException(parser, JsonToken.NOT_AVAILABLE,
                    "the body ends inside of an object");
        }
        return name;
    }

    /** Checks that nothing follows the outermost object. */
    void end() throws IOException, Refused {
        if (parser.nextToken() != null) {
            throw new Refused(Problem.notJson("Extra data"));
        }
    }

    boolean isNull() {
        return parser.currentToken() == JsonToken.VALUE_NULL;
    }

    boolean isText() {
        return parser.currentToken() == JsonToken.VALUE_STRING;
    }

    boolean isNumber() {
        return parser.currentToken() == JsonToken.VALUE_NUMBER_INT;
    }

    boolean isObject() {
        return parser.currentToken() == JsonToken.START_OBJECT;
    }

    boolean isArray() {
        return parser.currentToken() == JsonToken.START_ARRAY;
    }

    /** Goes to the next element of the current array; false at its end. */
    boolean element() throws IOException {
        return parser.nextToken() != JsonToken.END_ARRAY;
    }

    void skip() throws IOException {
        parser.skipChildren();
    }

    JsonNode tree() throws IOException {
        return mapper.readTree(parser);
    }

    String text(String name) throws IOException, Refused {
        if (!isText()) {
            throw new Refused(Problem.wrongType(name, "string"));
        }
        return parser.getText();
    }

    char[] characters() throws IOException {
        return parser.getTextCharacters();
    }

    int charactersOffset() throws IOException {
        return parser.getTextOffset();
    }

    int charactersLength() throws IOException {
        return parser.getTextLength();
    }

    int integer(String name, int absent) throws IOException, Refused {
        if (isNull()) {
            return absent;
        }
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
                || parser.getLongValue() != (int) parser.getLongValue()) {
            throw new Refused(Problem.wrongType(name, "integer"));
        }
        return parser.getIntValue();
    }

    boolean flag(String name) throws Refused {
        return switch (parser.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE, VALUE_NULL -> false;
            case null, default -> throw new Refused(Problem.wrongType(name, "bool"));
        };
    }

    void needArray(String name) throws Refused {
        if (!isArray()) {
            throw new Refused(Problem.wrongType(name, "list"));
        }
    }

    void needObject(String name) throws Refused {
        if (!isObject()) {
            throw new Refused(Problem.wrongType(name, "dict"));
        }
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }
}
