package org.gatehouse.gateway.relay;

import java.io.ByteArrayOutputStream;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.admission.Admission;
import org.gatehouse.gateway.exchange.ClientReply;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.exchange.Reservation;
import org.gatehouse.gateway.metering.CallMeter;
import org.gatehouse.gateway.relay.StreamGrammar.Look;
import org.gatehouse.gateway.upstream.UpstreamTrouble;
import org.gatehouse.gateway.upstream.http.UpstreamFailure;
import org.gatehouse.gateway.upstream.http.UpstreamFailureException;
import org.gatehouse.gateway.upstream.http.UpstreamReply;
import org.gatehouse.governance.snapshot.Surface;

/**
 * Passes one stream of events on, each as soon as it is whole, and holds the last one. Nothing goes to the client before
 * the first event is there, so a stream that begins with an error is still an ordinary error reply. Made for one stream,
 * confined to the call's thread.
 */
public final class StreamRelay {
    private static final int MAX_EVENT_BYTES = 16 << 20;
    private static final long LONGEST_PAUSE_NANOS = 100_000_000;

    private final Exchange exchange;
    private final CallMeter meter;
    private final Listener listener;
    private final StreamGrammar grammar;
    private final boolean limited;
    private final ByteArrayOutputStream recorded = new ByteArrayOutputStream(0);
    private final int recordBytes;
    private ClientReply.@Nullable Body body;
    private long granted;

    /** Hears how the stream goes on, for the in-flight journal and for latency figures. Called on the call's thread. */
    public interface Listener {

        /** The first bytes are about to go to the client. */
        void firstByte();

        /** So much is known to be used by now. */
        void progress(long inputTokens, long outputTokens);
    }

    /**
     * Prepares the relay of one stream.
     *
     * @param recordBytes how many bytes of the reply to keep for the trail; 0 for none
     */
    public StreamRelay(Exchange exchange, CallMeter meter, Listener listener, int recordBytes) {
        this.exchange = exchange;
        this.meter = meter;
        this.listener = listener;
        this.grammar = grammarOf(exchange);
        this.granted = exchange.reservation().outputTokens();
        this.limited = granted != Long.MAX_VALUE;
        this.recordBytes = recordBytes;
    }

    private static StreamGrammar grammarOf(Exchange exchange) {
        Surface surface = exchange.arrival().surface();
        return switch (surface) {
            case CHAT_COMPLETIONS, COMPLETIONS -> new ChatEvents(surface == Surface.CHAT_COMPLETIONS,
                    !exchange.request().usageAsked(), !exchange.request().runningUsageAsked(),
                    Admission.leased(exchange), exchange.request().choices());
            case RESPONSES, AUDIO_TRANSCRIPTIONS, AUDIO_TRANSLATIONS, AUDIO_SPEECH, IMAGES_GENERATIONS, IMAGES_EDITS,
                    EMBEDDINGS, MODELS, RERANK, MODERATIONS ->
                new TypedEvents();
        };
    }

    /** What was kept of the reply. */
    public byte[] recorded() {
        return recorded.toByteArray();
    }

    /** Passes everything on but the last event. */
    public Ending relay(UpstreamReply reply, String contentType) throws UpstreamFailureException {
        SseSplitter splitter = new SseSplitter(MAX_EVENT_BYTES);
        while (splitter.fill(reply)) {
            for (SseSplitter.Event event = splitter.next(); event != null; event = splitter.next()) {
                Ending ending = take(event, contentType);
                if (ending != null) {
                    return ending;
                }
            }
            if (splitter.tooLarge()) {
                return failed(broken("sent an event of more than " + (MAX_EVENT_BYTES >> 20) + " MiB"));
            }
            flush();
        }
        return atEnd(splitter, contentType);
    }

    /** The stream ended without saying so. */
    private Ending atEnd(SseSplitter splitter, String contentType) {
        SseSplitter.Event rest = splitter.rest();
        if (rest != null) {
            Ending ending = take(rest, contentType);
            if (ending != null) {
                return ending;
            }
        }
        if (grammar.complete()) {
            return new Ending.StreamEnd(keep(grammar.endMark()), false);
        }
        return failed(broken(body == null ? "answered with nothing" : "ended its answer in the middle"));
    }

    private @Nullable Ending take(SseSplitter.Event event, String contentType) {
        EventData data = EventData.of(event);
        Look look = data.isEmpty() ? Look.PASS : grammar.look(data, meter);
        switch (look) {
            case Look.Drop _ -> {
                return null;
            }
            case Look.Last last -> {
                byte[] bytes = java.util.Arrays.copyOfRange(event.bytes(), event.from(), event.to());
                open(contentType);
                return new Ending.StreamEnd(keep(bytes), last.failed());
            }
            case Look.Failed _ -> {
                byte[] bytes = java.util.Arrays.copyOfRange(event.bytes(), event.from(), event.to());
                return body == null
                        ? failed(broken("failed before it produced anything"))
                        : new Ending.FailedAfter(broken("failed in the middle of its answer"), keep(bytes));
            }
            case Look.Broken _ -> {
                return failed(broken("sent an event that is not JSON"));
            }
            case Look.Pass pass -> {
                if (limited && meter.outputSoFar() > granted && !extended()) {
                    meter.cutAt(granted);
                    open(contentType);
                    return new Ending.QuotaEnd(keep(grammar.earlyEnd(meter)));
                }
                pass(event, pass, contentType);
                return null;
            }
        }
    }

    private void pass(SseSplitter.Event event, Look.Pass pass, String contentType) {
        ClientReply.Body out = open(contentType);
        if (pass.cutTo() == 0) {
            out.write(event.bytes(), event.from(), event.to() - event.from());
        } else {
            out.write(event.bytes(), event.from(), pass.cutFrom() - event.from());
            out.write(event.bytes(), pass.cutTo(), event.to() - pass.cutTo());
        }
        if (recordBytes > 0) {
            keep(event.bytes(), event.from(), event.to() - event.from());
        }
    }

    /** Gets more output tokens: waits for a rate limit to refill, gives up when a quota is used up. */
    private boolean extended() {
        while (meter.outputSoFar() > granted) {
            switch (exchange.reservation().extend(Math.max(Admission.LEASE_TOKENS, meter.outputSoFar() - granted))) {
                case Reservation.Extension.Granted more -> granted += more.tokens();
                case Reservation.Extension.Wait wait -> {
                    if (exchange.presence().gone()) {
                        return true;
                    }
                    flush();
                    LockSupport.parkNanos(Math.min(wait.nanos(), LONGEST_PAUSE_NANOS));
                }
                case Reservation.Extension.Exhausted _ -> {
                    return false;
                }
            }
        }
        return true;
    }

    private ClientReply.Body open(String contentType) {
        ClientReply.Body out = body;
        if (out == null) {
            listener.firstByte();
            out = exchange.reply().open(200, contentType);
            body = out;
        }
        return out;
    }

    private void flush() {
        if (body != null) {
            body.flush();
            listener.progress(meter.inputSoFar(), meter.outputSoFar());
        }
    }

    private Ending failed(Refusal refusal) {
        return body == null
                ? new Ending.FailedBefore(refusal)
                : new Ending.FailedAfter(refusal, exchange.arrival().dialect().errorEvent(refusal));
    }

    /** The upstream's failure, said in the way that fits what went to the client already. */
    public Ending failed(UpstreamFailure failure) {
        return failed(UpstreamTrouble.of(exchange.target().upstream(), failure));
    }

    private Refusal broken(String what) {
        return UpstreamTrouble.broken(exchange.target().upstream(), what);
    }

    private byte[] keep(byte[] bytes) {
        keep(bytes, 0, bytes.length);
        return bytes;
    }

    private void keep(byte[] bytes, int offset, int length) {
        int room = recordBytes - recorded.size();
        if (room > 0) {
            recorded.write(bytes, offset, Math.min(room, length));
        }
    }
}
