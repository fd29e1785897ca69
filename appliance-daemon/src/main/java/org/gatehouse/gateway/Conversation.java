package org.gatehouse.gateway;

import java.util.Locale;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.CallAttempt;
import org.gatehouse.audit.Cost;
import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.gateway.exchange.ClientGoneException;
import org.gatehouse.gateway.exchange.ClientPresence;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.exchange.Way;
import org.gatehouse.gateway.metering.CallMeter;
import org.gatehouse.gateway.metering.PromptCounter;
import org.gatehouse.gateway.metering.Tariff;
import org.gatehouse.gateway.recording.CallBook;
import org.gatehouse.gateway.relay.Ending;
import org.gatehouse.gateway.relay.PlainRelay;
import org.gatehouse.gateway.relay.StreamRelay;
import org.gatehouse.gateway.upstream.BerthSearch;
import org.gatehouse.gateway.upstream.Berths;
import org.gatehouse.gateway.upstream.Dispatch;
import org.gatehouse.gateway.upstream.Outgoing;
import org.gatehouse.gateway.upstream.Translation;
import org.gatehouse.gateway.upstream.Trouble;
import org.gatehouse.gateway.upstream.UpstreamTrouble;
import org.gatehouse.gateway.upstream.http.AbortCause;
import org.gatehouse.gateway.upstream.http.UpstreamCall;
import org.gatehouse.gateway.upstream.http.UpstreamFailure;
import org.gatehouse.gateway.upstream.http.UpstreamFailureException;
import org.gatehouse.gateway.upstream.http.UpstreamReply;
import org.gatehouse.gateway.upstream.provider.Provider;
import org.gatehouse.governance.snapshot.ModelRoute;

/**
 * The talk with the upstream of an admitted call: dispatch, relay, and whatever ends it. The client's leaving cancels
 * the upstream call within milliseconds, whether it streams or not. Thread-safe.
 */
public final class Conversation {
    private static final System.Logger LOG = System.getLogger(Conversation.class.getName());
    private static final String EVENTS = "text/event-stream";
    private static final String TEXT = "text/plain";
    private static final byte[] NOTHING = {};
    private static final Trouble BUG = new Trouble(Refusal.of(Reason.UNAVAILABLE,
            "The box failed to carry the call to its end. Try again; if it stays so, tell its administrators."),
            Cause.INVALID_REQUEST, null);

    private final Dispatch dispatch;
    private final Translation translation;
    private final Impatience impatience;
    private final Berths berths;
    private final PlainRelay plainRelay;
    private final PromptCounter prompts;
    private final CallBook book;
    private final Conclusion conclusion;
    private final LongSupplier nanoTime;

    /** Takes what it needs on the way. */
    public Conversation(Dispatch dispatch, Translation translation, Impatience impatience, Berths berths,
            PromptCounter prompts, CallBook book, Conclusion conclusion, LongSupplier nanoTime) {
        this.dispatch = dispatch;
        this.translation = translation;
        this.impatience = impatience;
        this.berths = berths;
        this.plainRelay = new PlainRelay(translation);
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
        private CallMeter meter;
        private final CallBook.Flight flight;
        private long firstByteNanos = -1;
        private final Farewell farewell = new Farewell(nanoTime);
        private final EngineStay stay = new EngineStay();
        private volatile @Nullable UpstreamCall talking;
        private boolean unsent;
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
                    ending = converseWithOneOf(exchange.way());
                }
                tailLeft = ending instanceof Ending.StreamEnd;
                if (!tailLeft) {
                    // Whatever ended it, nothing more of the reply is wanted: the upstream must stop producing now.
                    hangUp();
                }
                // Writing the row takes its time, and the engine has room already.
                leaveTurn();
                conclusion.conclude(exchange, ending, meter, flight, firstByteNanos, recorded());
            } finally {
                UpstreamCall call = talking;
                UpstreamReply reply = begun;
                if (tailLeft && reply != null && call != null) {
                    Thread.startVirtualThread(() -> Tail.read(call, reply));
                } else {
                    hangUp();
                }
                leaveTurn();
                stay.close();
            }
        }

        /** The next call has its turn at the engine. */
        private void leaveTurn() {
            if (talking == null || unsent) {
                stay.leaveTurn(0, 0);
            } else if (meter.reported()) {
                Usage used = meter.total();
                stay.leaveTurn(used.inputTokens(), used.outputTokens());
            } else {
                stay.leaveTurn(exchange.likelyPromptTokens(), meter.outputSoFar());
            }
        }

        /** Goes on to another target as long as the client has nothing of an answer, and there is one. */
        private Ending converseWithOneOf(Way way) {
            boolean renewed = false;
            while (true) {
                ModelRoute.Target target = exchange.target();
                long begins = nanoTime.getAsLong();
                Ending ending;
                try (Impatience.Watch patience = impatience.watch(way, this::tooSlow)) {
                    ending = target.upstream().deployment() == null
                            ? converse(dispatch.call(exchange))
                            : converseWithAnEngine(patience);
                }
                StreamRelay broken = stream;
                if (broken != null && broken.begun()) {
                    ending = Mishap.behind(broken, ending);
                }
                Trouble trouble = Mishap.in(ending, target.upstream());
                if (trouble == null) {
                    return ended(way, ending);
                }
                String key = way.key();
                String instance = exchange.instanceIfKnown();
                boolean committed = !(ending instanceof Ending.FailedBefore || ending instanceof Ending.WholeReply);
                String told = committed && ending instanceof Ending.FailedAfter && broken != null
                        ? broken.textSoFar()
                        : "";
                // A token that is not taken any more says nothing of the key that it was made of: once, a new one is shown.
                boolean sameAgain = trouble.cause() == Cause.AUTHENTICATION && !renewed && !committed
                        && dispatch.renewable(exchange);
                renewed |= sameAgain;
                ModelRoute.Target next = sameAgain
                        ? target
                        : trouble.turnedAway()
                                ? way.turnedAway(committed)
                                : way.failed(trouble.cause(), trouble.refusal().retryAfter(), committed);
                if (next == null) {
                    return ending;
                }
                if (committed && told.isEmpty() || exchange.presence().gone()) {
                    way.abandoned();
                    return ending;
                }
                exchange.tried(attempt(target, instance, key, trouble, begins, committed));
                begin();
                if (committed) {
                    exchange.goesOnBehind(told);
                } else {
                    stream = null;
                }
            }
        }

        /** As if nobody had been asked yet. */
        private void begin() {
            hangUp();
            leaveTurn();
            stay.close();
            meter = new CallMeter(exchange, prompts);
            begun = null;
            talking = null;
        }

        private Ending ended(Way way, Ending ending) {
            if (ending instanceof Ending.ClientLeft) {
                way.abandoned();
            } else {
                Usage known = meter.reported()
                        ? meter.total()
                        : Usage.tokens(0, meter.outputSoFar(), Usage.Source.COUNTED);
                Cost cost = Tariff.of(exchange).costOf(known);
                way.served(known.outputTokens(), cost == null ? null : cost.amount());
            }
            return ending;
        }

        /** The target says nothing while another one could be asked. */
        private void tooSlow() {
            UpstreamCall call = talking;
            if (call != null) {
                call.abort(AbortCause.TOO_SLOW);
            }
            stay.hurry();
        }

        private CallAttempt attempt(ModelRoute.Target target, @Nullable String instance, String key, Trouble trouble,
                long begins, boolean produced) {
            Usage used = produced || meter.reported() ? meter.total() : Usage.NOTHING;
            Cost cost = used.totalTokens() == 0 ? null : Tariff.of(exchange, target).costOf(used);
            return new CallAttempt(target.upstream().name(), target.upstreamModel(), instance,
                    target.upstream().keys().size() > 1 ? key : null,
                    trouble.cause().name().toLowerCase(Locale.ROOT), trouble.status(),
                    (begins - exchange.arrival().nanos()) / 1000, (nanoTime.getAsLong() - begins) / 1000,
                    used.inputTokens(), used.outputTokens(), cost);
        }

        private void hangUp() {
            UpstreamCall call = talking;
            if (call != null) {
                call.close();
            }
        }

        /** Goes on to another engine as long as nothing was sent to the one before. */
        private Ending converseWithAnEngine(Impatience.Watch patience) {
            BerthSearch places = stay.searching(berths.search(exchange));
            while (true) {
                switch (places.next()) {
                    case BerthSearch.Found.Place place -> {
                        stay.at(place.berth());
                        if (places.waited()) {
                            patience.anew();
                        }
                        exchange.servedBy(place.berth().instance().name());
                        Ending ending = converse(dispatch.call(exchange, place.berth().instance()));
                        if (!unsent || !(ending instanceof Ending.FailedBefore)) {
                            return ending;
                        }
                        hangUp();
                        places.unreachable(place.berth());
                    }
                    case BerthSearch.Found.Nothing nothing -> {
                        return new Ending.FailedBefore(nothing.trouble());
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

        private Ending converse(Outgoing outgoing) {
            unsent = false;
            return switch (outgoing) {
                case Outgoing.Ready ready -> converse(ready.call());
                case Outgoing.CannotSay wrong ->
                    new Ending.FailedBefore(new Trouble(wrong.refusal(), Cause.UNSUPPORTED, null));
                case Outgoing.NotAuthorized not -> new Ending.FailedBefore(new Trouble(not.refusal(),
                        not.ofTheKey() ? Cause.AUTHENTICATION : Cause.SERVER_ERROR, null));
            };
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
            Provider.Framing framing = reply.status() == 200 ? framing(contentType) : null;
            if (framing != null) {
                if (framing != translation.framing(exchange)) {
                    return new Ending.FailedBefore(UpstreamTrouble.broken(exchange.target().upstream(),
                            "answered with a stream of another protocol"));
                }
                int recordBytes = exchange.key().recording().replies()
                        ? CallBook.MAX_RECORDED_BYTES
                        : exchange.look().captureBytes();
                StreamRelay before = stream;
                StreamRelay relay = before != null && before.begun()
                        ? before.goingOn(meter, translation)
                        : new StreamRelay(exchange, meter, this, translation, recordBytes);
                stream = relay;
                return relay.relay(reply, chat() ? EVENTS : contentType, framing);
            }
            if (exchange.request().streamed() && reply.status() == 200 && contentType.isEmpty()) {
                return new Ending.FailedBefore(UpstreamTrouble.broken(exchange.target().upstream(),
                        "answered with something that is no stream"));
            }
            Ending ending = plainRelay.relay(exchange, reply, meter);
            boolean answered = ending instanceof Ending.WholeReply whole && !whole.upstreamError();
            return answered && exchange.presence().gone() ? new Ending.ClientLeft(true) : ending;
        }

        private boolean chat() {
            return exchange.passage().provider() != null;
        }

        /** A chat's events are known by what they are; proxies on the way call them plain text. */
        private Provider.@Nullable Framing framing(String contentType) {
            boolean plain = chat() && exchange.request().streamed()
                    && contentType.regionMatches(true, 0, TEXT, 0, TEXT.length());
            return plain ? Provider.Framing.SERVER_SENT_EVENTS : Provider.Framing.of(contentType);
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
            exchange.way().firstByte();
            conclusion.headers(exchange);
        }

        @Override
        public void clientLeft() {
            UpstreamCall call = talking;
            if (call != null) {
                farewell.to(call);
            }
        }

        @Override
        public void waits(boolean forUpstream) {
            farewell.streams(forUpstream);
        }

        @Override
        public void progress(long inputTokens, long outputTokens) {
            flight.progress(inputTokens, outputTokens);
            exchange.way().life();
        }
    }
}
