package org.gatehouse.gateway.dialect.openai;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.exchange.Dialect.Reading;
import org.gatehouse.gateway.exchange.EngineOnly;
import org.gatehouse.gateway.exchange.ModelRequest;
import org.gatehouse.gateway.exchange.ModelRequest.OutputCap;
import org.gatehouse.gateway.exchange.ModelRequest.Span;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.governance.snapshot.Surface;

/**
 * Reads a JSON request in one pass over its bytes: the few fields that governance needs, and where they stand. What the
 * fields mean beyond that is the upstream's business; here only what could fool governance is refused: broken JSON,
 * wrong types, a field given twice.
 */
public final class JsonRequestReader {
    private static final int MAX_MODEL_LENGTH = 256;
    private static final int MAX_CHOICES = 128;
    private static final int MAX_ANSWERS = 4096;

    /** Spelled otherwise, a governed name is another field here and perhaps the same one upstream: Go folds the case. */
    private static final List<String> GOVERNED = List.of("model", "stream", "stream_options", "max_tokens",
            "max_completion_tokens", "max_output_tokens", "n", "best_of", "background");

    private final Surface surface;
    private final byte[] body;
    private final JsonParser parser;
    private final Set<String> seen = new HashSet<>(32);

    private int insertAt = -1;
    private @Nullable String model;
    private @Nullable Span modelValue;
    private boolean streamed;
    private @Nullable Span streamOptions;
    private boolean usageAsked;
    private boolean runningUsageAsked;
    private @Nullable OutputCap outputCap;
    private int choices = 1;
    private int bestOf = 1;
    private @Nullable String conversation;
    private @Nullable String endUser;
    private long characters;
    private final PromptBound prompt;
    private List<Span> engineOnly = List.of();
    private @Nullable Refusal wrong;

    private JsonRequestReader(Surface surface, byte[] body, JsonParser parser) {
        this.surface = surface;
        this.body = body;
        this.parser = parser;
        this.prompt = new PromptBound(parser, body.length);
    }

    /** Reads a body of one of the surfaces whose requests are an object of JSON with the model and the prompt in it. */
    public static Reading read(Surface surface, byte[] body) {
        return JsonBody.read(body, parser -> new JsonRequestReader(surface, body, parser).read());
    }

    private Reading read() throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            return new Reading.Wrong(Refusal.invalid(null, "The body is not a JSON object. Send a JSON object."));
        }
        insertAt = (int) parser.currentLocation().getByteOffset();
        while (wrong == null && parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            if (!seen.add(name)) {
                wrong = Refusal.invalid(name, "The field '" + JsonBody.shown(name) + "' is given twice. Send it once.");
                break;
            }
            parser.nextToken();
            field(name);
            parser.skipChildren();
        }
        if (wrong == null && parser.nextToken() != null) {
            wrong = Refusal.invalid(null, "Something follows the JSON object. Send one object and nothing behind it.");
        }
        if (wrong == null) {
            wrong = missing();
        }
        if (wrong != null) {
            return new Reading.Wrong(wrong);
        }
        return asked();
    }

    private Reading asked() {
        boolean pictures = surface == Surface.IMAGES_GENERATIONS || surface == Surface.IMAGES_EDITS;
        boolean answers = surface == Surface.CHAT_COMPLETIONS || surface == Surface.COMPLETIONS;
        long units = surface == Surface.AUDIO_SPEECH ? characters : pictures ? choices : 1;
        int wanted = answers ? Math.max(choices, bestOf) * prompt.prompts() : 1;
        if (wanted > MAX_ANSWERS) {
            return new Reading.Wrong(Refusal.invalid("prompt", "The request wants " + wanted
                    + " answers in all; at most " + MAX_ANSWERS + " are allowed. Split it."));
        }
        return new Reading.Asked(
                new ModelRequest(body, model, modelValue, insertAt, streamed, streamOptions, usageAsked,
                        runningUsageAsked, outputCap, prompt.prompts(), prompt.tokens(), wanted, engineOnly,
                        conversation,
                        endUser, units));
    }

    private void field(String name) throws IOException {
        switch (name) {
            case "model" -> model();
            case "stream" -> streamed = bool(name) && surface != Surface.COUNT_TOKENS;
            case "stream_options" -> streamOptions();
            case "max_tokens" -> outputCap(name, surface == Surface.CHAT_COMPLETIONS || surface == Surface.COMPLETIONS
                    || surface == Surface.MESSAGES);
            case "max_completion_tokens" -> outputCap(name, surface == Surface.CHAT_COMPLETIONS);
            case "max_output_tokens" -> outputCap(name, surface == Surface.RESPONSES);
            case "n" -> choices = count(name);
            case "best_of" -> bestOf = count(name);
            case "messages" -> messages();
            case "input" -> input();
            case "background" -> background();
            case "user", "safety_identifier" -> endUser = text(endUser);
            case "prompt_cache_key" -> conversation = text(conversation);
            case "previous_response_id", "conversation" -> {
                conversation = text(conversation);
                prompt.field(surface, name);
            }
            case "prompt", "query", "documents", "tools", "functions", "web_search_options", "system", "mcp_servers",
                    "container" ->
                prompt.field(surface, name);
            default -> {
                if (EngineOnly.names(name)) {
                    engineOnly();
                } else {
                    governedByAnotherName(name);
                }
            }
        }
    }

    /** A name that may serve for stickiness; what is none is the upstream's business. */
    private @Nullable String text(@Nullable String before) throws IOException {
        String text = parser.currentToken() == JsonToken.VALUE_STRING ? parser.getText() : null;
        return text == null || text.isEmpty() || text.length() > MAX_MODEL_LENGTH ? before : text;
    }

    private void governedByAnotherName(String name) {
        for (String governed : GOVERNED) {
            if (governed.equalsIgnoreCase(name)) {
                wrong = Refusal.invalid(name, "The field '" + name + "' must be spelled '" + governed + "'.");
            }
        }
    }

    /** Notes where the member stands. Its name has no quote in it, so the two before the value are those around it. */
    private void engineOnly() throws IOException {
        int at = (int) parser.currentTokenLocation().getByteOffset();
        for (int quotes = 0; quotes < 2;) {
            at--;
            quotes += body[at] == '"' ? 1 : 0;
        }
        parser.skipChildren();
        parser.finishToken();
        if (engineOnly.isEmpty()) {
            engineOnly = new ArrayList<>();
        }
        engineOnly.add(new Span(at, (int) parser.currentLocation().getByteOffset()));
    }

    /** What runs on after its call has ended cannot be metered, limited or stopped. */
    private void background() {
        if (surface == Surface.RESPONSES && bool("background")) {
            wrong = Refusal.invalid("background",
                    "The box cannot govern a response that is made in the background. Send false, or stream it.");
        }
    }

    private void model() throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            wrong = Refusal.invalid("model",
                    "The field 'model' must be a string. Name a model that GET /v1/models lists.");
            return;
        }
        int start = (int) parser.currentTokenLocation().getByteOffset();
        String text = parser.getText();
        if (text.isEmpty() || text.length() > MAX_MODEL_LENGTH) {
            wrong = Refusal.invalid("model", "The field 'model' must have 1 to " + MAX_MODEL_LENGTH + " characters.");
            return;
        }
        model = text;
        modelValue = new Span(start, (int) parser.currentLocation().getByteOffset());
    }

    private void streamOptions() throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            streamOptions = span();
            return;
        }
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            wrong = Refusal.invalid("stream_options", "The field 'stream_options' must be an object.");
            return;
        }
        int start = (int) parser.currentTokenLocation().getByteOffset();
        Set<String> inside = new HashSet<>();
        while (wrong == null && parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            if (!inside.add(name)) {
                wrong = Refusal.invalid("stream_options." + JsonBody.shown(name),
                        "A field of 'stream_options' is given twice.");
                return;
            }
            parser.nextToken();
            if (name.equals("include_usage")) {
                usageAsked = bool("stream_options.include_usage");
            } else if (name.equals("continuous_usage_stats")) {
                runningUsageAsked = bool("stream_options.continuous_usage_stats");
            }
            parser.skipChildren();
        }
        streamOptions = new Span(start, (int) parser.currentLocation().getByteOffset());
    }

    /** A cap of another surface is the upstream's to refuse or to ignore: it caps nothing here. */
    private void outputCap(String name, boolean mine) throws IOException {
        if (!mine || parser.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT || tooLong() || parser.getLongValue() < 1) {
            wrong = Refusal.invalid(name, "The field '" + name + "' must be a whole number of at least 1.");
            return;
        }
        if (outputCap != null) {
            wrong = Refusal.invalid(name, "Both 'max_tokens' and 'max_completion_tokens' are given. Send one of them.");
            return;
        }
        outputCap = new OutputCap(parser.getLongValue(), span());
    }

    private int count(String name) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return 1;
        }
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT || tooLong() || parser.getLongValue() < 1
                || parser.getLongValue() > MAX_CHOICES) {
            wrong = Refusal.invalid(name,
                    "The field '" + name + "' must be a whole number from 1 to " + MAX_CHOICES + ".");
            return 1;
        }
        return parser.getIntValue();
    }

    private boolean tooLong() throws IOException {
        return parser.getTextLength() > 18;
    }

    private boolean bool(String name) {
        return switch (parser.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE, VALUE_NULL -> false;
            case null, default -> {
                wrong = Refusal.invalid(name, "The field '" + name + "' must be true or false.");
                yield false;
            }
        };
    }

    private void messages() throws IOException {
        if (surface != Surface.CHAT_COMPLETIONS && surface != Surface.MESSAGES && surface != Surface.COUNT_TOKENS) {
            return;
        }
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            wrong = Refusal.invalid("messages", "The field 'messages' must be a list of messages.");
            return;
        }
        int index = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                wrong = Refusal.invalid("messages[" + index + "]",
                        "Each message must be an object with 'role' and 'content'.");
                return;
            }
            prompt.message(surface);
            index++;
        }
        if (index == 0) {
            wrong = Refusal.invalid("messages", "The field 'messages' is empty. Send at least one message.");
        }
    }

    private void input() throws IOException {
        if (surface != Surface.AUDIO_SPEECH) {
            prompt.field(surface, "input");
        } else if (parser.currentToken() != JsonToken.VALUE_STRING) {
            wrong = Refusal.invalid("input", "The field 'input' must be a string: the text to speak.");
        } else {
            characters = parser.getText().codePointCount(0, parser.getText().length());
        }
    }

    private Span span() throws IOException {
        int start = (int) parser.currentTokenLocation().getByteOffset();
        parser.finishToken();
        return new Span(start, start + parser.getTextLength());
    }

    private @Nullable Refusal missing() {
        return switch (surface) {
            case CHAT_COMPLETIONS, MESSAGES, COUNT_TOKENS -> require("model", "messages");
            case COMPLETIONS -> require("model", "prompt");
            case EMBEDDINGS -> require("model", "input");
            case RERANK -> require("model", "query", "documents");
            case AUDIO_SPEECH -> require("model", "input");
            case RESPONSES -> require("model");
            case IMAGES_GENERATIONS, IMAGES_EDITS -> require("prompt");
            case MODERATIONS -> require("input");
            case AUDIO_TRANSCRIPTIONS, AUDIO_TRANSLATIONS -> require("model", "file");
            case GENERATE_CONTENT, MODELS, BATCHES, REALTIME -> null;
        };
    }

    private @Nullable Refusal require(String... names) {
        for (String name : names) {
            if (!seen.contains(name)) {
                return Refusal.invalid(name, "The field '" + name + "' is missing. Add it.");
            }
        }
        return null;
    }
}
