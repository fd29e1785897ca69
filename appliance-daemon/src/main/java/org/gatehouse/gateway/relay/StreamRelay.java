package org.gatehouse.gateway.relay;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.admission.Admission;
import org.gatehouse.gateway.canonical.ProviderError;
import org.gatehouse.gateway.exchange.ClientGoneException;
import org.gatehouse.gateway.exchange.ClientReply;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.exchange.Reservation;
import org.gatehouse.gateway.metering.CallMeter;
import org.gatehouse.gateway.protocol.BrokenAnswerException;
import org.gatehouse.gateway.relay.StreamGrammar.Look;
import org.gatehouse.gateway.upstream.Translation;
import org.gatehouse.gateway.upstream.Trouble;
import org.gatehouse.gateway.upstream.UpstreamTrouble;
import org.gatehouse.gateway.upstream.http.UpstreamFailure;
import org.gatehouse.gateway.upstream.http.UpstreamFailureException;
import org.gatehouse.gateway.upstream.http.UpstreamReply;
import org.gatehouse.gateway.upstream.provider.Provider;
import org.gatehouse.governance.snapshot.Surface;

/**
 * Passes one stream of events on, each as soon as it is whole, and holds the last one. Nothing goes to the client before
 * the first event is there, so a stream that begins with an error is still an ordinary error reply. Made for one stream,
 * confined to the call's thread.
 */
public final class StreamRelay {
    private static final int MAX_EVENT_BYTES = 16 << 20;
    /** What is held back before the answer begins; beyond that it goes on, whatever it is. */
    private static final int MOST_HELD_BYTES = 64 << 10;
    private static final String EVENTS = "text/event-stream";
    private static final long LONGEST_PAUSE_NANOS = 100_000_000;
    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END_OF_EVENT = "\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final Refusal USED_UP = Refusal.of(Reason.QUOTA_USED_UP,
            "The quota or budget was used up in the middle of the answer. Have it raised.");

    private final Exchange exchange;
    private final CallMeter meter;
    private final Listener listener;
    private final @Nullable Seam seam;
    private final StreamGrammar grammar;
    private final boolean limited;
    private final KeptBytes kept;
    private ClientReply.@Nullable Body body;
    private long granted;
    private boolean unflushed;
    private boolean left;
    private final ByteArrayOutputStream held = new ByteArrayOutputStream(0);

    /** Hears how the stream goes on, for the in-flight journal and for latency figures. Called on the call's thread. */
    public interface Listener {

        /** The first bytes are about to go to the client. */
        void firstByte();

        /** So much is known to be used by now. */
        void progress(long inputTokens, long outputTokens);

        /** Everything that came is passed on and what comes next is waited for; or it has come. */
        void waits(boolean forUpstream);

        /** A write showed that the client has left; the upstream is to be cancelled soon, as when it is noticed otherwise. */
        void clientLeft();
    }

    /**
     * Prepares the relay of one stream.
     *
     * @param recordBytes how many bytes of the reply to keep for the trail; 0 for none
     */
    public StreamRelay(Exchange exchange, CallMeter meter, Listener listener, Translation translation,
            int recordBytes) {
        this.exchange = exchange;
        this.meter = meter;
        this.listener = listener;
        this.seam = exchange.passage().straight()
                ? null
                : new Seam(translation.client(exchange).events(Translation.presentation(exchange)),
                        Translation.mayGoOn(exchange), Translation.asksForJson(exchange));
        this.grammar = grammarOf(exchange, translation, seam, false);
        this.granted = exchange.reservation().outputTokens();
        this.limited = granted != Long.MAX_VALUE;
        this.kept = new KeptBytes(recordBytes);
    }

    /** Goes on with what another target's stream broke off. */
    private StreamRelay(StreamRelay before, CallMeter meter, Translation translation) {
        this.exchange = before.exchange;
        this.meter = meter;
        this.listener = before.listener;
        this.seam = before.seam;
        this.grammar = grammarOf(exchange, translation, seam, true);
        this.granted = before.limited ? Math.max(0, before.granted - before.meter.outputSoFar()) : before.granted;
        this.limited = before.limited;
        this.kept = before.kept;
        this.body = before.body;
        this.left = before.left;
    }

    /** The relay of another target's stream that goes on with the answer behind {@link #textSoFar}. */
    public StreamRelay goingOn(CallMeter other, Translation translation) {
        return new StreamRelay(this, other, translation);
    }

    /** The text that the client has, where another target could go on behind it; empty where none can. */
    public String textSoFar() {
        return seam == null ? "" : seam.text();
    }

    /** Whether the client has something of the answer. */
    public boolean begun() {
        return body != null;
    }

    private static StreamGrammar grammarOf(Exchange exchange, Translation translation, @Nullable Seam seam,
            boolean goesOn) {
        Surface surface = exchange.arrival().surface();
        if (seam != null) {
            return new TranslatedEvents(translation.provider(exchange).events(), seam, goesOn,
                    exchange.passage(), exchange.request().choices(), exchange.leased());
        }
        return switch (surface) {
            case CHAT_COMPLETIONS, COMPLETIONS -> new ChatEvents(surface == Surface.CHAT_COMPLETIONS,
                    !exchange.request().usageAsked(), !exchange.request().runningUsageAsked(),
                    exchange.leased(), exchange.request().choices());
            case MESSAGES -> new MessageEvents();
            case GENERATE_CONTENT -> new CandidateEvents(exchange.request().choices());
            case IMAGES_GENERATIONS, IMAGES_EDITS -> new TypedEvents(exchange.request().units());
            case RESPONSES, COUNT_TOKENS, AUDIO_TRANSCRIPTIONS, AUDIO_TRANSLATIONS, AUDIO_SPEECH, EMBEDDINGS, MODELS,
                    BATCHES, REALTIME,
                    RERANK, MODERATIONS ->
                new TypedEvents(0);
        };
    }

    /** What was kept of the reply. */
    public byte[] recorded() {
        return kept.bytes();
    }

    /**
     * Passes everything on but the last event. When the client has left, what the upstream sent before it heard of that
     * is still read and counted: it was produced for this call.
     */
    public Ending relay(UpstreamReply reply, String contentType, Provider.Framing framing)
            throws UpstreamFailureException {
        try {
            return relay(reply, contentType, EventCutter.of(framing, MAX_EVENT_BYTES));
        } catch (BrokenAnswerException e) {
            return unlessLeft(failed(broken(String.valueOf(e.getMessage()))));
        }
    }

    private Ending relay(UpstreamReply reply, String contentType, EventCutter cutter)
            throws UpstreamFailureException, BrokenAnswerException {
        EventCutter.Source source = (target, offset, length) -> {
            listener.waits(true);
            int count = reply.read(target, offset, length);
            listener.waits(false);
            return count;
        };
        while (cutter.fill(source)) {
            for (EventCutter.Event event = cutter.next(); event != null; event = cutter.next()) {
                Ending ending = take(event, contentType);
                if (ending != null) {
                    // What came with the last event must not wait until the call is recorded.
                    flush();
                    return unlessLeft(ending);
                }
            }
            if (cutter.tooLarge()) {
                return failed(broken("sent an event of more than " + (MAX_EVENT_BYTES >> 20) + " MiB"));
            }
            flush();
        }
        return unlessLeft(atEnd(cutter, contentType));
    }

    private Ending unlessLeft(Ending ending) {
        return left() && !(ending instanceof Ending.FailedBefore) ? new Ending.ClientLeft(true) : ending;
    }

    /** Whether the client has left, however that was noticed. */
    private boolean left() {
        return left || exchange.presence().gone();
    }

    /** The stream ended without saying so. */
    private Ending atEnd(EventCutter cutter, String contentType) throws BrokenAnswerException {
        EventCutter.Event rest = cutter.rest();
        if (rest != null) {
            Ending ending = take(rest, contentType);
            if (ending != null) {
                return ending;
            }
        }
        if (grammar.complete()) {
            return new Ending.StreamEnd(kept.keep(grammar.endMark()), false);
        }
        return failed(broken(body == null ? "answered with nothing" : "ended its answer in the middle"));
    }

    private @Nullable Ending take(EventCutter.Event event, String contentType) {
        EventData data = EventData.of(event);
        Look look = data.isEmpty() ? Look.PASS : grammar.look(data, meter);
        switch (look) {
            case Look.Drop _ -> {
                return null;
            }
            case Look.Last last -> {
                if (last.failed() && body == null) {
                    return failed(broken("failed before it produced anything"));
                }
                byte[] bytes = instead(event, last.instead());
                open(contentType);
                return new Ending.StreamEnd(kept.keep(bytes), last.failed());
            }
            case Look.Failed failure -> {
                Trouble trouble = trouble(failure);
                byte[] before = failure.instead();
                if (body != null && before != null && seam != null && seam.mayGoOn()) {
                    passInstead(before, contentType);
                    return failed(trouble);
                }
                return body == null
                        ? new Ending.FailedBefore(trouble)
                        : new Ending.FailedAfter(trouble, kept.keep(instead(event, failure.instead())));
            }
            case Look.Instead instead -> {
                if (limited && meter.outputSoFar() > granted && !extended()) {
                    return outOfQuota(contentType);
                }
                passInstead(instead.events(), contentType);
                return null;
            }
            case Look.Broken broken -> {
                return failed(broken(broken.what()));
            }
            case Look.Pass pass -> {
                if (limited && meter.outputSoFar() > granted && !extended()) {
                    return outOfQuota(contentType);
                }
                pass(event, data, pass, contentType);
                return null;
            }
        }
    }

    private static byte[] instead(EventCutter.Event event, byte @Nullable [] instead) {
        return instead == null ? Arrays.copyOfRange(event.bytes(), event.from(), event.to()) : instead;
    }

    private Trouble trouble(Look.Failed failure) {
        ProviderError error = failure.error();
        Trouble told = error == null ? null : UpstreamTrouble.of(exchange.target().upstream(), error);
        return told == null
                ? broken(body == null ? "failed before it produced anything" : "failed in the middle of its answer")
                : told;
    }

    private void passInstead(byte[] events, String contentType) {
        if (left || events.length == 0) {
            return;
        }
        if (!begins(events.length)) {
            held.write(events, 0, events.length);
            return;
        }
        ClientReply.Body out = open(contentType);
        unflushed = true;
        try {
            pass(out, events, 0, events.length);
        } catch (ClientGoneException _) {
            leave();
        }
    }

    /** Whether what comes now goes to the client rather than being held back for as long as another target may take over. */
    private boolean begins(int bytes) {
        return body != null || grammar.begun() || held.size() + bytes > MOST_HELD_BYTES;
    }

    private Ending outOfQuota(String contentType) {
        meter.cutAt(granted);
        if (left) {
            // Becomes what it is when it is returned; nothing is sent any more.
            return new Ending.QuotaEnd(new byte[0], false);
        }
        open(contentType);
        byte[] events = grammar.earlyEnd(meter);
        return events.length > 0
                ? new Ending.QuotaEnd(kept.keep(events), true)
                : new Ending.QuotaEnd(kept.keep(errorEvent(USED_UP)), false);
    }

    private void pass(EventCutter.Event event, EventData data, Look.Pass pass, String contentType) {
        if (left) {
            return;
        }
        if (!begins(event.to() - event.from())) {
            hold(event, data, pass);
            return;
        }
        ClientReply.Body out = open(contentType);
        unflushed = true;
        try {
            if (pass.cutTo() == 0) {
                pass(out, event.bytes(), event.from(), event.to());
            } else if (data.inPlace()) {
                pass(out, event.bytes(), event.from(), pass.cutFrom());
                pass(out, event.bytes(), pass.cutTo(), event.to());
            } else {
                EventData line = data.onOneLine();
                pass(out, DATA, 0, DATA.length);
                pass(out, line.bytes(), 0, pass.cutFrom());
                pass(out, line.bytes(), pass.cutTo(), line.to());
                pass(out, END_OF_EVENT, 0, END_OF_EVENT.length);
            }
        } catch (ClientGoneException _) {
            leave();
        }
    }

    private void hold(EventCutter.Event event, EventData data, Look.Pass pass) {
        if (pass.cutTo() == 0) {
            held.write(event.bytes(), event.from(), event.to() - event.from());
        } else if (data.inPlace()) {
            held.write(event.bytes(), event.from(), pass.cutFrom() - event.from());
            held.write(event.bytes(), pass.cutTo(), event.to() - pass.cutTo());
        } else {
            EventData line = data.onOneLine();
            held.write(DATA, 0, DATA.length);
            held.write(line.bytes(), 0, pass.cutFrom());
            held.write(line.bytes(), pass.cutTo(), line.to() - pass.cutTo());
            held.write(END_OF_EVENT, 0, END_OF_EVENT.length);
        }
    }

    private void pass(ClientReply.Body out, byte[] bytes, int from, int to) {
        out.write(bytes, from, to - from);
        kept.keep(bytes, from, to - from);
    }

    private void leave() {
        left = true;
        listener.clientLeft();
    }

    /** Gets more output tokens: waits for a rate limit to refill, gives up when a quota is used up. */
    private boolean extended() {
        while (meter.outputSoFar() > granted) {
            switch (exchange.reservation().extend(Math.max(Admission.LEASE_TOKENS, meter.outputSoFar() - granted))) {
                case Reservation.Extension.Granted more -> granted += more.tokens();
                case Reservation.Extension.Wait wait -> {
                    flush();
                    if (left()) {
                        // Nobody waits for more; what is not granted is not the caller's.
                        left = true;
                        return false;
                    }
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
            out = exchange.reply().open(200, exchange.passage().straight() ? contentType : EVENTS);
            body = out;
            if (held.size() > 0) {
                byte[] before = held.toByteArray();
                held.reset();
                unflushed = true;
                try {
                    pass(out, before, 0, before.length);
                } catch (ClientGoneException _) {
                    leave();
                }
            }
        }
        return out;
    }

    private void flush() {
        ClientReply.Body out = body;
        if (out != null && unflushed && !left) {
            unflushed = false;
            try {
                out.flush();
            } catch (ClientGoneException _) {
                leave();
            }
            listener.progress(meter.inputSoFar(), meter.outputSoFar());
        }
    }

    /** A failure said in the way that fits what went to the client already. */
    public Ending failed(Trouble trouble) {
        return body == null
                ? new Ending.FailedBefore(trouble)
                : new Ending.FailedAfter(trouble, kept.keep(errorEvent(trouble.refusal())));
    }

    private byte[] errorEvent(Refusal refusal) {
        return exchange.arrival().dialect().errorEvent(exchange.arrival().surface(), refusal);
    }

    /** The upstream's failure, likewise. */
    public Ending failed(UpstreamFailure failure) {
        return failed(UpstreamTrouble.of(exchange.target().upstream(), failure));
    }

    private Trouble broken(String what) {
        return UpstreamTrouble.broken(exchange.target().upstream(), what);
    }
}
