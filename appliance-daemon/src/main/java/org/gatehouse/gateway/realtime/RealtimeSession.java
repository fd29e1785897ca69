package org.gatehouse.gateway.realtime;

import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.gateway.exchange.Arrival;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.exchange.Verdict;
import org.gatehouse.gateway.recording.CallBook;
import org.gatehouse.gateway.upstream.Berth;
import org.gatehouse.gateway.websocket.FrameReader;
import org.gatehouse.gateway.websocket.FrameWriter;
import org.gatehouse.gateway.websocket.Message;
import org.gatehouse.gateway.websocket.ProtocolViolation;

/**
 * One open session: what each side says goes to the other, in order, and as fast as the slower one takes it. The client's
 * messages are moved by the thread that holds the session, the upstream's by a second one; each holds one message at a time.
 * Whatever ends the session first counts; both sides are told, and the other one is left at once.
 */
public final class RealtimeSession {
    private static final System.Logger LOG = System.getLogger(RealtimeSession.class.getName());
    private static final int SWITCHED = 101;
    private static final byte[] NOTHING = {};

    private final Rooms rooms;
    private final RealtimeTerms terms;
    private final RealtimeSessions sessions;
    private final Exchange exchange;
    private final UpstreamLink upstream;
    private final @Nullable Berth berth;
    private final CallBook.Flight flight;
    private final Answers answers;
    private final AtomicReference<@Nullable SessionEnd> end = new AtomicReference<>();
    private final Farewell farewell;
    private final Reasons reasons;
    private final long begun;
    private volatile @Nullable ClientLink client;
    private volatile @Nullable FrameWriter toClient;
    private volatile boolean listening;
    private volatile long clientHeard;
    private volatile long lastMessage;
    private volatile long lastPing;
    private volatile boolean leaving;

    RealtimeSession(Rooms rooms, RealtimeTerms terms, RealtimeSessions sessions, Exchange exchange,
            UpstreamLink upstream, @Nullable Berth berth, CallBook.Flight flight) {
        this.rooms = rooms;
        this.terms = terms;
        this.sessions = sessions;
        this.exchange = exchange;
        this.upstream = upstream;
        this.berth = berth;
        this.flight = flight;
        this.answers = new Answers(rooms, exchange, terms.mostAnswers());
        this.farewell = new Farewell(upstream, answers, terms);
        this.reasons = new Reasons(exchange);
        this.begun = rooms.nanoTime().getAsLong();
        this.clientHeard = begun;
        this.lastMessage = begun;
        this.lastPing = begun;
    }

    /** Holds the session to its end, on the thread of the client's connection; its row is written then. Throws nothing. */
    public void hold(ClientLink link) {
        FrameWriter out = FrameWriter.ofServer(link, rooms.nanoTime());
        client = link;
        toClient = out;
        sessions.opened(this);
        Thread.ofVirtual().name("realtime-upstream").start(() -> listenToUpstream(out));
        try {
            listenToClient(link, out);
        } catch (RuntimeException e) {
            bug(e);
        } finally {
            farewell.clientIsSilent();
        }
        conclude();
    }

    /** Ends a session whose client could not even be told that it is open. */
    public void abandon() {
        end.set(SessionEnd.clientVanished());
        upstream.close();
        conclude(SessionEnd.clientVanished());
    }

    // --- the client's side

    private void listenToClient(ClientLink link, FrameWriter out) {
        FrameReader frames = new FrameReader(link, true, terms.mostMessageBytes(), sessions.room());
        try {
            while (true) {
                listening = true;
                Message message = frames.next();
                listening = false;
                clientHeard = rooms.nanoTime().getAsLong();
                switch (message) {
                    case Message.Data data -> fromClient(data, out);
                    case Message.Ping ping -> out.pong(ping);
                    case Message.Pong _ -> {
                        // It is there: noted above.
                    }
                    case Message.Close close -> {
                        end(SessionEnd.byClient(close));
                        out.close(close.code(), "");
                        return;
                    }
                }
            }
        } catch (ProtocolViolation violation) {
            end(SessionEnd.clientBroke(violation));
        } catch (IOException _) {
            end(SessionEnd.clientVanished());
        } finally {
            frames.close();
        }
    }

    private void fromClient(Message.Data data, FrameWriter out) throws IOException {
        if (end.get() != null) {
            return;
        }
        lastMessage = clientHeard;
        sessions.passed(true);
        if (!data.text() && !EventReader.looksLikeEvent(data.bytes())) {
            toUpstream(data);
            return;
        }
        // Also when it calls itself binary: some servers read events there, too.
        Event event = EventReader.read(data.bytes());
        if (event == null) {
            tell(out, Refusal.invalid(null, "The event is not a JSON object, or names a field twice."
                    + " Send one JSON object a message."), null);
            return;
        }
        String model = exchange.route().name();
        if (!event.namesOnly(model)) {
            tell(out, new Refusal(Reason.MODEL_NOT_ALLOWED, "The session's model is '" + model
                    + "' and cannot be changed. Open another session for another model.", "session.model", null),
                    event.id());
            return;
        }
        if (event.type().equals("response.create")) {
            Refusal refusal = answers.ask(event, data.bytes());
            if (refusal != null) {
                refuse(out, refusal, event.id());
                return;
            }
        } else {
            answers.heard(event, data.bytes().length);
        }
        toUpstream(event.models().isEmpty()
                ? data
                : new Message.Data(data.text(), event.renamed(data.bytes(), exchange.target().upstreamModel())));
    }

    private void toUpstream(Message.Data data) {
        try {
            upstream.out().send(data);
        } catch (IOException _) {
            end(reasons.upstreamBroke("cut the connection."));
        }
    }

    // --- the upstream's side

    private void listenToUpstream(FrameWriter out) {
        try {
            while (true) {
                Message message = upstream.next();
                switch (message) {
                    case Message.Data data -> fromUpstream(data, out);
                    case Message.Ping ping -> upstream.out().pong(ping);
                    case Message.Pong _ -> {
                        // The connection's own deadline has seen it.
                    }
                    case Message.Close close -> {
                        end(SessionEnd.byUpstream(close));
                        upstream.out().close(close.code(), "");
                        return;
                    }
                }
            }
        } catch (ProtocolViolation _) {
            end(reasons.upstreamBroke("sent what is no WebSocket, or more at a time than is taken."));
        } catch (IOException _) {
            end(reasons.upstreamBroke("cut the connection, or fell silent."));
        } catch (RuntimeException e) {
            bug(e);
        } finally {
            answers.noMore();
            farewell.upstreamIsSilent();
        }
    }

    private void fromUpstream(Message.Data data, FrameWriter out) {
        lastMessage = rooms.nanoTime().getAsLong();
        sessions.passed(false);
        Event event = data.text() || EventReader.looksLikeEvent(data.bytes()) ? EventReader.read(data.bytes()) : null;
        Message.Data told = data;
        if (event != null) {
            account(event, data.bytes(), out);
            if (!event.models().isEmpty()) {
                told = new Message.Data(data.text(), event.renamed(data.bytes(), exchange.route().name()));
            }
        }
        try {
            // After the end this sends nothing: the client has been told.
            out.send(told);
        } catch (IOException _) {
            end(SessionEnd.clientVanished());
        }
    }

    private void account(Event event, byte[] bytes, FrameWriter out) {
        boolean recorded = switch (event.type()) {
            case "session.created", "session.updated" -> {
                answers.capped(event.cap());
                yield true;
            }
            case "response.created" -> {
                Refusal uninvited = answers.begun(event);
                if (uninvited != null) {
                    cancel(event);
                    refuse(out, uninvited, null);
                }
                yield true;
            }
            case "response.done" -> answers.done(event, bytes, end.get());
            case "error" -> {
                answers.refused(event);
                yield true;
            }
            default -> {
                answers.produced(event);
                yield answers.used(event);
            }
        };
        if (!recorded) {
            end(reasons.unrecorded());
        }
    }

    private void cancel(Event event) {
        try {
            String id = event.response();
            upstream.out().send(id == null || !id.matches("[A-Za-z0-9_-]{1,128}")
                    ? "{\"type\":\"response.cancel\"}"
                    : "{\"type\":\"response.cancel\",\"response_id\":\"" + id + "\"}");
        } catch (IOException _) {
            end(reasons.upstreamBroke("cut the connection."));
        }
    }

    // --- ends

    /** A rate passes; whatever else is in the way stays there for the session. */
    private void refuse(FrameWriter out, Refusal refusal, @Nullable String event) {
        if (refusal.reason() == Reason.RATE_LIMITED) {
            tell(out, refusal, event);
            return;
        }
        end(reasons.refused(refusal, event));
    }

    private void tell(FrameWriter out, Refusal refusal, @Nullable String event) {
        try {
            out.send(reasons.told(refusal, event));
        } catch (IOException _) {
            end(SessionEnd.clientVanished());
        }
    }

    private void bug(RuntimeException e) {
        LOG.log(System.Logger.Level.ERROR, "A session failed (trace " + exchange.arrival().trace().traceId()
                + "). This is a bug: report it.", e);
        end(Reasons.bug());
    }

    /** Ends the session once; whoever comes later finds it ended. From any thread; does not block. */
    private void end(SessionEnd why) {
        if (end.compareAndSet(null, why)) {
            farewell.begin(why, client, toClient);
        }
    }

    private void conclude() {
        try {
            farewell.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        upstream.close();
        SessionEnd why = end.get();
        conclude(why == null ? SessionEnd.clientVanished() : why);
    }

    private void conclude(SessionEnd why) {
        try {
            answers.abandon(why);
            exchange.reservation().settle(Usage.NOTHING, null);
            // The row first: leading the way on changes where the exchange goes.
            rooms.conclusion().enter(exchange, SWITCHED, why.outcome(), why.code(), Usage.NOTHING, null, begun,
                    NOTHING, flight);
            Cause fault = why.fault();
            if (fault == null) {
                exchange.way().served(0, null);
            } else if (exchange.way().failed(fault, null, true) != null) {
                exchange.way().abandoned();
            }
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "A session could not be ended as it should (trace "
                    + exchange.arrival().trace().traceId() + "). This is a bug: report it.", e);
        } finally {
            if (berth != null) {
                berth.close();
            }
            sessions.closed(this);
        }
    }

    // --- what is looked at from time to time

    /** The box stops: the session ends as soon as no answer is under way. */
    void leave() {
        leaving = true;
        look(rooms.nanoTime().getAsLong());
    }

    /** Ends it now, whatever is under way. */
    void leaveNow() {
        end(Reasons.goingAway());
    }

    /** Looks at the deadlines, at the key and at who is still there. Does not block. */
    void look(long now) {
        FrameWriter out = toClient;
        if (end.get() != null || out == null) {
            return;
        }
        if (leaving && answers.idle()) {
            end(Reasons.goingAway());
        } else if (now - begun > terms.longest().toNanos()) {
            end(Reasons.tooOld(terms));
        } else if (now - lastMessage > terms.idle().toNanos()) {
            end(Reasons.idle(terms));
        } else if (out.stalledNanos() > terms.stall().toNanos()
                || listening && now - clientHeard > terms.silence().toNanos()) {
            end(SessionEnd.clientVanished());
        } else if (upstream.out().stalledNanos() > terms.stall().toNanos()) {
            end(reasons.upstreamBroke("takes nothing any more."));
        } else if (exchange.presence().gone() && !listening) {
            // It left while its last words were still on their way to the upstream.
            end(SessionEnd.clientVanished());
        } else {
            Refusal refusal = stillAllowed();
            if (refusal != null) {
                end(reasons.refused(refusal, null));
            } else if (now - lastPing > terms.ping().toNanos()) {
                lastPing = now;
                Thread.ofVirtual().name("realtime-ping").start(() -> ping(out));
            }
        }
    }

    private void ping(FrameWriter out) {
        try {
            upstream.out().ping();
            out.ping();
        } catch (IOException _) {
            // Whoever reads from that side finds out.
        }
    }

    /** Whether the key may still do this, as the policies are now. */
    private @Nullable Refusal stillAllowed() {
        Arrival opened = exchange.arrival();
        Exchange now = new Exchange(new Arrival(opened.id(),
                rooms.clock().instant().truncatedTo(ChronoUnit.MICROS), opened.nanos(), opened.dialect(),
                opened.surface(), opened.clientAddress(), opened.requestId(), opened.trace(), opened.scenario(),
                null, null, opened.hints(), rooms.snapshots().get(), opened.claim()), exchange.presence(),
                exchange.reply(), exchange.body());
        now.asked(exchange.request());
        Verdict verdict = rooms.authentication().pass(now);
        if (verdict == Verdict.GO_ON) {
            verdict = rooms.permission().pass(now);
        }
        return verdict instanceof Refusal refusal ? refusal : null;
    }
}
