package org.gatehouse.gateway.relay;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.gateway.canonical.ChatReply;
import org.gatehouse.gateway.canonical.ProviderError;
import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.gateway.canonical.TokenCount;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.metering.CallMeter;
import org.gatehouse.gateway.metering.JsonBytes;
import org.gatehouse.gateway.metering.JsonCursor;
import org.gatehouse.gateway.metering.UsageReader;
import org.gatehouse.gateway.metering.WavLength;
import org.gatehouse.gateway.protocol.BrokenAnswerException;
import org.gatehouse.gateway.protocol.json.JsonTrees;
import org.gatehouse.gateway.upstream.Translation;
import org.gatehouse.gateway.upstream.Trouble;
import org.gatehouse.gateway.upstream.UpstreamTrouble;
import org.gatehouse.gateway.upstream.http.UpstreamFailureException;
import org.gatehouse.gateway.upstream.http.UpstreamReply;
import org.gatehouse.gateway.upstream.provider.Reshaping;
import org.gatehouse.governance.snapshot.Surface;
import org.gatehouse.governance.snapshot.Upstream;

/**
 * Takes a reply that is no stream as a whole, and meters it. It is held whole because of what governance promises: it
 * goes out only when the call is recorded, and one that breaks in the middle becomes a clean error.
 */
public final class PlainRelay {
    private static final int MAX_DEPTH = 1000;
    private static final byte[] CHOICES = JsonBytes.name("choices");
    private static final byte[] OUTPUT = JsonBytes.name("output");
    private static final byte[] CONTENT = JsonBytes.name("content");
    private static final byte[] CANDIDATES = JsonBytes.name("candidates");
    private static final byte[][] PRODUCED = {JsonBytes.name("content"), JsonBytes.name("text"),
            JsonBytes.name("reasoning"), JsonBytes.name("reasoning_content"), JsonBytes.name("refusal"),
            JsonBytes.name("arguments")};
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(Integer.MAX_VALUE).build())
            .build();

    private final Translation translation;

    /** Takes what reads other protocols. */
    public PlainRelay(Translation translation) {
        this.translation = translation;
    }

    /** Reads the whole reply. */
    public Ending relay(Exchange exchange, UpstreamReply reply, CallMeter meter) throws UpstreamFailureException {
        Upstream upstream = exchange.target().upstream();
        byte[] body = reply.readAll((int) Math.min(Integer.MAX_VALUE - 64, upstream.maxReplyBytes()));
        String contentType = reply.header("content-type").orElse("application/json");
        boolean chat = exchange.passage().provider() != null;
        // Whatever a proxy on the way calls it: a chat is answered in JSON.
        boolean json = chat || contentType.startsWith("application/json");
        if (reply.status() < 200 || reply.status() >= 300) {
            return refused(exchange, reply, body, json);
        }
        if (body.length == 0 || contentType.startsWith("text/html")) {
            return new Ending.FailedBefore(
                    UpstreamTrouble.broken(upstream, "answered with something that is no answer"));
        }
        if (chat && exchange.request().streamed()) {
            return new Ending.FailedBefore(
                    UpstreamTrouble.broken(upstream, "answered with something that is no stream"));
        }
        if (!exchange.passage().straight()) {
            return translated(exchange, reply, body, meter);
        }
        Reshaping reshaping = translation.reshaping(exchange);
        if (reshaping != null) {
            return reshaped(exchange, reshaping, body, meter);
        }
        if (json) {
            switch (meterJson(exchange, body, meter)) {
                case GOOD -> {
                    // Passed on below.
                }
                case BROKEN -> {
                    return new Ending.FailedBefore(
                            UpstreamTrouble.broken(upstream, "answered with broken JSON, or in another protocol"));
                }
                case ERROR -> {
                    return exchange.arrival().surface() == Surface.RESPONSES
                            ? new Ending.WholeReply(reply.status(), contentType, body, Cause.SERVER_ERROR)
                            : new Ending.FailedBefore(UpstreamTrouble.broken(upstream, "answered with an error"));
                }
            }
        }
        if (exchange.arrival().surface() == Surface.AUDIO_SPEECH) {
            WavLength.millis(body).ifPresent(meter::audio);
        }
        return new Ending.WholeReply(reply.status(), chat ? "application/json" : contentType, body, null);
    }

    /** The upstream's own words go to the client where they tell of the client's mistake: they name the field. */
    private Ending refused(Exchange exchange, UpstreamReply reply, byte[] body, boolean json) {
        Upstream upstream = exchange.target().upstream();
        if (reply.status() < 400) {
            return new Ending.FailedBefore(UpstreamTrouble.redirect(upstream, reply.status()));
        }
        boolean chat = exchange.passage().provider() != null;
        ProviderError error = error(exchange, reply, body, chat);
        Trouble trouble = UpstreamTrouble.of(upstream, error);
        if (trouble != null) {
            return new Ending.FailedBefore(trouble);
        }
        if (!exchange.passage().straight() || !chat && !inClientsShape(exchange, body)) {
            Refusal refusal = new Refusal(switch (error.cause()) {
                case CONTEXT_TOO_LONG -> Reason.CONTEXT_TOO_LONG;
                case TOO_LARGE -> Reason.REQUEST_TOO_LARGE;
                case CONTENT_POLICY -> Reason.CONTENT_POLICY;
                default -> Reason.INVALID_REQUEST;
            }, error.message(), error.param(), null);
            return new Ending.WholeReply(refusal.reason().status(), "application/json",
                    exchange.arrival().dialect().errorBody(refusal), error.cause());
        }
        return json && isJson(body)
                ? new Ending.WholeReply(reply.status(), reply.header("content-type").orElse("application/json"), body,
                        error.cause())
                : new Ending.FailedBefore(UpstreamTrouble.broken(upstream,
                        "refused the request (status " + reply.status() + ") without saying why"));
    }

    private ProviderError error(Exchange exchange, UpstreamReply reply, byte[] body, boolean chat) {
        // To a call that is no chat some servers answer so because they lack the path.
        if (!chat && (reply.status() == 405 || reply.status() == 407)) {
            return ProviderError.of(reply.status() == 405 ? Cause.NOT_FOUND : Cause.AUTHENTICATION, reply.status(), "");
        }
        Map<String, String> headers = new HashMap<>();
        reply.headers().forEach(header -> headers.put(header.name().toLowerCase(Locale.ROOT), header.value()));
        return chat
                ? translation.provider(exchange).readError(reply.status(), headers, body)
                : translation.error(exchange.target().upstream(), reply.status(), headers, body);
    }

    /** Not every provider words its refusals of what is no chat as OpenAI does, and not every client wants OpenAI's. */
    private static boolean inClientsShape(Exchange exchange, byte[] body) {
        ObjectNode tree = JsonTrees.readObject(body);
        boolean googles = tree != null && tree.path("error").path("status").isTextual();
        return exchange.arrival().dialect().name().equals("gemini")
                ? googles
                : tree == null || !googles && (tree.path("error").isObject() || tree.has("object"));
    }

    private static Ending reshaped(Exchange exchange, Reshaping reshaping, byte[] body, CallMeter meter) {
        Upstream upstream = exchange.target().upstream();
        ObjectNode reply = JsonTrees.readObject(body);
        ObjectNode request = JsonTrees.readObject(exchange.request().body());
        if (reply == null || request == null) {
            return new Ending.FailedBefore(UpstreamTrouble.broken(upstream, "answered with broken JSON"));
        }
        try {
            Reshaping.Answer answer = reshaping.reply(reply, request, exchange.route().name());
            exchange.billedCalls(answer.billedCalls());
            byte[] written = JsonTrees.bytes(answer.body());
            meterJson(exchange, written, meter);
            return new Ending.WholeReply(200, "application/json", written, null);
        } catch (BrokenAnswerException e) {
            return new Ending.FailedBefore(UpstreamTrouble.broken(upstream, String.valueOf(e.getMessage())));
        }
    }

    private Ending translated(Exchange exchange, UpstreamReply reply, byte[] body, CallMeter meter) {
        try {
            ChatReply answer = translation.provider(exchange).readReply(body);
            TokenCount usage = answer.usage();
            if (usage != null) {
                meter.reported(TranslatedEvents.usageOf(usage));
            }
            byte[] written = translation.client(exchange).writeReply(Translation.forClient(exchange, answer),
                    Translation.presentation(exchange));
            if (!meter.reported()) {
                produced(written, meter);
            }
            return new Ending.WholeReply(reply.status(), "application/json", written, null);
        } catch (BrokenAnswerException e) {
            return new Ending.FailedBefore(
                    UpstreamTrouble.broken(exchange.target().upstream(), String.valueOf(e.getMessage())));
        }
    }

    /** What a reply with a good status turned out to be. */
    private enum Answer {
        GOOD, BROKEN, ERROR
    }

    /** Reads what the reply used, and whether it is an answer at all: some upstreams say errors with a good status. */
    private static Answer meterJson(Exchange exchange, byte[] body, CallMeter meter) {
        boolean error = false;
        List<String> marks = marks(exchange.arrival().surface());
        boolean marked = marks.isEmpty();
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Answer.BROKEN;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                marked |= marks.contains(name);
                switch (name) {
                    case "usage", "usageMetadata" -> UsageReader.read(parser).ifPresent(meter::reported);
                    case "duration" -> {
                        if (value.isNumeric() && parser.getDoubleValue() >= 0) {
                            meter.audio(Math.round(parser.getDoubleValue() * 1000));
                        }
                    }
                    case "data" -> data(exchange, parser, meter);
                    case "error" -> {
                        error = value != JsonToken.VALUE_NULL;
                        parser.skipChildren();
                    }
                    default -> parser.skipChildren();
                }
            }
            if (parser.nextToken() != null) {
                return Answer.BROKEN;
            }
        } catch (IOException _) {
            return Answer.BROKEN;
        }
        if (error) {
            return Answer.ERROR;
        }
        if (!marked) {
            return Answer.BROKEN;
        }
        if (meter.producesText() && !meter.reported()) {
            produced(body, meter);
        }
        return Answer.GOOD;
    }

    /** Of which every answer on that surface has one, so that none of another protocol is taken for it; none: no matter. */
    private static List<String> marks(Surface surface) {
        return switch (surface) {
            case CHAT_COMPLETIONS -> List.of("choices");
            case RESPONSES -> List.of("output");
            case MESSAGES -> List.of("content");
            // A prompt that was blocked has no candidates.
            case GENERATE_CONTENT -> List.of("candidates", "promptFeedback");
            case COMPLETIONS, EMBEDDINGS, AUDIO_TRANSCRIPTIONS, AUDIO_TRANSLATIONS, AUDIO_SPEECH, IMAGES_GENERATIONS,
                    IMAGES_EDITS, RERANK, MODERATIONS, COUNT_TOKENS, MODELS, BATCHES, REALTIME ->
                List.of();
        };
    }

    /** Without a believable report the text itself is counted. Read anew: the report may stand behind it. */
    private static void produced(byte[] body, CallMeter meter) {
        JsonCursor reply = JsonCursor.fields(body, 0, body.length);
        while (reply.next()) {
            if (reply.is(CHOICES) || reply.is(OUTPUT) || reply.is(CONTENT) || reply.is(CANDIDATES)) {
                for (byte[] field : PRODUCED) {
                    produced(body, reply.from(), reply.to(), field, meter);
                }
            }
        }
    }

    private static void produced(byte[] body, int from, int to, byte[] field, CallMeter meter) {
        for (int at = JsonBytes.indexOf(body, from, to, field); at >= 0; at = JsonBytes.indexOf(body,
                at + field.length, to, field)) {
            int value = JsonBytes.valueAfter(body, at + field.length, to);
            int end = JsonBytes.endOfValue(body, value, to);
            if (end > value + 2 && body[value] == '"') {
                meter.text(body, value + 1, end - 1);
            }
        }
    }

    private static void data(Exchange exchange, JsonParser parser, CallMeter meter) throws IOException {
        Surface surface = exchange.arrival().surface();
        boolean pictures = surface == Surface.IMAGES_GENERATIONS || surface == Surface.IMAGES_EDITS;
        if (!pictures || parser.currentToken() != JsonToken.START_ARRAY) {
            parser.skipChildren();
            return;
        }
        long count = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            parser.skipChildren();
            count++;
        }
        meter.images(count);
    }

    private static boolean isJson(byte[] body) {
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException _) {
            return false;
        }
    }
}
