package org.gatehouse.simulated;

import java.io.IOException;

/** Reads a text completion request: one prompt or several, as text or as token numbers. */
final class CompletionRequestReader {
    /** What both vLLM and the commercial API generate when the request does not say. */
    private static final int DEFAULT_MAX_TOKENS = 16;

    private final JsonReader json;
    private final Engine engine;
    private final GenerationRequest request = new GenerationRequest();

    private CompletionRequestReader(JsonReader json, Engine engine) {
        this.json = json;
        this.engine = engine;
    }

    static GenerationRequest read(JsonReader json, Engine engine) throws IOException, Refused {
        return new CompletionRequestReader(json, engine).read();
    }

    private GenerationRequest read() throws IOException, Refused {
        json.begin();
        for (String name = json.field(); name != null; name = json.field()) {
            switch (name) {
                case "prompt" -> InputReader.read(json, name, engine, request);
                case "echo" -> request.echo = json.flag(name);
                case "logprobs" -> {
                    request.logprobs = !json.isNull();
                    request.topLogprobs = SharedFields.bounded(name, json.integer(name, 0), 0, 20);
                }
                default -> SharedFields.read(json, name, request);
            }
        }
        json.end();
        if (request.prompts.isEmpty()) {
            throw new Refused(Problem.missing("prompt"));
        }
        for (PromptTokens prompt : request.prompts) {
            if (prompt.count() == 0) {
                throw new Refused(Problem.badRequest("The decoder prompt cannot be empty. Send at least one token.",
                        "prompt"));
            }
        }
        SharedFields.check(request);
        request.directiveText = request.promptTexts.getLast();
        request.directive = Directive.in(request.directiveText);
        if (request.maxTokens < 0) {
            request.maxTokens = DEFAULT_MAX_TOKENS;
        }
        return request;
    }
}
