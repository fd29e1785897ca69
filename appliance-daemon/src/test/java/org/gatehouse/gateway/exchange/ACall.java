package org.gatehouse.gateway.exchange;

import java.math.BigDecimal;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.dialect.openai.OpenAiDialect;
import org.gatehouse.gateway.protocol.Protocol;
import org.gatehouse.governance.snapshot.Budget;
import org.gatehouse.governance.snapshot.Grant;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.Limit;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.PolicySnapshot;
import org.gatehouse.governance.snapshot.Price;
import org.gatehouse.governance.snapshot.PriceBook;
import org.gatehouse.governance.snapshot.Surface;
import org.gatehouse.governance.snapshot.Upstream;

/** Builds calls that have come as far as a test wants, without any network. */
public final class ACall {
    /** Of the key that every such call is made with. */
    public static final UUID KEY = UUID.fromString("00000000-0000-7000-8000-0000000000aa");
    /** When every such call starts. */
    public static final Instant AT = Instant.parse("2026-03-04T05:06:07Z");

    private final Surface surface;
    private final String body;
    private Upstream.Kind kind = Upstream.Kind.VLLM;
    private String baseUrl = "http://127.0.0.1:9/v1";
    private String upstreamModel = "upstream-model";
    private ModelRoute.Tokenizer tokenizer = ModelRoute.Tokenizer.UNKNOWN;
    private int contextTokens = 8192;
    private List<Limit> limits = List.of();
    private List<Budget> budgets = List.of();
    private List<Price> prices = List.of();
    private @Nullable Reservation reservation;

    private ACall(Surface surface, String body) {
        this.surface = surface;
        this.body = body;
    }

    /** A call on a surface with that body. */
    public static ACall on(Surface surface, String body) {
        return new ACall(surface, body);
    }

    /** A chat call; {@code more} are further fields, each with a comma before it. */
    public static ACall chat(String more) {
        return on(Surface.CHAT_COMPLETIONS,
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]" + more + "}");
    }

    /** To that kind of upstream, under that address. */
    public ACall to(Upstream.Kind newKind, String newBaseUrl) {
        kind = newKind;
        baseUrl = newBaseUrl;
        return this;
    }

    /** To a model that its upstream calls so. */
    public ACall servedBy(String newUpstreamModel) {
        upstreamModel = newUpstreamModel;
        return this;
    }

    /** To a model whose tokens are counted so. */
    public ACall countedBy(ModelRoute.Tokenizer newTokenizer) {
        tokenizer = newTokenizer;
        return this;
    }

    /** To a model with that context. */
    public ACall context(int tokens) {
        contextTokens = tokens;
        return this;
    }

    /** By a key with those limits. */
    public ACall limited(Limit... newLimits) {
        limits = List.of(newLimits);
        return this;
    }

    /** By a key with those budgets. */
    public ACall budgeted(Budget... newBudgets) {
        budgets = List.of(newBudgets);
        return this;
    }

    /** While those prices are in force. */
    public ACall priced(Price... newPrices) {
        prices = List.of(newPrices);
        return this;
    }

    /** Admitted with so many output tokens, of which the upstream must be told or not. */
    public ACall holding(long outputTokens, boolean told) {
        reservation = new Held(outputTokens, told ? outputTokens : Long.MAX_VALUE);
        return this;
    }

    /** The key of the call. */
    public static KeyRecord key(List<Limit> limits, List<Budget> budgets) {
        UUID one = UUID.fromString("00000000-0000-7000-8000-000000000001");
        return new KeyRecord(KEY, "key", one, one, "department", one, "project", null, null, KeyRecord.State.ACTIVE,
                null, Grant.all(), Grant.all(), List.of(), limits, budgets, KeyRecord.Recording.NONE);
    }

    /** The call, read and routed; admitted only after {@link #holding}. */
    public Exchange routed() {
        PolicySnapshot snapshot = new PolicySnapshot(1, java.util.Map.of(), java.util.Map.of(), new PriceBook(prices));
        OpenAiDialect dialect = new OpenAiDialect();
        Arrival arrival = new Arrival(UUID.randomUUID(), AT, 0, dialect, surface, InetAddress.getLoopbackAddress(),
                "request", TraceContext.of(null, new Random(1)), null, null, "application/json", null,
                Arrival.Hints.NONE, snapshot);
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        Exchange exchange = new Exchange(arrival, new Present(), new NoReply(),
                () -> new RequestBody.Result.Whole(bytes));
        exchange.identifiedAs(key(limits, budgets));
        String type = body.startsWith("--B\r\n") ? "multipart/form-data; boundary=B" : "application/json";
        if (dialect.read(surface, type, null, bytes) instanceof Dialect.Reading.Asked asked) {
            exchange.asked(asked.request());
        } else {
            throw new IllegalArgumentException("no valid request: " + body);
        }
        Upstream upstream = new Upstream(UUID.nameUUIDFromBytes(baseUrl.getBytes(StandardCharsets.UTF_8)), "upstream",
                kind, baseUrl, null, true, true, true, new Upstream.Timeouts(Duration.ofSeconds(1),
                        Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1)),
                1 << 20);
        ModelRoute.Target target = new ModelRoute.Target(UUID.randomUUID(), upstream, upstreamModel, 1);
        exchange.resolvedTo(new ModelRoute(UUID.randomUUID(), "m", Instant.EPOCH, tokenizer, contextTokens, 1024,
                Grant.all(), List.of(target)));
        Protocol spoken = Protocol.of(exchange.arrival().surface());
        boolean tells = kind == Upstream.Kind.VLLM && exchange.arrival().surface() != Surface.RESPONSES;
        exchange.ledBy(new NoWay(), List.of(target));
        exchange.routedTo(target, new Passage(spoken, spoken, true, tells));
        exchange.leased(exchange.request().streamed() && tells && exchange.arrival().surface().generatesText());
        if (reservation != null) {
            exchange.holds(reservation);
        }
        return exchange;
    }

    /** A call of which only the head was read. */
    public static Exchange arrived(Arrival arrival) {
        return new Exchange(arrival, new Present(), new NoReply(), () -> new RequestBody.Result.Whole(new byte[0]));
    }

    private static final class Present implements ClientPresence {
        @Override
        public boolean gone() {
            return false;
        }

        @Override
        public Watch onGone(Runnable action) {
            return () -> {};
        }
    }

    private static final class NoReply implements ClientReply {
        @Override
        public void header(String name, String value) {
            throw new AssertionError("no test asks for this");
        }

        @Override
        public void send(int status, String contentType, byte[] bytes) {
            throw new AssertionError("no test asks for this");
        }

        @Override
        public Body open(int status, String contentType) {
            throw new AssertionError("no test asks for this");
        }

        @Override
        public Body body() {
            throw new AssertionError("no test asks for this");
        }

        @Override
        public boolean started() {
            return false;
        }

        @Override
        public void breakOff() {
            throw new AssertionError("no test asks for this");
        }
    }

    private record Held(long outputTokens, long cap) implements Reservation {
        @Override
        public boolean cutsShort() {
            return false;
        }

        @Override
        public Extension extend(long moreOutputTokens) {
            return new Extension.Exhausted();
        }

        @Override
        public void settle(Usage usage, @Nullable BigDecimal cost) {
            // Held by nobody else.
        }

        @Override
        public RateHeaders rateHeaders() {
            return RateHeaders.NONE;
        }
    }
}
