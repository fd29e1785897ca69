package org.gatehouse.simulated;

import java.io.IOException;
import java.util.Base64;

import com.fasterxml.jackson.databind.JsonNode;

/** What only a commercial API has: speech, images, moderations. Small, and real files of their kinds. */
final class MediaSurfaces {
    /** What one made image costs in output tokens. */
    static final int TOKENS_PER_IMAGE = 272;
    private static final int MOST_IMAGES = 10;
    private static final int MILLIS_PER_TOKEN = 60;
    private static final int LONGEST_MILLIS = 10_000;
    private static final String[] CATEGORIES = {"harassment", "harassment/threatening", "hate", "hate/threatening",
            "illicit", "illicit/violent", "self-harm", "self-harm/instructions", "self-harm/intent", "sexual",
            "sexual/minors", "violence", "violence/graphic"};

    /** A tone that is longer for a longer text. */
    void speech(Exchange exchange) throws IOException, Refused {
        JsonNode body = object(exchange);
        GenerationRequest request = request(body);
        String input = text(body, "input");
        if (!body.path("voice").isTextual() && !body.path("voice").isObject()) {
            throw new Refused(Problem.missing("voice"));
        }
        request.directive = Directive.in(input);
        PromptTokens tokens = prompt(input, request);
        try (Generation generation = Generation.begin(exchange, request, 1)) {
            generation.awaitInput();
            byte[] wave = Wave.tone(Math.min(LONGEST_MILLIS, tokens.count() * MILLIS_PER_TOKEN));
            generation.completed();
            exchange.reply().whole(200, "audio/wav", exchange.scratch().put(wave));
        }
    }

    void generateImages(Exchange exchange) throws IOException, Refused {
        JsonNode body = object(exchange);
        images(exchange, request(body), text(body, "prompt"), body.path("n").asInt(1),
                body.path("response_format").asText("b64_json"), 0);
    }

    void editImages(Exchange exchange) throws IOException, Refused {
        Multipart form = Multipart.read(exchange.request());
        if (form.bytes("image") == null && form.bytes("image[]") == null) {
            throw new Refused(Problem.missing("image"));
        }
        GenerationRequest request = new GenerationRequest();
        request.inputOnly = true;
        request.model = form.text("model", "");
        String count = form.text("n", "1");
        images(exchange, request, form.text("prompt", ""), count.matches("\\d{1,3}") ? Integer.parseInt(count) : 0,
                form.text("response_format", "b64_json"), MessageContent.IMAGE_TOKENS);
    }

    private static void images(Exchange exchange, GenerationRequest request, String prompt, int count, String format,
            int imageTokens) throws IOException, Refused {
        SharedFields.bounded("n", count, 1, MOST_IMAGES);
        request.directive = Directive.in(prompt);
        PromptTokens tokens = prompt(prompt, request);
        int textTokens = tokens.count();
        tokens.placeholder(imageTokens, 1);
        try (Generation generation = Generation.begin(exchange, request, 1)) {
            generation.awaitInput();
            generation.made(count * TOKENS_PER_IMAGE);
            Bytes out = exchange.scratch().ascii("{\"created\":").number(exchange.engine().epochMillis() / 1000);
            out.ascii(",\"system_fingerprint\":\"simulated\",\"size\":\"1024x1024\",\"quality\":\"low\",");
            out.ascii("\"output_format\":\"png\",\"background\":\"opaque\",\"data\":[");
            for (int i = 0; i < count; i++) {
                out.ascii(i > 0 ? "," : "");
                if (format.equals("url")) {
                    out.ascii("{\"url\":\"https://simulated.invalid/image-").number(i).ascii(".png\"}");
                } else {
                    out.ascii("{\"b64_json\":\"").put(Base64.getEncoder().encode(Picture.png(0x3F7FBF + i * 40)))
                            .ascii("\"}");
                }
            }
            out.put(']');
            if (request.directive.fault() != Fault.NO_USAGE) {
                int output = request.directive.fault() == Fault.WRONG_USAGE ? -7 : count * TOKENS_PER_IMAGE;
                out.ascii(",\"usage\":{\"total_tokens\":").number((long) tokens.count() + output);
                out.ascii(",\"input_tokens\":").number(tokens.count()).ascii(",\"output_tokens\":").number(output);
                out.ascii(",\"input_tokens_details\":{\"text_tokens\":").number(textTokens);
                out.ascii(",\"image_tokens\":").number(imageTokens).ascii("}}");
            }
            out.put('}');
            generation.completed();
            Faults.sendWhole(exchange, request.directive, out);
        }
    }

    void moderate(Exchange exchange) throws IOException, Refused {
        GenerationRequest request = new GenerationRequest();
        request.inputOnly = true;
        Engine engine = exchange.engine();
        try (JsonReader json = new JsonReader(engine.json(), exchange.request())) {
            json.begin();
            for (String name = json.field(); name != null; name = json.field()) {
                if (name.equals("input")) {
                    moderationInput(json.tree(), request);
                } else {
                    SharedFields.read(json, name, request);
                }
            }
            json.end();
        }
        if (request.prompts.isEmpty()) {
            throw new Refused(Problem.missing("input"));
        }
        request.directive = Directive.in(request.promptTexts.getLast());
        if (request.model.isEmpty()) {
            request.model = engine.servedName();
        }
        try (Generation generation = Generation.begin(exchange, request, 1)) {
            generation.awaitInput();
            Bytes out = exchange.scratch().ascii("{\"id\":\"modr-").escaped(exchange.entry().id());
            out.ascii("\",\"model\":").quoted(engine.servedName());
            out.ascii(",\"system_fingerprint\":\"simulated\",\"results\":[");
            for (int i = 0; i < request.promptTexts.size(); i++) {
                out.ascii(i > 0 ? "," : "");
                verdict(Directive.in(request.promptTexts.get(i)).flagged(), out);
            }
            out.ascii("]}");
            generation.completed();
            Faults.sendWhole(exchange, request.directive, out);
        }
    }

    private static void moderationInput(JsonNode input, GenerationRequest request) throws Refused {
        if (input.isTextual()) {
            request.promptTexts.add(input.asText());
        } else if (input.isArray()) {
            for (JsonNode one : input) {
                request.promptTexts.add(one.isTextual() ? one.asText() : one.path("text").asText(""));
            }
        } else {
            throw new Refused(Problem.wrongType("input", "string"));
        }
        for (String text : request.promptTexts) {
            PromptTokens tokens = PromptTokens.counting();
            Tokenizer.split(text, tokens);
            request.prompts.add(tokens);
        }
    }

    private static void verdict(boolean flagged, Bytes out) {
        out.ascii("{\"flagged\":").ascii(Boolean.toString(flagged)).ascii(",\"categories\":{");
        String separator = "";
        for (String category : CATEGORIES) {
            out.ascii(separator).quoted(category).ascii(flagged && category.equals("violence") ? ":true" : ":false");
            separator = ",";
        }
        out.ascii("},\"category_scores\":{");
        separator = "";
        for (String category : CATEGORIES) {
            out.ascii(separator).quoted(category).ascii(flagged && category.equals("violence") ? ":0.97" : ":0.01");
            separator = ",";
        }
        out.ascii("},\"category_applied_input_types\":{");
        separator = "";
        for (String category : CATEGORIES) {
            out.ascii(separator).quoted(category).ascii(":[\"text\"]");
            separator = ",";
        }
        out.ascii("}}");
    }

    private static JsonNode object(Exchange exchange) throws IOException, Refused {
        try (JsonReader json = new JsonReader(exchange.engine().json(), exchange.request())) {
            json.begin();
            return json.tree();
        }
    }

    private static GenerationRequest request(JsonNode body) throws Refused {
        GenerationRequest request = new GenerationRequest();
        request.inputOnly = true;
        request.model = text(body, "model");
        return request;
    }

    private static PromptTokens prompt(String text, GenerationRequest request) {
        PromptTokens tokens = PromptTokens.withBlocks();
        Tokenizer.split(text, tokens);
        request.prompts.add(tokens);
        return tokens;
    }

    private static String text(JsonNode body, String name) throws Refused {
        if (body.path(name).isMissingNode()) {
            throw new Refused(Problem.missing(name));
        }
        if (!body.path(name).isTextual()) {
            throw new Refused(Problem.wrongType(name, "string"));
        }
        return body.path(name).asText();
    }
}
