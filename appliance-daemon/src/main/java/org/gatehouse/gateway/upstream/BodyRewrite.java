package org.gatehouse.gateway.upstream;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.gateway.exchange.EngineOnly;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.ModelRequest;
import org.gatehouse.gateway.exchange.ModelRequest.Span;
import org.gatehouse.gateway.upstream.http.BodySlice;
import org.gatehouse.governance.snapshot.Surface;
import org.gatehouse.governance.snapshot.Upstream;

/**
 * The body as the upstream gets it: the client's bytes, but for the fields that governance must change: the model's
 * name, the request for usage, the cap on output; and for an engine those that {@linkplain EngineOnly steer it}. Everything else, unknown fields included, stays byte for byte; the
 * result is slices of the original with the changes between them.
 */
final class BodyRewrite {
    private static final String NEWER_CAP = "max_completion_tokens";
    private static final byte[] OLDER_CAP = "max_tokens".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NOTHING = {};
    private static final Comparator<Edit> IN_ORDER = Comparator.comparingInt(Edit::start).thenComparingInt(Edit::end);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final byte[] body;
    private final List<Edit> edits = new ArrayList<>(3);

    private BodyRewrite(byte[] body) {
        this.body = body;
    }

    private record Edit(int start, int end, byte[] replacement) {}

    /** For an upstream that is no {@linkplain Upstream#engine() engine}. */
    static List<BodySlice> of(Exchange exchange) {
        return governed(exchange).slices();
    }

    /** For an engine: also without what the client would steer it with, and with the box's own fields for it. */
    static List<BodySlice> of(Exchange exchange, EngineFields own) {
        BodyRewrite rewrite = governed(exchange);
        ModelRequest request = exchange.request();
        if (!request.engineOnly().isEmpty()) {
            rewrite.withoutEngineOnly(request);
        }
        if (request.insertAt() >= 0 && !own.json().isEmpty()) {
            rewrite.insert(request, own.json());
        }
        return rewrite.slices();
    }

    private static BodyRewrite governed(Exchange exchange) {
        ModelRequest request = exchange.request();
        BodyRewrite rewrite = new BodyRewrite(request.body());
        if (exchange.arrival().surface() != Surface.GENERATE_CONTENT) {
            // Google names the model in the path.
            rewrite.model(request, exchange.target().upstreamModel());
        }
        if (request.insertAt() >= 0) {
            if (asksForUsage(exchange)) {
                rewrite.usage(request, reportsRunningUsage(exchange));
            }
            if (exchange.arrival().surface() == Surface.CHAT_COMPLETIONS && isOpenAi(exchange.target().upstream())) {
                rewrite.capName(request);
            }
            if (exchange.reservation().cap() != Long.MAX_VALUE) {
                rewrite.cap(request, exchange);
            }
        }
        return rewrite;
    }

    /** Whether the stream is of a kind that reports usage only when asked. */
    static boolean asksForUsage(Exchange exchange) {
        Surface surface = exchange.arrival().surface();
        return exchange.request().streamed()
                && (surface == Surface.CHAT_COMPLETIONS || surface == Surface.COMPLETIONS);
    }

    /** Whether the upstream is asked to report usage in every event. */
    static boolean reportsRunningUsage(Exchange exchange) {
        return exchange.leased();
    }

    private void model(ModelRequest request, String upstreamModel) {
        Span span = request.modelValue();
        boolean json = request.insertAt() >= 0;
        if (span == null) {
            if (json) {
                insert(request, "\"model\":" + quoted(upstreamModel));
            } else {
                addPart(upstreamModel);
            }
        } else if (!upstreamModel.equals(request.model())) {
            edits.add(new Edit(span.start(), span.end(), utf8(json ? quoted(upstreamModel) : upstreamModel)));
        }
    }

    /** A form without a model gets one as its first part, or the upstream would serve whatever its default is. */
    private void addPart(String upstreamModel) {
        int lineEnd = 0;
        while (body[lineEnd] != '\r') {
            lineEnd++;
        }
        String delimiter = new String(body, 0, lineEnd, StandardCharsets.ISO_8859_1);
        edits.add(new Edit(0, 0, utf8(delimiter + "\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n"
                + upstreamModel + "\r\n")));
    }

    private void usage(ModelRequest request, boolean running) {
        Span options = request.streamOptions();
        if (options == null) {
            insert(request, running
                    ? "\"stream_options\":{\"include_usage\":true,\"continuous_usage_stats\":true}"
                    : "\"stream_options\":{\"include_usage\":true}");
            return;
        }
        if (request.usageAsked() && (!running || request.runningUsageAsked())) {
            return;
        }
        try {
            JsonNode tree = JSON.readTree(body, options.start(), options.end() - options.start());
            ObjectNode merged = tree instanceof ObjectNode object ? object : JSON.createObjectNode();
            merged.put("include_usage", true);
            if (running) {
                merged.put("continuous_usage_stats", true);
            }
            edits.add(new Edit(options.start(), options.end(), JSON.writeValueAsBytes(merged)));
        } catch (IOException e) {
            throw new UncheckedIOException("a value that was read before could not be read again", e);
        }
    }

    private void cap(ModelRequest request, Exchange exchange) {
        long each = Math.max(1, exchange.reservation().cap() / request.choices());
        ModelRequest.OutputCap cap = request.outputCap();
        if (cap != null) {
            edits.add(new Edit(cap.value().start(), cap.value().end(), utf8(Long.toString(each))));
        } else if (exchange.arrival().surface() == Surface.GENERATE_CONTENT) {
            generationCap(request, each);
        } else {
            insert(request, '"' + capField(exchange) + "\":" + each);
        }
    }

    /** Half of the world's clients write the older name, which OpenAI's own reasoning models refuse. */
    private void capName(ModelRequest request) {
        ModelRequest.OutputCap cap = request.outputCap();
        if (cap == null) {
            return;
        }
        int close = cap.value().start() - 1;
        while (body[close] != '"') {
            close--;
        }
        int open = close - OLDER_CAP.length;
        if (open > 0 && body[open - 1] == '"' && Arrays.equals(body, open, close, OLDER_CAP, 0, OLDER_CAP.length)) {
            edits.add(new Edit(open, close, utf8(NEWER_CAP)));
        }
    }

    /** Google's cap stands one object deeper. */
    private void generationCap(ModelRequest request, long each) {
        ModelRequest.CapPlace place = request.capPlace();
        if (place == null) {
            insert(request, "\"generationConfig\":{\"maxOutputTokens\":" + each + '}');
        } else {
            edits.add(new Edit(place.at(), place.at(),
                    utf8("\"maxOutputTokens\":" + each + (place.alone() ? "" : ","))));
        }
    }

    /**
     * Members in front of all others go with the comma behind them, any other with the comma before it. Not all of an
     * object's members are such, so one comma is always there to go.
     */
    private void withoutEngineOnly(ModelRequest request) {
        boolean json = request.insertAt() >= 0;
        int front = request.insertAt();
        for (Span span : request.engineOnly()) {
            int start = span.start();
            int end = span.end();
            if (json && skipBlank(front) == start) {
                end = skipBlank(end) + 1;
                front = end;
            } else if (json) {
                do {
                    start--;
                } while (body[start] != ',');
            }
            edits.add(new Edit(start, end, NOTHING));
        }
    }

    private int skipBlank(int from) {
        int at = from;
        while (body[at] == ' ' || body[at] == '\t' || body[at] == '\n' || body[at] == '\r') {
            at++;
        }
        return at;
    }

    private static String capField(Exchange exchange) {
        if (exchange.arrival().surface() == Surface.RESPONSES) {
            return "max_output_tokens";
        }
        // Compatible servers know max_tokens, and not always the newer name.
        return exchange.arrival().surface() == Surface.CHAT_COMPLETIONS && isOpenAi(exchange.target().upstream())
                ? NEWER_CAP
                : "max_tokens";
    }

    private static boolean isOpenAi(Upstream upstream) {
        return switch (upstream.kind()) {
            case OPENAI, AZURE_OPENAI -> true;
            default -> upstream.baseUrl().toLowerCase(Locale.ROOT).startsWith("https://api.openai.com/");
        };
    }

    /** The object is not empty: a request without any field does not come this far. */
    private void insert(ModelRequest request, String field) {
        edits.add(new Edit(request.insertAt(), request.insertAt(), utf8(field + ",")));
    }

    private List<BodySlice> slices() {
        if (edits.isEmpty()) {
            return List.of(BodySlice.of(body));
        }
        // What is put in at a place comes before what is taken out from there on.
        edits.sort(IN_ORDER);
        List<BodySlice> slices = new ArrayList<>(edits.size() * 2 + 1);
        int at = 0;
        for (Edit edit : edits) {
            add(slices, at, edit.start());
            if (edit.replacement().length > 0) {
                slices.add(BodySlice.of(edit.replacement()));
            }
            at = edit.end();
        }
        add(slices, at, body.length);
        return slices;
    }

    private void add(List<BodySlice> slices, int from, int to) {
        if (to > from) {
            slices.add(new BodySlice(body, from, to - from));
        }
    }

    private static String quoted(String text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
