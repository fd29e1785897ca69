package org.gatehouse.gateway.dialect.openai;

import java.io.IOException;
import java.util.Set;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

import org.gatehouse.governance.snapshot.Surface;

/**
 * How many tokens the prompts of one request can have at most, as far as bytes tell: a token covers at least one byte of
 * what the model reads, and a chat template adds fewer tokens a message than its JSON has bytes. Bytes tell nothing of
 * what is only pointed at (a picture's address, a stored conversation) and little of what is no text.
 *
 * <p>Made for one request, fed while its body is read.
 */
public final class PromptBound {
    /** Covers a chat template's own opening, such as a default system prompt. */
    private static final int TEMPLATE_TOKENS = 64;
    /** Covers how templates explain to a model that it may call tools. */
    private static final int TOOL_TEMPLATE_TOKENS = 512;
    /** Inside messages, whatever has one of these is no plain text. */
    private static final Set<String> NO_TEXT = Set.of("image_url", "image", "image_embeds", "image_pil", "input_image",
            "video_url", "video", "audio_url", "audio", "audio_embeds", "input_audio", "file", "file_id", "file_url",
            "file_data", "item_reference");

    /** The types of Anthropic's blocks that are no plain text; its tools' arguments may have any field by any name. */
    private static final Set<String> NO_TEXT_BLOCKS = Set.of("image", "document", "container_upload",
            "web_search_tool_result", "web_fetch_tool_result", "code_execution_tool_result", "compaction");

    private final JsonParser parser;
    private final int bodyBytes;
    private int prompts = 1;
    private long queryBytes;
    private boolean opaque;
    private boolean tools;

    /** Takes the parser that reads the body and how long that is. */
    public PromptBound(JsonParser parser, int bodyBytes) {
        this.parser = parser;
        this.bodyBytes = bodyBytes;
    }

    /** Takes the value of a field of the body at whose start the parser stands, and leaves the parser at its end. */
    void field(Surface surface, String name) throws IOException {
        switch (name) {
            case "tools", "functions" -> tools(surface);
            // The prompt goes on from what the upstream keeps, or is filled in there.
            case "previous_response_id", "conversation", "web_search_options" -> opaque |= !isNull();
            // Tools and files that the upstream fetches by itself.
            case "mcp_servers", "container" -> opaque |= isAnthropic(surface) && !isNull();
            case "system" -> message(surface);
            case "prompt" -> {
                if (surface == Surface.COMPLETIONS) {
                    list();
                } else {
                    opaque |= surface == Surface.RESPONSES && !isNull();
                }
            }
            case "input" -> {
                if (surface == Surface.RESPONSES) {
                    value();
                } else {
                    list();
                }
            }
            case "query" -> {
                long start = parser.currentTokenLocation().getByteOffset();
                parser.skipChildren();
                parser.finishToken();
                queryBytes = parser.currentLocation().getByteOffset() - start;
            }
            case "documents" -> list();
            default -> throw new IllegalArgumentException(name + " is no part of a prompt");
        }
    }

    /** Takes one message at whose start the parser stands. */
    void message(Surface surface) throws IOException {
        if (isAnthropic(surface)) {
            value(Set.of(), NO_TEXT_BLOCKS);
        } else {
            value();
        }
    }

    /** Takes a value of any shape that the model reads. */
    void value() throws IOException {
        value(NO_TEXT, NO_TEXT);
    }

    private void value(Set<String> opaqueFields, Set<String> opaqueTypes) throws IOException {
        int depth = 0;
        for (JsonToken token = parser.currentToken(); token != null; token = parser.nextToken()) {
            if (token.isStructStart()) {
                depth++;
            } else if (token.isStructEnd()) {
                depth--;
            } else if (token == JsonToken.FIELD_NAME) {
                opaque |= opaqueFields.contains(parser.currentName());
            } else if (token == JsonToken.VALUE_STRING && "type".equals(parser.currentName())) {
                opaque |= opaqueTypes.contains(parser.getText());
            }
            if (depth == 0) {
                return;
            }
        }
    }

    /** A prompt or a list of them; a list of numbers is one prompt in tokens. */
    private void list() throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            value();
            return;
        }
        int items = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items += parser.currentToken().isNumeric() ? 0 : 1;
            value();
        }
        prompts = Math.max(1, items);
    }

    /** Tools that the upstream runs by itself read what nobody here sees. */
    private void tools(Surface surface) throws IOException {
        tools |= !isNull();
        boolean runs = surface == Surface.RESPONSES || isAnthropic(surface);
        if (!runs || parser.currentToken() != JsonToken.START_ARRAY) {
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            // Anthropic's own clients leave the type out.
            boolean function = isAnthropic(surface);
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean type = parser.currentName().equals("type");
                if (parser.nextToken() == JsonToken.VALUE_STRING && type) {
                    function = parser.getText().equals("function") || parser.getText().equals("custom");
                }
                parser.skipChildren();
            }
            opaque |= !function;
        }
    }

    private static boolean isAnthropic(Surface surface) {
        return surface == Surface.MESSAGES || surface == Surface.COUNT_TOKENS;
    }

    private boolean isNull() {
        return parser.currentToken() == JsonToken.VALUE_NULL;
    }

    /** Something in the prompt is no text, or is only pointed at. */
    public void opaque() {
        opaque = true;
    }

    /** The model is told of tools. */
    public void tools() {
        tools = true;
    }

    /** How many prompts there are, at least 1. */
    int prompts() {
        return prompts;
    }

    /** Tokens of all prompts at most; {@link Long#MAX_VALUE} when bytes do not tell. */
    public long tokens() {
        if (opaque) {
            return Long.MAX_VALUE;
        }
        // Rerankers read the query anew with each document.
        return bodyBytes + TEMPLATE_TOKENS + (tools ? TOOL_TEMPLATE_TOKENS : 0) + queryBytes * (prompts - 1);
    }
}
