package org.gatehouse.simulated;

import java.io.IOException;

import com.fasterxml.jackson.databind.JsonNode;

/** Reads a chat completion request, and a chat given to the tokenizer: both count with the same code. */
final class ChatRequestReader {
    private static final int USER = 1;

    private final JsonReader json;
    private final GenerationRequest request = new GenerationRequest();
    private final PromptTokens tokens;
    private final MessageContent content;
    private boolean sawMessages;
    private boolean replyPrompt = true;

    private ChatRequestReader(JsonReader json, PromptTokens tokens) {
        this.json = json;
        this.tokens = tokens;
        content = new MessageContent(json, tokens);
    }

    /** Reads the request, putting the prompt's tokens into {@code tokens}. */
    static GenerationRequest read(JsonReader json, PromptTokens tokens) throws IOException, Refused {
        return new ChatRequestReader(json, tokens).read();
    }

    private GenerationRequest read() throws IOException, Refused {
        json.begin();
        for (String name = json.field(); name != null; name = json.field()) {
            field(name);
        }
        json.end();
        if (!sawMessages) {
            throw new Refused(Problem.missing("messages"));
        }
        SharedFields.check(request);
        if (replyPrompt) {
            tokens.replyPrompt();
        }
        request.prompts.add(tokens);
        String directiveText = content.lastDirectiveText();
        if (directiveText != null) {
            request.directive = Directive.in(directiveText);
            request.directiveText = directiveText;
        }
        return request;
    }

    private void field(String name) throws IOException, Refused {
        switch (name) {
            case "messages" -> messages();
            case "tools" -> SharedFields.tools(json, request);
            case "tool_choice" -> SharedFields.toolChoice(json, request);
            case "response_format" -> responseFormat();
            case "logprobs" -> request.logprobs = json.flag(name);
            case "top_logprobs" -> request.topLogprobs = SharedFields.bounded(name, json.integer(name, 0), 0, 20);
            case "add_generation_prompt" -> replyPrompt = json.flag(name);
            case "max_completion_tokens" -> {
                int limit = SharedFields.limit(json, name);
                request.maxTokens = limit < 0 ? request.maxTokens : limit;
            }
            default -> SharedFields.read(json, name, request);
        }
    }

    private void messages() throws IOException, Refused {
        json.needArray("messages");
        int index = 0;
        while (json.element()) {
            json.needObject("messages." + index);
            message(index++);
        }
        if (index == 0) {
            throw new Refused(Problem.badRequest("messages must not be empty. Send at least one message.", "messages"));
        }
        sawMessages = true;
    }

    private void message(int index) throws IOException, Refused {
        int role = -1;
        content.beginMessage();
        for (String name = json.field(); name != null; name = json.field()) {
            switch (name) {
                case "role" -> role = role(json.text("messages." + index + ".role"), index);
                case "content" -> content.read("messages." + index + ".content");
                case "tool_calls" -> content.toolCalls();
                case "name", "tool_call_id", "refusal" -> json.skip();
                default -> json.skip();
            }
        }
        if (role < 0) {
            throw new Refused(Problem.missing("messages." + index + ".role"));
        }
        tokens.message(role);
        content.endMessage(role == USER);
    }

    static int role(String role, int index) throws Refused {
        return switch (role) {
            case "system", "developer" -> 0;
            case "user" -> USER;
            case "assistant" -> 2;
            case "tool", "function" -> 3;
            default -> throw new Refused(Problem.badRequest("Unknown role `" + role
                    + "`. Use system, developer, user, assistant or tool.", "messages." + index + ".role"));
        };
    }

    private void responseFormat() throws IOException, Refused {
        if (json.isNull()) {
            return;
        }
        json.needObject("response_format");
        JsonNode format = json.tree();
        switch (format.path("type").asText()) {
            case "text" -> request.jsonObject = false;
            case "json_object" -> request.jsonObject = true;
            case "json_schema" -> request.schema = format.path("json_schema").path("schema");
            default -> throw new Refused(Problem.badRequest("Unknown response_format type `"
                    + format.path("type").asText() + "`. Use text, json_object or json_schema.",
                    "response_format.type"));
        }
    }
}
