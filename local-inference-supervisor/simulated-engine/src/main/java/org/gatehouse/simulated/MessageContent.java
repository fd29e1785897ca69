package org.gatehouse.simulated;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

/** Reads the content of messages: text, or parts of text, images, audio and files; counts their tokens on the way. */
final class MessageContent {
    /** What an image costs, whatever its size. */
    static final int IMAGE_TOKENS = 256;
    /** What a piece of audio or a file costs. */
    static final int ATTACHMENT_TOKENS = 64;

    private final JsonReader json;
    private final PromptTokens tokens;
    private @Nullable String inThisMessage;
    private @Nullable String inLastUserMessage;

    MessageContent(JsonReader json, PromptTokens tokens) {
        this.json = json;
        this.tokens = tokens;
    }

    void beginMessage() {
        inThisMessage = null;
    }

    void endMessage(boolean fromUser) {
        if (fromUser) {
            inLastUserMessage = inThisMessage;
        }
    }

    /** The text with a directive in the last user message; {@code null} if it has none. */
    @Nullable
    String lastDirectiveText() {
        return inLastUserMessage;
    }

    /** Reads a string or an array of parts. */
    void read(String name) throws IOException, Refused {
        if (json.isText()) {
            text();
        } else if (json.isArray()) {
            while (json.element()) {
                if (json.isText()) {
                    text();
                } else {
                    json.needObject(name);
                    part(name);
                }
            }
        } else if (!json.isNull()) {
            throw new Refused(Problem.wrongType(name, "string"));
        }
    }

    /** Counts the text at the reader's place, and keeps it if it has a directive. */
    void text() throws IOException {
        char[] characters = json.characters();
        int offset = json.charactersOffset();
        int length = json.charactersLength();
        Tokenizer.split(characters, offset, length, tokens);
        for (int at = offset; at < offset + length - 4; at++) {
            if (characters[at] == '[' && characters[at + 1] == '[' && characters[at + 2] == 's'
                    && characters[at + 3] == 'i' && characters[at + 4] == 'm') {
                inThisMessage = new String(characters, offset, length);
                return;
            }
        }
    }

    private void part(String name) throws IOException, Refused {
        boolean known = false;
        for (String field = json.field(); field != null; field = json.field()) {
            switch (field) {
                case "text", "refusal" -> {
                    json.text(name + "." + field);
                    text();
                    known = true;
                }
                case "image_url", "image", "video_url" -> {
                    json.skip();
                    tokens.placeholder(IMAGE_TOKENS, 1);
                    known = true;
                }
                case "input_audio", "file", "file_id", "file_data", "file_url" -> {
                    json.skip();
                    tokens.placeholder(ATTACHMENT_TOKENS, 2);
                    known = true;
                }
                default -> json.skip();
            }
        }
        if (!known) {
            throw new Refused(Problem.badRequest("A content part has none of text, image_url, input_audio and file.",
                    name));
        }
    }

    /** Reads the tool calls of an assistant's message: names and arguments count, ids do not. */
    void toolCalls() throws IOException, Refused {
        if (!json.isArray()) {
            json.skip();
            return;
        }
        while (json.element()) {
            json.needObject("messages.tool_calls");
            for (String field = json.field(); field != null; field = json.field()) {
                if (field.equals("function") && json.isObject()) {
                    function();
                } else {
                    json.skip();
                }
            }
        }
    }

    private void function() throws IOException {
        for (String field = json.field(); field != null; field = json.field()) {
            if (json.isText() && (field.equals("name") || field.equals("arguments"))) {
                Tokenizer.split(json.characters(), json.charactersOffset(), json.charactersLength(), tokens);
            } else {
                json.skip();
            }
        }
    }
}
