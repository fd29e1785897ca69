package org.gatehouse.gateway.dialect.gemini;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.dialect.openai.JsonBody;
import org.gatehouse.gateway.dialect.openai.PromptBound;
import org.gatehouse.gateway.exchange.Dialect.Reading;
import org.gatehouse.gateway.exchange.ModelRequest;
import org.gatehouse.gateway.exchange.ModelRequest.CapPlace;
import org.gatehouse.gateway.exchange.ModelRequest.OutputCap;
import org.gatehouse.gateway.exchange.ModelRequest.Span;
import org.gatehouse.gateway.exchange.Refusal;

/**
 * Reads a request in one pass over its bytes: the few fields that governance needs, and where they stand. Protocol
 * buffers' JSON knows each field by two names, so the second one counts as the same field given twice. Made for one
 * request.
 */
final class GenerateRequestReader {
    private static final int MAX_MODEL_LENGTH = 256;
    private static final int MAX_CANDIDATES = 128;
    /** Parts that are no plain text, or that only point at something. */
    private static final Set<String> NO_TEXT = Set.of("inlinedata", "filedata", "videometadata");
    private static final List<String> GOVERNED = List.of("generationConfig", "maxOutputTokens", "candidateCount",
            "contents");

    private final JsonParser parser;
    private final byte[] body;
    private final String model;
    private final String method;
    private final PromptBound prompt;
    private @Nullable OutputCap cap;
    private @Nullable CapPlace capPlace;
    private int candidates = 1;
    private int prompts = 1;
    private @Nullable Refusal wrong;

    GenerateRequestReader(JsonParser parser, byte[] body, String model, String method) {
        this.parser = parser;
        this.body = body;
        this.model = model;
        this.method = method;
        this.prompt = new PromptBound(parser, body.length);
    }

    Reading read() throws IOException {
        if (model.length() > MAX_MODEL_LENGTH) {
            return new Reading.Wrong(Refusal.invalid(null,
                    "The model's name has more than " + MAX_MODEL_LENGTH
                            + " characters. Name a model that is listed."));
        }
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            return new Reading.Wrong(Refusal.invalid(null, "The body is not a JSON object. Send a JSON object."));
        }
        int insertAt = (int) parser.currentLocation().getByteOffset();
        Set<String> seen = new HashSet<>();
        while (wrong == null && parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = known("", seen);
            parser.nextToken();
            field(name);
            parser.skipChildren();
        }
        if (wrong == null && parser.nextToken() != null) {
            wrong = Refusal.invalid(null, "Something follows the JSON object. Send one object and nothing behind it.");
        }
        if (wrong == null) {
            wrong = missing(seen);
        }
        if (wrong != null) {
            return new Reading.Wrong(wrong);
        }
        return new Reading.Asked(new ModelRequest(body, model, null, insertAt, method.equals("streamGenerateContent"),
                null, true, true, cap, prompts, prompt.tokens(), candidates, List.of(), 1, capPlace));
    }

    /** The name at which the parser stands in its one spelling; refused when given before or in a third one. */
    private String known(String path, Set<String> seen) throws IOException {
        String name = camel(parser.currentName());
        String at = path + JsonBody.shown(name);
        if (!seen.add(name)) {
            wrong = Refusal.invalid(at, "The field '" + at + "' is given twice. Send it once.");
        }
        for (String governed : GOVERNED) {
            if (governed.equalsIgnoreCase(name) && !governed.equals(name)) {
                wrong = Refusal.invalid(at, "The field '" + at + "' must be spelled '" + path + governed + "'.");
            }
        }
        return name;
    }

    private void field(String name) throws IOException {
        switch (name) {
            case "generationConfig" -> generation();
            case "contents", "content", "systemInstruction" -> said();
            case "requests" -> requests();
            case "generateContentRequest" -> said();
            // A prompt that Google keeps goes before this one.
            case "cachedContent" -> {
                if (parser.currentToken() != JsonToken.VALUE_NULL) {
                    prompt.opaque();
                }
            }
            case "tools" -> {
                prompt.tools();
                tools();
            }
            default -> {
            }
        }
    }

    private void generation() throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            // Nowhere to put a cap, and a second field of the name would be refused.
            wrong = Refusal.invalid("generationConfig", "The field 'generationConfig' is null. Leave it out.");
            return;
        }
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            wrong = Refusal.invalid("generationConfig", "The field 'generationConfig' must be an object.");
            return;
        }
        int at = (int) parser.currentLocation().getByteOffset();
        Set<String> seen = new HashSet<>();
        while (wrong == null && parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = known("generationConfig.", seen);
            parser.nextToken();
            if (name.equals("maxOutputTokens")) {
                cap();
            } else if (name.equals("candidateCount")) {
                candidates();
            }
            parser.skipChildren();
        }
        capPlace = new CapPlace(at, seen.isEmpty());
    }

    private void cap() throws IOException {
        long tokens = whole(Long.MAX_VALUE);
        if (tokens < 1) {
            wrong = Refusal.invalid("generationConfig.maxOutputTokens",
                    "The field 'generationConfig.maxOutputTokens' must be a whole number of at least 1.");
            return;
        }
        int start = (int) parser.currentTokenLocation().getByteOffset();
        parser.finishToken();
        cap = new OutputCap(tokens, new Span(start, start + parser.getTextLength()));
    }

    private void candidates() throws IOException {
        candidates = (int) whole(MAX_CANDIDATES);
        if (candidates < 1) {
            candidates = 1;
            wrong = Refusal.invalid("generationConfig.candidateCount",
                    "The field 'generationConfig.candidateCount' must be a whole number from 1 to " + MAX_CANDIDATES
                            + ".");
        }
    }

    /** The number at which the parser stands; 0 when it is no whole number up to the highest. */
    private long whole(long highest) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT || parser.getTextLength() > 18
                || parser.getLongValue() > highest) {
            return 0;
        }
        return parser.getLongValue();
    }

    /** Texts to be embedded, each a prompt of its own. */
    private void requests() throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            wrong = Refusal.invalid("requests", "The field 'requests' must be a list.");
            return;
        }
        int count = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            said();
            count++;
        }
        if (count == 0) {
            wrong = Refusal.invalid("requests", "The field 'requests' is empty. Ask for at least one embedding.");
        }
        prompts = Math.max(1, count);
    }

    /** Whatever the model reads. */
    private void said() throws IOException {
        int depth = 0;
        for (JsonToken token = parser.currentToken(); token != null; token = parser.nextToken()) {
            if (token.isStructStart()) {
                depth++;
            } else if (token.isStructEnd()) {
                depth--;
            } else if (token == JsonToken.FIELD_NAME && NO_TEXT.contains(
                    parser.currentName().replace("_", "").toLowerCase(Locale.ROOT))) {
                prompt.opaque();
            }
            if (depth == 0) {
                return;
            }
        }
    }

    /** Tools that Google runs by itself read what nobody here sees. */
    private void tools() throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            return;
        }
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                if (!camel(parser.currentName()).equals("functionDeclarations")) {
                    prompt.opaque();
                }
                parser.nextToken();
                parser.skipChildren();
            }
        }
    }

    private @Nullable Refusal missing(Set<String> seen) {
        String wanted = switch (method) {
            case "generateContent", "streamGenerateContent" -> "contents";
            case "countTokens" -> seen.contains("generateContentRequest") ? "generateContentRequest" : "contents";
            case "embedContent" -> "content";
            case "batchEmbedContents" -> "requests";
            default -> null;
        };
        if (wanted == null) {
            return Refusal.invalid(null, "The method '" + JsonBody.shown(method)
                    + "' is not known here. Use generateContent, streamGenerateContent, countTokens, embedContent or batchEmbedContents.");
        }
        return seen.contains(wanted)
                ? null
                : Refusal.invalid(wanted, "The field '" + wanted + "' is missing. Add it.");
    }

    private static String camel(String name) {
        int at = name.indexOf('_');
        if (at < 1) {
            return name;
        }
        StringBuilder camel = new StringBuilder(name);
        for (; at >= 0 && at < camel.length(); at = camel.indexOf("_", at)) {
            camel.deleteCharAt(at);
            if (at < camel.length()) {
                camel.setCharAt(at, Character.toUpperCase(camel.charAt(at)));
            }
        }
        return camel.toString();
    }
}
