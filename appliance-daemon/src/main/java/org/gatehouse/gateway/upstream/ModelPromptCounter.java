package org.gatehouse.gateway.upstream;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.ModelRequest;
import org.gatehouse.gateway.metering.JsonBytes;
import org.gatehouse.gateway.metering.PromptCounter;
import org.gatehouse.gateway.metering.Vocabulary;
import org.gatehouse.gateway.upstream.http.UpstreamCall;
import org.gatehouse.gateway.upstream.http.UpstreamFailureException;
import org.gatehouse.gateway.upstream.http.UpstreamReply;
import org.gatehouse.governance.snapshot.ModelRoute.Tokenizer;
import org.gatehouse.governance.snapshot.Surface;

/**
 * Counts prompts: bounded by their length for nothing, exactly by the engine's own {@code /tokenize} or by a vocabulary
 * in the daemon. Thread-safe.
 *
 * <p>The bound: what the request's bytes tell, and no prompt is longer than the context, for such a request fails.
 */
public final class ModelPromptCounter implements PromptCounter {
    private static final int TOKENS_PER_MESSAGE = 4;
    private static final int MAX_COUNTED_BYTES = 8 << 20;
    private static final int MAX_REPLY_BYTES = 16 << 20;
    private static final byte[] COUNT = JsonBytes.name("count");
    private static final JsonFactory JSON = new JsonFactory();

    private final Dispatch dispatch;

    /** Takes what reaches the engines. */
    public ModelPromptCounter(Dispatch dispatch) {
        this.dispatch = dispatch;
    }

    @Override
    public long upperBound(Exchange exchange) {
        return switch (exchange.arrival().surface()) {
            case CHAT_COMPLETIONS, COMPLETIONS, RESPONSES, MESSAGES, GENERATE_CONTENT, COUNT_TOKENS, EMBEDDINGS, RERANK,
                    MODERATIONS, REALTIME ->
                Math.min(exchange.request().promptBound(),
                        (long) exchange.route().contextTokens() * exchange.request().prompts());
            // Counted in seconds, pictures and characters.
            case AUDIO_TRANSCRIPTIONS, AUDIO_TRANSLATIONS, AUDIO_SPEECH, IMAGES_GENERATIONS, IMAGES_EDITS, MODELS,
                    BATCHES ->
                0;
        };
    }

    @Override
    public OptionalLong count(Exchange exchange) {
        ModelRequest request = exchange.request();
        if (request.promptBound() == Long.MAX_VALUE || request.body().length > MAX_COUNTED_BYTES) {
            // Pictures and what is only pointed at have no tokens in any text; and counting has its price.
            return OptionalLong.empty();
        }
        Surface surface = exchange.arrival().surface();
        return switch (exchange.route().tokenizer()) {
            case CL100K_BASE, O200K_BASE -> inDaemon(exchange, exchange.route().tokenizer());
            case ENGINE -> surface == Surface.CHAT_COMPLETIONS || surface == Surface.COMPLETIONS
                    ? byEngine(exchange)
                    : OptionalLong.empty();
            case UNKNOWN -> OptionalLong.empty();
        };
    }

    /** Every text of the prompt and of the tools, and a little for each message: never less than the model will say. */
    private static OptionalLong inDaemon(Exchange exchange, Tokenizer tokenizer) {
        long tokens = TOKENS_PER_MESSAGE;
        try (JsonParser parser = JSON.createParser(exchange.request().body())) {
            StringBuilder texts = new StringBuilder();
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                switch (token) {
                    case START_OBJECT -> tokens += TOKENS_PER_MESSAGE;
                    case FIELD_NAME -> texts.append(parser.currentName()).append(' ');
                    case VALUE_STRING -> texts.append(parser.getText()).append('\n');
                    case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> tokens++;
                    default -> {
                        // Structure: counted with the objects.
                    }
                }
            }
            OptionalLong counted = Vocabulary.count(tokenizer, texts.toString());
            return counted.isPresent() ? OptionalLong.of(tokens + counted.getAsLong()) : counted;
        } catch (IOException _) {
            return OptionalLong.empty();
        }
    }

    private OptionalLong byEngine(Exchange exchange) {
        Optional<byte[]> body = tokenizeBody(exchange);
        if (body.isEmpty()) {
            return OptionalLong.empty();
        }
        Optional<UpstreamCall> question = dispatch.tokenize(exchange, body.get());
        if (question.isEmpty()) {
            return OptionalLong.empty();
        }
        try (UpstreamCall call = question.get()) {
            UpstreamReply reply = call.execute();
            byte[] answer = reply.readAll(MAX_REPLY_BYTES);
            long count = reply.status() == 200 ? JsonBytes.number(answer, 0, answer.length, COUNT) : -1;
            return count < 0 ? OptionalLong.empty() : OptionalLong.of(count);
        } catch (UpstreamFailureException _) {
            return OptionalLong.empty();
        }
    }

    /** The request as {@code /tokenize} wants it: the same messages and tools, or the prompt; nothing else. */
    private static Optional<byte[]> tokenizeBody(Exchange exchange) {
        ModelRequest request = exchange.request();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(request.body().length + 64);
        try (JsonParser parser = JSON.createParser(request.body());
                JsonGenerator out = JSON.createGenerator(bytes)) {
            parser.nextToken();
            out.writeStartObject();
            out.writeStringField("model", exchange.target().upstreamModel());
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                switch (name) {
                    case "messages", "tools", "chat_template_kwargs", "add_generation_prompt", "add_special_tokens" -> {
                        out.writeFieldName(name);
                        out.copyCurrentStructure(parser);
                    }
                    case "prompt" -> {
                        if (value != JsonToken.VALUE_STRING) {
                            return Optional.empty();
                        }
                        out.writeFieldName(name);
                        out.copyCurrentStructure(parser);
                    }
                    default -> parser.skipChildren();
                }
            }
            out.writeEndObject();
        } catch (IOException _) {
            return Optional.empty();
        }
        return Optional.of(bytes.toByteArray());
    }
}
