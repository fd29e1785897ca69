package org.gatehouse.simulated;

import java.io.IOException;

/** Reads an input that is a text, several texts, token numbers, or several runs of token numbers. */
final class InputReader {
    /** The most inputs in one request, as the commercial API has it. */
    private static final int MOST_INPUTS = 2048;

    private InputReader() {}

    /** Adds the inputs at the reader's place to the request's prompts, as tokens and as text. */
    static void read(JsonReader json, String name, Engine engine, GenerationRequest request)
            throws IOException, Refused {
        if (json.isText()) {
            text(json.text(name), engine, request);
            return;
        }
        json.needArray(name);
        PromptTokens numbers = null;
        StringBuilder numbersText = new StringBuilder();
        while (json.element()) {
            if (json.isNumber()) {
                numbers = numbers == null ? tokens(engine) : numbers;
                number(json, name, numbers, numbersText);
            } else if (json.isArray()) {
                PromptTokens tokens = tokens(engine);
                StringBuilder text = new StringBuilder();
                while (json.element()) {
                    number(json, name, tokens, text);
                }
                add(tokens, text.toString(), name, request);
            } else {
                text(json.text(name), engine, request);
            }
        }
        if (numbers != null) {
            add(numbers, numbersText.toString(), name, request);
        }
        if (request.prompts.isEmpty()) {
            throw new Refused(Problem.badRequest(name + " must not be an empty list.", name));
        }
    }

    private static void text(String text, Engine engine, GenerationRequest request) throws Refused {
        PromptTokens tokens = tokens(engine);
        Tokenizer.split(text, tokens);
        add(tokens, text, "input", request);
    }

    private static void number(JsonReader json, String name, PromptTokens tokens, StringBuilder text)
            throws IOException, Refused {
        int number = json.integer(name, -1);
        if (number < 0) {
            throw new Refused(Problem.badRequest("Token id " + number + " is out of vocabulary.", name));
        }
        tokens.token(number);
        text.append(Tokenizer.text(number));
    }

    private static void add(PromptTokens tokens, String text, String name, GenerationRequest request) throws Refused {
        if (request.prompts.size() == MOST_INPUTS) {
            throw new Refused(Problem.badRequest(name + " has more than " + MOST_INPUTS + " items.", name));
        }
        request.prompts.add(tokens);
        request.promptTexts.add(text);
    }

    private static PromptTokens tokens(Engine engine) {
        return engine.tellsCachedTokens() ? PromptTokens.withBlocks() : PromptTokens.counting();
    }
}
