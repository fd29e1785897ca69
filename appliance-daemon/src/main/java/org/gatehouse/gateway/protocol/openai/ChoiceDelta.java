package org.gatehouse.gateway.protocol.openai;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.Block;

/** What one chunk says of one choice, in whatever order its fields came. Lives for one chunk. */
final class ChoiceDelta {
    int index;
    String content = "";
    String refusal = "";
    private String reasoningContent = "";
    private String reasoning = "";
    private @Nullable List<Block> details;
    List<CallDelta> calls = List.of();
    @Nullable
    String finish;
    @Nullable
    String stopString;
    @Nullable
    String original;

    /** What a chunk says of one tool call; {@code index} -1 when it names none. */
    record CallDelta(int index, String id, String name, String arguments, @Nullable String seal) {}

    /** Reads the choice at whose start the parser stands. */
    void read(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (name) {
                case "index" -> {
                    if (value == JsonToken.VALUE_NUMBER_INT) {
                        index = parser.getIntValue();
                    }
                }
                // A server that streams its last word as a whole message says the same by it.
                case "delta" -> delta(parser);
                case "finish_reason" -> finish = optional(parser, value);
                case "stop_reason" -> stopString = optional(parser, value);
                case "native_finish_reason" -> original = optional(parser, value);
                default -> parser.skipChildren();
            }
        }
    }

    private static @Nullable String optional(JsonParser parser, JsonToken value) throws IOException {
        String text = ChatEventReader.textOf(parser, value);
        return text.isEmpty() ? null : text;
    }

    private void delta(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (name) {
                case "content" -> {
                    if (value == JsonToken.START_ARRAY) {
                        parts(JsonText.MAPPER.readTree(parser));
                    } else {
                        content = ChatEventReader.textOf(parser, value);
                    }
                }
                case "reasoning_content" -> reasoningContent = ChatEventReader.textOf(parser, value);
                case "reasoning" -> reasoning = ChatEventReader.textOf(parser, value);
                case "refusal" -> refusal = ChatEventReader.textOf(parser, value);
                case "reasoning_details", "thinking_blocks" -> {
                    if (value == JsonToken.START_ARRAY) {
                        JsonNode array = JsonText.MAPPER.readTree(parser);
                        details = PastThoughts.read(JsonText.NODES.objectNode().set(name, array));
                    } else {
                        parser.skipChildren();
                    }
                }
                case "tool_calls" -> calls(parser);
                case "function_call" -> {
                    if (value == JsonToken.START_OBJECT) {
                        add(call(parser));
                    } else {
                        parser.skipChildren();
                    }
                }
                default -> parser.skipChildren();
            }
        }
    }

    /** Mistral's array, with thoughts among the text. */
    private void parts(JsonNode parts) {
        StringBuilder text = new StringBuilder();
        StringBuilder thoughts = new StringBuilder();
        for (JsonNode part : parts) {
            text.append(part.path("text").asText(""));
            thoughts.append(ChatReplyReader.thoughts(part));
        }
        content = text.toString();
        reasoning = thoughts.toString();
    }

    private void calls(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() == JsonToken.START_OBJECT) {
                add(call(parser));
            } else {
                parser.skipChildren();
            }
        }
    }

    private void add(CallDelta call) {
        if (calls.isEmpty()) {
            calls = new ArrayList<>(1);
        }
        calls.add(call);
    }

    /** Reads a call of {@code tool_calls}, or the fields of a function, which are on the top of the older shape. */
    private static CallDelta call(JsonParser parser) throws IOException {
        int index = -1;
        String id = "";
        String name = "";
        String arguments = "";
        String seal = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (field) {
                case "index" -> index = value == JsonToken.VALUE_NUMBER_INT ? parser.getIntValue() : -1;
                case "id" -> id = ChatEventReader.textOf(parser, value);
                case "name" -> name = ChatEventReader.textOf(parser, value);
                case "arguments" -> arguments = arguments(parser, value);
                case "function" -> {
                    if (value == JsonToken.START_OBJECT) {
                        CallDelta function = call(parser);
                        name = function.name;
                        arguments = function.arguments;
                    } else {
                        parser.skipChildren();
                    }
                }
                case "extra_content" -> seal = ChatMessages.sealOf(
                        JsonText.NODES.objectNode().set("extra_content", JsonText.MAPPER.readTree(parser)));
                default -> parser.skipChildren();
            }
        }
        return new CallDelta(index, id, name, arguments, seal);
    }

    private static String arguments(JsonParser parser, JsonToken value) throws IOException {
        if (value == JsonToken.START_OBJECT) {
            return JsonText.MAPPER.readTree(parser).toString();
        }
        return ChatEventReader.textOf(parser, value);
    }

    /** The thoughts of this chunk: the same words may stand under several names. */
    String thoughts() {
        return reasoningContent.isEmpty() ? reasoning : reasoningContent;
    }

    /** Thoughts that came with seals, or under a name that only they use. */
    List<Block> details() {
        return details == null ? List.of() : details;
    }
}
