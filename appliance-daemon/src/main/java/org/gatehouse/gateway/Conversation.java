package org.gatehouse.gateway;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.exchange.ClientGoneException;
import org.gatehouse.gateway.exchange.ClientPresence;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.metering.CallMeter;
import org.gatehouse.gateway.metering.PromptCounter;
import org.gatehouse.gateway.recording.CallBook;
import org.gatehouse.gateway.relay.Ending;
import org.gatehouse.gateway.relay.PlainRelay;
import org.gatehouse.gateway.relay.StreamRelay;
import org.gatehouse.gateway.upstream.Berth;
import org.gatehouse.gateway.upstream.BerthSearch;
import org.gatehouse.gateway.upstream.Berths;
import org.gatehouse.gateway.upstream.Dispatch;
import org.gatehouse.gateway.upstream.UpstreamTrouble;
import org.gatehouse.gateway.upstream.http.AbortCause;
import org.gatehouse.gateway.upstream.http.UpstreamCall;
import org.gatehouse.gateway.upstream.http.UpstreamFailure;
import org.gatehouse.gateway.upstream.http.UpstreamFailureException;
import org.gatehouse.gateway.upstream.http.UpstreamReply;

/**
 * The talk with the upstream of an admitted call: dispatch, relay, and whatever ends it. The client's leaving cancels
 * the upstream call within milliseconds, whether it streams or not. Thread-safe.
 */
public final class Conversation {
    private static final System.Logger LOG = System.getLogger(Conversation.class.getName());
    private static final int MAX_TAIL_BYTES = 4096;
    private static final Duration TAIL_GRACE = Duration.ofMillis(500);
    /** How long an upstream whose client has left must say nothing to have said everything. */
    private static final long SILENCE_NANOS = 10_000_000;
    private static final long LONGEST_STREAM_NANOS = 100_000_000;
    private static final long LONGEST_PLAIN_NANOS = 25_000_000;
    /** Until an upstream that was told has closed: it does at once unless it is very busy, or does not care. */
    private static final long LONGEST_GOODBYE_NANOS = 100_000_000;
    private static final String EVENTS = "text/event-stream";
    private static final byte[] NOTHING = {};
    private static final Refusal BUG = Refusal.of(Reason.UNAVAILABLE,
            "The box failed to carry the call to its end. Try again; if it stays so, tell its administrators.");

    private final Dispatch dispatch;
    private final Berths berths;
    private final PlainRelay plainRelay;
    private final PromptCounter prompts;
    private final CallBook book;
    private final Conclusion conclusion;
    private final LongSupplier nanoTime;

    /** Takes what it needs on the way. */
    public Conversation(Dispatch dispatch, Berths berths, PromptCounter prompts, CallBook book, Conclusion conclusion,
            InstantSource clock, LongSupplier nanoTime) {
        this.dispatch = dispatch;
        this.berths = berths;
        this.plainRelay = new PlainRelay(clock);
        this.prompts = prompts;
        this.book = book;
        this.conclusion = conclusion;
        this.nanoTime = nanoTime;
    }

    void hold(Exchange exchange) {
        Talk talk = new Talk(exchange);
        try {
            talk.run();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "A call could not be ended as it should (trace "
                    + exchange.arrival().trace().traceId() + "). This is a bug: report it.", e);
            if (conclusion.abandon(exchange, talk.flight)) {
                talk.flight.land();
            }
        }
    }

    private final class Talk implements StreamRelay.Listener {
        private final Exchange exchange;
        private final CallMeter meter;
        private final CallBook.Flight flight;
        private long firstByteNanos = -1;
        private final AtomicBoolean leaving = new AtomicBoolean();
        private volatile @Nullable UpstreamCall talking;
        private volatile boolean streaming;
        private volatile boolean waiting;
        private volatile long waitingSince;
        private boolean unsent;
        private @Nullable Berth berth;
        private @Nullable UpstreamReply begun;
        private @Nullable StreamRelay stream;

        private Talk(Exchange exchange) {
            this.exchange = exchange;
            this.meter = new CallMeter(exchange, prompts);
            this.flight = book.takeOff(exchange);
        }

        private void run() {
            boolean tailLeft = false;
            try {
                Ending ending;
                try (ClientPresence.Watch _ = exchange.presence().onGone(this::clientLeft)) {
                    ending = exchange.target().upstream().deployment() == null
                            ? converse(dispatch.call(exchange))
                            : converseWithAnEngine(berths.search(exchange));
                }
                tailLeft = ending instanceof Ending.StreamEnd;
                if (!tailLeft) {
                    // Whatever ended it, nothing more of the reply is wanted: the upstream must stop producing now.
                    hangUp();
                }
                conclusion.conclude(exchange, ending, meter, flight, firstByteNanos, recorded());
            } finally {
                UpstreamCall call = talking;
                UpstreamReply reply = begun;
                if (tailLeft && reply != null && call != null) {
                    Thread.startVirtualThread(() -> readTail(call, reply));
                } else {
                    hangUp();
                }
                if (berth != null) {
                    berth.close();
                }
            }
        }

        private void hangUp() {
            UpstreamCall call = talking;
            if (call != null) {
                call.close();
            }
        }

        /** Goes on to another engine as long as nothing was sent to the one before. */
        private Ending converseWithAnEngine(BerthSearch search) {
            while (true) {
                switch (search.next()) {
                    case BerthSearch.Found.Place place -> {
                        berth = place.berth();
                        exchange.servedBy(place.berth().instance().name());
                        Ending ending = converse(dispatch.call(exchange, place.berth().instance()));
                        if (!unsent || !(ending instanceof Ending.FailedBefore)) {
                            return ending;
                        }
                        hangUp();
                        search.unreachable(place.berth());
                    }
                    case BerthSearch.Found.Nothing nothing -> {
                        return new Ending.FailedBefore(nothing.refusal());
                    }
                    case BerthSearch.Found.ClientLeft _ -> {
                        return new Ending.ClientLeft(false);
                    }
                }
            }
        }

        private byte[] recorded() {
            return stream == null ? NOTHING : stream.recorded();
        }

        /**
         * Behind the last event comes the end of the body; read, it gives the connection back to the pool. An upstream that
         * does not end what it has said to the end keeps no connection for that.
         */
        private static void readTail(UpstreamCall call, UpstreamReply reply) {
            call.endWithin(TAIL_GRACE);
            byte[] tail = new byte[256];
            try (call) {
                int read = 0;
                for (int count = 0; count >= 0 && read < MAX_TAIL_BYTES; read += count) {
                    count = reply.read(tail, 0, tail.length);
                }
            } catch (UpstreamFailureException _) {
                // The reply is whole; a connection that fails now is closed and missed by nobody.
            }
        }

        private Ending converse(UpstreamCall call) {
            // Said before the client is looked for: one that leaves from now on finds the call to cancel.
            talking = call;
            unsent = false;
            if (exchange.presence().gone()) {
                return new Ending.ClientLeft(false);
            }
            try {
                return relay(call.execute());
            } catch (UpstreamFailureException e) {
                return failed(e.failure());
            } catch (ClientGoneException _) {
                return new Ending.ClientLeft(true);
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "The relay of a call failed (trace " + exchange.arrival().trace()
                        .traceId() + "); the call ends with an error. This is a bug: report it.", e);
                return stream == null ? new Ending.FailedBefore(BUG) : stream.failed(BUG);
            }
        }

        private Ending relay(UpstreamReply reply) throws UpstreamFailureException {
            begun = reply;
            String contentType = reply.header("content-type").orElse("");
            if (reply.status() == 200 && contentType.regionMatches(true, 0, EVENTS, 0, EVENTS.length())) {
                int recordBytes = exchange.key().recording().replies() ? CallBook.MAX_RECORDED_BYTES : 0;
                StreamRelay relay = new StreamRelay(exchange, meter, this, recordBytes);
                stream = relay;
                return relay.relay(reply, contentType);
            }
            if (exchange.request().streamed() && reply.status() == 200 && contentType.isEmpty()) {
                return new Ending.FailedBefore(UpstreamTrouble.broken(exchange.target().upstream(),
                        "answered with something that is no stream"));
            }
            Ending ending = plainRelay.relay(exchange, reply, meter);
            boolean answered = ending instanceof Ending.WholeReply whole && !whole.upstreamError();
            return answered && exchange.presence().gone() ? new Ending.ClientLeft(true) : ending;
        }

        private Ending failed(UpstreamFailure failure) {
            unsent = failure.nothingSent() && !(failure instanceof UpstreamFailure.Aborted);
            if (exchange.presence().gone() || failure instanceof UpstreamFailure.Aborted aborted
                    && aborted.cause() == AbortCause.CLIENT_GONE) {
                return new Ending.ClientLeft(!failure.nothingSent());
            }
            return stream == null
                    ? new Ending.FailedBefore(UpstreamTrouble.of(exchange.target().upstream(), failure))
                    : stream.failed(failure);
        }

        @Override
        public void firstByte() {
            firstByteNanos = nanoTime.getAsLong();
            conclusion.headers(exchange);
        }

        /**
         * Tells the upstream once it falls silent, and soon in any case: what it has made by then was made for this call, and
         * is counted to the token. Then takes what is still on its way, or breaks off.
         */
        @Override
        public void clientLeft() {
            UpstreamCall call = talking;
            if (call != null && leaving.compareAndSet(false, true)) {
                Thread.startVirtualThread(() -> leave(call));
            }
        }

        private void leave(UpstreamCall call) {
            long left = nanoTime.getAsLong();
            long now;
            boolean silent;
            do {
                LockSupport.parkNanos(SILENCE_NANOS);
                now = nanoTime.getAsLong();
                silent = streaming && waiting && now - Math.max(left, waitingSince) >= SILENCE_NANOS;
            } while (!silent && now - left < (streaming ? LONGEST_STREAM_NANOS : LONGEST_PLAIN_NANOS));
            if (call.hangUp()) {
                LockSupport.parkNanos(LONGEST_GOODBYE_NANOS);
            }
            // Without effect once the call has ended.
            call.abort(AbortCause.CLIENT_GONE);
        }

        @Override
        public void waits(boolean forUpstream) {
            streaming = true;
            if (forUpstream) {
                waitingSince = nanoTime.getAsLong();
            }
            waiting = forUpstream;
        }

        @Override
        public void progress(long inputTokens, long outputTokens) {
            flight.progress(inputTokens, outputTokens);
        }
    }
}
