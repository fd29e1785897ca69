package org.gatehouse.gateway;

import java.time.InstantSource;
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
import org.gatehouse.gateway.upstream.Dispatch;
import org.gatehouse.gateway.upstream.UpstreamTrouble;
import org.gatehouse.gateway.upstream.http.AbortCause;
import org.gatehouse.gateway.upstream.http.UpstreamCall;
import org.gatehouse.gateway.upstream.http.UpstreamFailure;
import org.gatehouse.gateway.upstream.http.UpstreamFailureException;
import org.gatehouse.gateway.upstream.http.UpstreamReply;

/**
 * The talk with the upstream of an admitted call: dispatch, relay, and whatever ends it. The client's leaving cancels
 * the upstream call at once, whether it streams or not. Thread-safe.
 */
public final class Conversation {
    private static final int MAX_TAIL_BYTES = 4096;

    private final Dispatch dispatch;
    private final PlainRelay plainRelay;
    private final PromptCounter prompts;
    private final CallBook book;
    private final Conclusion conclusion;
    private final LongSupplier nanoTime;

    /** Takes what it needs on the way. */
    public Conversation(Dispatch dispatch, PromptCounter prompts, CallBook book, Conclusion conclusion,
            InstantSource clock, LongSupplier nanoTime) {
        this.dispatch = dispatch;
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
        } finally {
            // A bug must not leak what the call holds; a second settling counts for nothing.
            talk.close();
        }
    }

    private final class Talk implements StreamRelay.Listener {
        private final Exchange exchange;
        private final CallMeter meter;
        private final CallBook.Flight flight;
        private long firstByteNanos = -1;
        private byte[] recordedReply = new byte[0];
        private @Nullable UpstreamReply begun;

        private Talk(Exchange exchange) {
            this.exchange = exchange;
            this.meter = new CallMeter(exchange, prompts);
            this.flight = book.takeOff(exchange);
        }

        private void run() {
            UpstreamCall call = dispatch.call(exchange);
            boolean tailLeft = false;
            try {
                Ending ending;
                try (ClientPresence.Watch _ = exchange.presence().onGone(() -> call.abort(AbortCause.CLIENT_GONE))) {
                    ending = converse(call);
                }
                tailLeft = ending instanceof Ending.StreamEnd;
                if (!tailLeft) {
                    // Whatever ended it, nothing more of the reply is wanted: the upstream must stop producing now.
                    call.close();
                }
                conclusion.conclude(exchange, ending, meter, flight, firstByteNanos, recordedReply);
            } finally {
                UpstreamReply reply = begun;
                if (tailLeft && reply != null) {
                    Thread.startVirtualThread(() -> readTail(call, reply));
                } else {
                    call.close();
                }
            }
        }

        /** Behind the last event comes the end of the body; read, it gives the connection back to the pool. */
        private static void readTail(UpstreamCall call, UpstreamReply reply) {
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
            StreamRelay stream = null;
            try {
                UpstreamReply reply = call.execute();
                begun = reply;
                String contentType = reply.header("content-type").orElse("");
                if (reply.status() == 200 && contentType.startsWith("text/event-stream")) {
                    int recordBytes = exchange.key().recording().replies() ? CallBook.MAX_RECORDED_BYTES : 0;
                    stream = new StreamRelay(exchange, meter, this, recordBytes);
                    Ending ending = stream.relay(reply, contentType);
                    recordedReply = stream.recorded();
                    return ending;
                }
                if (exchange.request().streamed() && reply.status() == 200 && contentType.isEmpty()) {
                    return new Ending.FailedBefore(UpstreamTrouble.broken(exchange.target().upstream(),
                            "answered with something that is no stream"));
                }
                return plainRelay.relay(exchange, reply, meter);
            } catch (UpstreamFailureException e) {
                if (stream != null) {
                    recordedReply = stream.recorded();
                }
                if (exchange.presence().gone() || e.failure() instanceof UpstreamFailure.Aborted aborted
                        && aborted.cause() == AbortCause.CLIENT_GONE) {
                    return new Ending.ClientLeft();
                }
                return stream == null
                        ? new Ending.FailedBefore(UpstreamTrouble.of(exchange.target().upstream(), e.failure()))
                        : stream.failed(e.failure());
            } catch (ClientGoneException _) {
                if (stream != null) {
                    recordedReply = stream.recorded();
                }
                return new Ending.ClientLeft();
            }
        }

        @Override
        public void firstByte() {
            firstByteNanos = nanoTime.getAsLong();
            conclusion.headers(exchange);
        }

        @Override
        public void progress(long inputTokens, long outputTokens) {
            flight.progress(inputTokens, outputTokens);
        }

        private void close() {
            if (!flight.landed()) {
                conclusion.refuse(exchange, Refusal.of(Reason.UNAVAILABLE,
                        "The box failed to carry the call to its end. Try again; if it stays so, tell its administrators."));
                exchange.reservation().settle(meter.total(), null);
                flight.land();
            }
        }
    }
}
