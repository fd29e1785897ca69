package org.gatehouse.gateway;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.CallAttempt;
import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Cost;
import org.gatehouse.audit.Outcome;
import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.cache.ExactCache;
import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.gateway.exchange.Arrival;
import org.gatehouse.gateway.exchange.CacheLook;
import org.gatehouse.gateway.exchange.ClientGoneException;
import org.gatehouse.gateway.exchange.ClientReply;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.KeptAnswer;
import org.gatehouse.gateway.exchange.ModelRequest;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.exchange.Reservation;
import org.gatehouse.gateway.metering.CallMeter;
import org.gatehouse.gateway.metering.Tariff;
import org.gatehouse.gateway.recording.CallBook;
import org.gatehouse.gateway.recording.Callers;
import org.gatehouse.gateway.relay.Ending;
import org.gatehouse.gateway.upstream.Trouble;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.ModelRoute;

/**
 * The end of every call, in this order: settle what it used, record it durably, and only then let its last bytes go. A
 * client never holds a whole reply that the box does not know of. Thread-safe.
 */
public final class Conclusion {
    /** What a client that left would have got; nginx's convention, seen in the trail only. */
    private static final int CLIENT_CLOSED_REQUEST = 499;
    private static final String JSON = "application/json";
    private static final String EVENTS = "text/event-stream";
    private static final Refusal UNRECORDED = Refusal.retry(Reason.UNAVAILABLE,
            "The box cannot record calls at the moment and so carries none. Try again in a while.",
            Duration.ofSeconds(5));

    private static final Trouble UNRECORDED_TROUBLE = new Trouble(UNRECORDED, Cause.INVALID_REQUEST, null);

    private static final Refusal ABANDONED = Refusal.of(Reason.UNAVAILABLE,
            "The box failed to carry the call to its end. Try again; if it stays so, tell its administrators.");

    private final CallBook book;
    private final ExactCache cache;
    private final LongSupplier nanoTime;

    /** Takes where calls are written down, where answers are kept, and the clock of durations. */
    public Conclusion(CallBook book, ExactCache cache, LongSupplier nanoTime) {
        this.book = book;
        this.cache = cache;
        this.nanoTime = nanoTime;
    }

    /** Refuses a call that cannot even be recorded. */
    public void turnAway(Exchange exchange, Refusal refusal) {
        sendError(exchange, refusal);
    }

    /** Records a refusal that somebody else sends. */
    void note(Exchange exchange, int status, String code) {
        record(exchange, new Entry(status, Outcome.REFUSED, code, Usage.NOTHING, null), -1, new byte[0], null);
    }

    /** Records and sends a refusal. */
    public void refuse(Exchange exchange, Refusal refusal) {
        Entry entry = new Entry(refusal.reason().status(), Outcome.REFUSED, refusal.reason().code(), Usage.NOTHING,
                null);
        if (!record(exchange, entry, -1, new byte[0], null)) {
            sendError(exchange, UNRECORDED);
            return;
        }
        sendError(exchange, refusal);
    }

    /**
     * Ends a call that a bug has stopped somewhere: whatever is not done yet is done, so that it leaves a row, holds
     * nothing and is answered. True when its row is written.
     *
     * @param flight of a call that took off
     */
    boolean abandon(Exchange exchange, CallBook.@Nullable Flight flight) {
        Reservation held = exchange.reservationIfKnown();
        if (held != null) {
            held.settle(Usage.NOTHING, null);
        }
        boolean recorded = exchange.recorded()
                || record(exchange, new Entry(ABANDONED.reason().status(), Outcome.FAILED, ABANDONED.reason().code(),
                        Usage.NOTHING, null), -1, new byte[0], flight);
        if (exchange.reply().started()) {
            exchange.reply().breakOff();
        } else {
            sendError(exchange, ABANDONED);
        }
        return recorded;
    }

    /** Records and sends an answer of the gateway's own. */
    void answer(Exchange exchange, byte[] json) {
        Entry entry = new Entry(200, Outcome.COMPLETED, null, Usage.NOTHING, null);
        if (!record(exchange, entry, nanoTime.getAsLong(), json, null)) {
            sendError(exchange, UNRECORDED);
            return;
        }
        headers(exchange);
        quietly(() -> exchange.reply().send(200, JSON, json));
    }

    /**
     * Records and sends an answer that was kept.
     *
     * @param body the whole reply, or all its events
     */
    void repeat(Exchange exchange, CacheLook.Hit hit, byte[] body) {
        KeptAnswer answer = hit.answer();
        Cost cost = answer.cost();
        exchange.reservation().settle(Usage.NOTHING, null);
        Entry entry = new Entry(200, Outcome.COMPLETED, null,
                Usage.tokens(0, 0, Usage.Source.CACHED),
                cost == null ? null : new Cost(BigDecimal.ZERO, cost.currency()));
        if (!record(exchange, entry, nanoTime.getAsLong(), body, null)) {
            sendError(exchange, UNRECORDED);
            return;
        }
        cache.given(hit);
        answer.losses().forEach(exchange.losses()::say);
        headers(exchange);
        exchange.reply().header("age", Long.toString(hit.age().toSeconds()));
        if (answer.simulated()) {
            exchange.reply().header("x-gatehouse-simulated", "true");
        }
        quietly(() -> {
            if (exchange.request().streamed()) {
                ClientReply.Body events = exchange.reply().open(200, EVENTS);
                events.write(body, 0, body.length);
                events.end();
            } else {
                exchange.reply().send(200, JSON, body);
            }
        });
    }

    /** Ends a call that reached its upstream. */
    void conclude(Exchange exchange, Ending ending, CallMeter meter, CallBook.Flight flight, long firstByteNanos,
            byte[] streamedReply) {
        Tariff tariff = Tariff.of(exchange);
        Usage usage = usage(ending, meter);
        Cost cost = usage.source() == Usage.Source.NONE ? null : tariff.costOf(usage);
        Usage ofTheAnswer = usage;
        Cost costOfTheAnswer = cost;
        for (CallAttempt attempt : exchange.attempts()) {
            usage = withAttempt(usage, attempt);
            cost = withAttempt(cost, attempt);
        }
        exchange.reservation().settle(usage, cost == null ? null : cost.amount());
        Entry entry = entry(ending, usage, cost);
        if (entry.outcome() == Outcome.COMPLETED && exchange.reservation().cutsShort()
                && usage.outputTokens() >= exchange.reservation().cap()) {
            // The upstream was told the cap and kept to it.
            entry = new Entry(entry.status(), Outcome.CUT_BY_QUOTA, Reason.QUOTA_USED_UP.code(), usage, cost);
        }
        byte[] replyBody = ending instanceof Ending.WholeReply whole ? whole.body() : streamedReply;
        long firstByte = ending instanceof Ending.WholeReply ? nanoTime.getAsLong() : firstByteNanos;
        boolean recorded = record(exchange, entry, firstByte, replyBody, flight);
        if (recorded) {
            flight.land();
            if (entry.outcome() == Outcome.COMPLETED && entry.status() == 200) {
                cache.answered(exchange, replyBody, !(ending instanceof Ending.WholeReply), ofTheAnswer,
                        costOfTheAnswer);
            }
        }
        quietly(() -> letGo(exchange, recorded ? ending : unrecorded(exchange, ending)));
    }

    /** What a try used that came to nothing was used all the same. */
    private static Usage withAttempt(Usage usage, CallAttempt attempt) {
        if (attempt.inputTokens() + attempt.outputTokens() == 0) {
            return usage;
        }
        return new Usage(usage.inputTokens() + attempt.inputTokens(), usage.outputTokens() + attempt.outputTokens(),
                usage.cachedInputTokens(), usage.cacheWriteTokens(), usage.longCacheWriteTokens(),
                usage.reasoningTokens(), usage.audioMillis(),
                usage.images(), usage.characters(), usage.media(),
                usage.source() == Usage.Source.NONE ? Usage.Source.REPORTED : usage.source());
    }

    private static @Nullable Cost withAttempt(@Nullable Cost cost, CallAttempt attempt) {
        Cost more = attempt.cost();
        return more == null || cost == null
                ? cost == null ? more : cost
                : new Cost(cost.amount().add(more.amount()), cost.currency());
    }

    private static Usage usage(Ending ending, CallMeter meter) {
        return switch (ending) {
            case Ending.WholeReply whole -> whole.upstreamError() && !meter.reported()
                    ? Usage.NOTHING
                    : meter.total();
            case Ending.FailedBefore _ -> Usage.NOTHING;
            case Ending.ClientLeft left -> left.asked() ? meter.total() : Usage.NOTHING;
            case Ending.StreamEnd _,Ending.QuotaEnd _,Ending.FailedAfter _ -> meter.total();
        };
    }

    private static Entry entry(Ending ending, Usage usage, @Nullable Cost cost) {
        return switch (ending) {
            case Ending.WholeReply whole -> new Entry(whole.status(),
                    whole.upstreamError() ? Outcome.FAILED : Outcome.COMPLETED,
                    whole.upstreamError() ? "upstream_refused" : null, usage, cost);
            case Ending.StreamEnd end -> new Entry(200, end.failed() ? Outcome.FAILED : Outcome.COMPLETED,
                    end.failed() ? Reason.UPSTREAM_ERROR.code() : null, usage, cost);
            case Ending.QuotaEnd _ ->
                new Entry(200, Outcome.CUT_BY_QUOTA, Reason.QUOTA_USED_UP.code(), usage, cost);
            case Ending.FailedBefore before -> new Entry(before.trouble().refusal().reason().status(), Outcome.FAILED,
                    before.trouble().refusal().reason().code(), usage, cost);
            case Ending.FailedAfter after ->
                new Entry(200, Outcome.FAILED, after.trouble().refusal().reason().code(), usage, cost);
            case Ending.ClientLeft _ -> new Entry(CLIENT_CLOSED_REQUEST, Outcome.CLIENT_GONE, null, usage, cost);
        };
    }

    private static Ending unrecorded(Exchange exchange, Ending ending) {
        return exchange.reply().started()
                ? new Ending.FailedAfter(UNRECORDED_TROUBLE,
                        exchange.arrival().dialect().errorEvent(exchange.arrival().surface(), UNRECORDED))
                : ending instanceof Ending.ClientLeft ? ending : new Ending.FailedBefore(UNRECORDED_TROUBLE);
    }

    private void letGo(Exchange exchange, Ending ending) {
        switch (ending) {
            case Ending.WholeReply whole -> {
                headers(exchange);
                exchange.reply().send(whole.status(), whole.contentType(), whole.body());
            }
            case Ending.StreamEnd end -> {
                ClientReply.Body body = exchange.reply().body();
                body.write(end.lastBytes(), 0, end.lastBytes().length);
                body.end();
            }
            case Ending.QuotaEnd end -> {
                ClientReply.Body body = exchange.reply().body();
                body.write(end.lastBytes(), 0, end.lastBytes().length);
                if (end.whole()) {
                    body.end();
                } else {
                    body.flush();
                    exchange.reply().breakOff();
                }
            }
            case Ending.FailedBefore before -> sendError(exchange, before.trouble().refusal());
            case Ending.FailedAfter after -> {
                ClientReply.Body body = exchange.reply().body();
                body.write(after.event(), 0, after.event().length);
                body.flush();
                // Some clients ignore error events; none takes a broken transport for a whole reply.
                exchange.reply().breakOff();
            }
            case Ending.ClientLeft _ -> exchange.reply().breakOff();
        }
    }

    private void sendError(Exchange exchange, Refusal refusal) {
        ClientReply reply = exchange.reply();
        if (exchange.look() instanceof CacheLook.Hit) {
            exchange.looked(CacheLook.OFF);
        }
        headers(exchange);
        Duration wait = refusal.retryAfter();
        if (wait != null) {
            reply.header("retry-after", Long.toString(Math.max(1, (wait.toMillis() + 999) / 1000)));
        }
        if (refusal.reason().status() == 429 && wait == null) {
            // The official client libraries retry a 429 unless told not to.
            reply.header("x-should-retry", "false");
        }
        quietly(() -> reply.send(refusal.reason().status(), JSON, exchange.arrival().dialect().errorBody(refusal)));
    }

    /** Sets the headers that every answer carries. */
    public void headers(Exchange exchange) {
        ClientReply reply = exchange.reply();
        Arrival arrival = exchange.arrival();
        reply.header("x-request-id", arrival.requestId());
        reply.header("traceparent", arrival.trace().traceparent());
        ModelRoute.Target target = exchange.targetIfKnown();
        ModelRoute route = exchange.routeIfKnown();
        if (route != null) {
            reply.header("x-gatehouse-model", route.name());
            reply.header("x-gatehouse-cache", exchange.look().told());
        }
        if (target != null) {
            reply.header("x-gatehouse-upstream", target.upstream().name());
            if (target.upstream().simulated()) {
                reply.header("x-gatehouse-simulated", "true");
            }
        }
        if (!exchange.attempts().isEmpty()) {
            reply.header("x-gatehouse-attempts", Integer.toString(exchange.attempts().size() + 1));
        }
        if (!exchange.losses().told().isEmpty()) {
            reply.header("x-gatehouse-warning", String.join(", ", exchange.losses().told()));
        }
        arrival.dialect().rates(reply, exchange.rates(),
                arrival.at().plusNanos(nanoTime.getAsLong() - arrival.nanos()));
    }

    /**
     * Records what came of something that is answered elsewhere than through the exchange's reply, such as over a WebSocket. It
     * is settled already.
     *
     * @param firstByteNanos when the client got the first of it; -1 when it got nothing
     * @param flight landed here once the row is durable; {@code null} for what never reached an upstream
     * @return whether the row is durable
     */
    public boolean enter(Exchange exchange, int status, Outcome outcome, @Nullable String code, Usage usage,
            @Nullable Cost cost, long firstByteNanos, byte[] reply, CallBook.@Nullable Flight flight) {
        boolean recorded = record(exchange, new Entry(status, outcome, code, usage, cost), firstByteNanos, reply,
                flight);
        if (recorded && flight != null) {
            flight.land();
        }
        return recorded;
    }

    private record Entry(int status, Outcome outcome, @Nullable String errorCode, Usage usage, @Nullable Cost cost) {}

    private boolean record(Exchange exchange, Entry entry, long firstByteNanos, byte[] replyBody,
            CallBook.@Nullable Flight flight) {
        Arrival arrival = exchange.arrival();
        ModelRequest request = exchange.requestIfKnown();
        ModelRoute.Target target = exchange.targetIfKnown();
        KeyRecord key = exchange.keyIfKnown();
        Optional<byte[]> requestToKeep = key != null && request != null && key.recording().requests()
                ? Optional.of(request.body())
                : Optional.empty();
        Optional<byte[]> replyToKeep = key != null && key.recording().replies() && replyBody.length > 0
                ? Optional.of(replyBody)
                : Optional.empty();
        KeptAnswer kept = entry.usage().source() == Usage.Source.CACHED && exchange.look() instanceof CacheLook.Hit hit
                ? hit.answer()
                : null;
        // Said first: whatever comes of it, the call is not written a second time.
        exchange.recording();
        long now = nanoTime.getAsLong();
        CallRecord row = new CallRecord(arrival.id(), arrival.trace().traceId(), arrival.requestId(), arrival.at(),
                key == null ? null : Callers.of(key), arrival.clientAddress().getHostAddress(),
                arrival.dialect().name(),
                arrival.surface().id(), request != null && request.streamed(), arrival.scenario(),
                request == null ? null : request.model(),
                target == null ? kept == null ? null : kept.servedBy() : target.upstreamModel(),
                target == null ? null : target.upstream().name(),
                target == null ? kept != null && kept.simulated() : target.upstream().simulated(),
                entry.status(), entry.outcome(), entry.errorCode(), entry.usage(), entry.cost(),
                firstByteNanos < 0 ? null : (firstByteNanos - arrival.nanos()) / 1000, (now - arrival.nanos()) / 1000,
                null, null, exchange.instanceIfKnown(), exchange.attempts(), kept == null ? null : kept.saved());
        return book.write(row, requestToKeep.orElse(null), replyToKeep.orElse(null),
                key == null ? 0 : key.recordingDays(), flight);
    }

    /** The row is written: a client that leaves now changes nothing. */
    private static void quietly(Runnable write) {
        try {
            write.run();
        } catch (ClientGoneException _) {
            // Nobody is there to tell.
        }
    }
}
