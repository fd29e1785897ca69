package org.gatehouse.simulated;

import java.io.IOException;

/** Text to tokens and back, with the same counting as the surfaces that generate. */
final class TokenizeSurface {

    /** A prompt, or a chat with its tools. */
    void tokenize(Exchange exchange) throws IOException, Refused {
        Engine engine = exchange.engine();
        PromptTokens tokens = PromptTokens.withNumbers();
        String prompt = null;
        String model = "";
        boolean texts = false;
        try (JsonReader json = new JsonReader(engine.json(), exchange.request())) {
            json.begin();
            for (String name = json.field(); name != null; name = json.field()) {
                switch (name) {
                    case "prompt" -> prompt = json.text(name);
                    case "model" -> model = json.isNull() ? "" : json.text(name);
                    case "return_token_strs" -> texts = json.flag(name);
                    default -> json.skip();
                }
            }
            json.end();
        }
        int toolTokens = 0;
        if (prompt != null) {
            Tokenizer.split(prompt, tokens);
        } else {
            try (JsonReader json = new JsonReader(engine.json(), exchange.request())) {
                toolTokens = ChatRequestReader.read(json, tokens).toolTokens;
            }
        }
        if (!engine.serves(model)) {
            throw new Refused(Problem.unknownModel(model));
        }
        tokens.placeholder(toolTokens, 3);
        write(engine, tokens.numbers(), texts, exchange);
    }

    private static void write(Engine engine, int[] numbers, boolean texts, Exchange exchange) throws IOException {
        Bytes out = exchange.scratch().ascii("{\"count\":").number(numbers.length).ascii(",\"max_model_len\":");
        out.number(engine.options().maxModelLength()).ascii(",\"tokens\":[");
        for (int i = 0; i < numbers.length; i++) {
            out.ascii(i > 0 ? "," : "").number(numbers[i]);
        }
        out.ascii("],\"token_strs\":");
        if (texts) {
            out.put('[');
            for (int i = 0; i < numbers.length; i++) {
                out.ascii(i > 0 ? "," : "").quoted(Tokenizer.text(numbers[i]));
            }
            out.put(']');
        } else {
            out.ascii("null");
        }
        exchange.json(200, out.put('}'));
    }

    void detokenize(Exchange exchange) throws IOException, Refused {
        StringBuilder text = new StringBuilder();
        boolean sawTokens = false;
        try (JsonReader json = new JsonReader(exchange.engine().json(), exchange.request())) {
            json.begin();
            for (String name = json.field(); name != null; name = json.field()) {
                if (name.equals("tokens")) {
                    json.needArray(name);
                    sawTokens = true;
                    while (json.element()) {
                        text.append(Tokenizer.text(json.integer(name, 0)));
                    }
                } else {
                    json.skip();
                }
            }
            json.end();
        }
        if (!sawTokens) {
            throw new Refused(Problem.missing("tokens"));
        }
        exchange.json(200, exchange.scratch().ascii("{\"prompt\":").quoted(text.toString()).put('}'));
    }
}
