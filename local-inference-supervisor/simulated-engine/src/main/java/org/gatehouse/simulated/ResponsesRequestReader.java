package org.gatehouse.simulated;

import java.io.IOException;

import com.fasterxml.jackson.databind.JsonNode;

/** Reads a request to the responses surface: input as text or as items, instructions, flat tool definitions. */
final class ResponsesRequestReader {
    private static final int SYSTEM = 0;
    private static final int USER = 1;
    private static final int TOOL = 3;

    private final JsonReader json;
    private final PromptTokens tokens;
    private final GenerationRequest request = new GenerationRequest();
    private final MessageContent content;
    private boolean sawInput;

    private ResponsesRequestReader(JsonReader json, PromptTokens tokens) {
        this.json = json;
        this.tokens = tokens;
        content = new MessageContent(json, tokens);
    }

    static GenerationRequest read(JsonReader json, PromptTokens tokens) throws IOException, Refused {
        return new ResponsesRequestReader(json, tokens).read();
    }

    private GenerationRequest read() throws IOException, Refused {
        json.begin();
        for (String name = json.field(); name != null; name = json.field()) {
            switch (name) {
                case "input" -> input();
                case "instructions" -> instructions();
                case "max_output_tokens" -> request.maxTokens = SharedFields.limit(json, name);
                case "tools" -> SharedFields.tools(json, request);
                case "tool_choice" -> SharedFields.toolChoice(json, request);
                case "text" -> text();
                case "reasoning" -> reasoning();
                case "max_tokens", "n" -> json.skip();
                default -> SharedFields.read(json, name, request);
            }
        }
        json.end();
        if (!sawInput) {
            throw new Refused(Problem.missing("input"));
        }
        SharedFields.check(request);
        tokens.replyPrompt();
        request.prompts.add(tokens);
        String directiveText = content.lastDirectiveText();
        if (directiveText != null) {
            request.directive = Directive.in(directiveText);
            request.directiveText = directiveText;
        }
        return request;
    }

    private void instructions() throws IOException, Refused {
        if (!json.isNull()) {
            content.beginMessage();
            content.read("instructions");
            tokens.message(SYSTEM);
        }
    }

    private void input() throws IOException, Refused {
        sawInput = true;
        if (json.isText()) {
            content.beginMessage();
            content.text();
            tokens.message(USER);
            content.endMessage(true);
            return;
        }
        json.needArray("input");
        int index = 0;
        while (json.element()) {
            json.needObject("input." + index);
            item(index++);
        }
        if (index == 0) {
            throw new Refused(Problem.badRequest("input must not be empty. Send a text or at least one item.",
                    "input"));
        }
    }

    private void item(int index) throws IOException, Refused {
        int role = TOOL;
        content.beginMessage();
        for (String name = json.field(); name != null; name = json.field()) {
            switch (name) {
                case "role" -> role = ChatRequestReader.role(json.text("input." + index + ".role"), index);
                case "content" -> content.read("input." + index + ".content");
                case "name", "arguments" -> {
                    json.text("input." + index + "." + name);
                    content.text();
                }
                case "output" -> content.read("input." + index + ".output");
                default -> json.skip();
            }
        }
        tokens.message(role);
        content.endMessage(role == USER);
    }

    private void text() throws IOException {
        JsonNode format = json.tree().path("format");
        switch (format.path("type").asText()) {
            case "json_object" -> request.jsonObject = true;
            case "json_schema" -> request.schema = format.path("schema");
            default -> request.jsonObject = false;
        }
    }

    private void reasoning() throws IOException, Refused {
        JsonNode effort = json.tree().path("effort");
        if (effort.isTextual()) {
            request.reasoning = SharedFields.reasoning(effort.asText());
        }
    }
}
