package org.gatehouse.gateway.realtime;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.CallAttempt;
import org.gatehouse.audit.Outcome;
import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.canonical.ProviderError;
import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.exchange.Stage;
import org.gatehouse.gateway.exchange.Way;
import org.gatehouse.gateway.recording.CallBook;
import org.gatehouse.gateway.upstream.Berth;
import org.gatehouse.gateway.upstream.BerthSearch;
import org.gatehouse.gateway.upstream.Outgoing;
import org.gatehouse.gateway.upstream.Trouble;
import org.gatehouse.gateway.upstream.UpstreamTrouble;
import org.gatehouse.gateway.upstream.http.RequestHeaders;
import org.gatehouse.gateway.upstream.http.UpstreamCall;
import org.gatehouse.gateway.upstream.http.UpstreamFailureException;
import org.gatehouse.gateway.upstream.http.UpstreamReply;
import org.gatehouse.gateway.websocket.Handshake;
import org.gatehouse.gateway.websocket.Message;
import org.gatehouse.gateway.websocket.ProtocolViolation;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Upstream;

/**
 * Where sessions begin: the same stages as for any call, then an upstream that opens a WebSocket and says hello. Until then the
 * client has seen nothing, so a refusal is an ordinary HTTP error and another target of the route may take over. Thread-safe.
 */
public final class RealtimeDoor {
    private static final int MOST_ERROR_BYTES = 64 << 10;
    private static final int KEY_BYTES = 16;
    private static final int SWITCHED = 101;
    private static final byte[] NOTHING = {};
    private static final RequestHeaders BETA = RequestHeaders.of("openai-beta", "realtime=v1");

    private final Rooms rooms;
    private final RealtimeTerms terms;
    private final RealtimeSessions sessions;
    private final List<Stage> wayIn;
    private final SecureRandom random = new SecureRandom();

    /** Takes the rooms on the way and where open sessions are looked after. */
    public RealtimeDoor(Rooms rooms, RealtimeTerms terms, RealtimeSessions sessions) {
        this.rooms = rooms;
        this.terms = terms;
        this.sessions = sessions;
        this.wayIn = List.of(rooms.authentication(), rooms.permission(), rooms.routing(),
                rooms.admission()::session);
    }

    /**
     * Opens a session at an upstream. Its client is to be told by the caller, with the headers that the exchange's reply has
     * then, and the session to be {@linkplain RealtimeSession#hold held}.
     *
     * @return {@code null} when it was refused: the client has been answered, and the refusal recorded
     */
    public @Nullable RealtimeSession open(Exchange exchange, Opening opening) {
        Refusal closed = rooms.book().refusal().orElse(null);
        if (closed != null) {
            rooms.conclusion().turnAway(exchange, closed);
            return null;
        }
        exchange.asked(opening.request());
        for (Stage stage : wayIn) {
            if (stage.pass(exchange) instanceof Refusal refusal) {
                exchange.goesNowhere();
                rooms.conclusion().refuse(exchange, refusal);
                return null;
            }
        }
        if (!sessions.enter()) {
            return refused(exchange, Refusal.retry(Reason.UNAVAILABLE,
                    "The box has as many sessions open as it can, or is stopping. Try again later.",
                    Duration.ofSeconds(5)));
        }
        RealtimeSession session = null;
        try {
            session = connect(exchange, opening);
        } finally {
            if (session == null) {
                sessions.leave();
            }
        }
        return session;
    }

    private @Nullable RealtimeSession refused(Exchange exchange, Refusal refusal) {
        exchange.goesNowhere();
        exchange.reservation().settle(Usage.NOTHING, null);
        rooms.conclusion().refuse(exchange, refusal);
        return null;
    }

    private @Nullable RealtimeSession connect(Exchange exchange, Opening opening) {
        CallBook.Flight flight = rooms.book().takeOff(exchange);
        Way way = exchange.way();
        boolean renewed = false;
        while (true) {
            ModelRoute.Target target = exchange.target();
            long begins = rooms.nanoTime().getAsLong();
            Tried tried = attempt(exchange, opening);
            if (tried instanceof Tried.Open open) {
                way.firstByte();
                rooms.conclusion().headers(exchange);
                return new RealtimeSession(rooms, terms, sessions, exchange, open.link(), open.berth(), flight);
            }
            Trouble trouble = ((Tried.Failed) tried).trouble();
            String key = way.key();
            String instance = exchange.instanceIfKnown();
            boolean sameAgain = trouble.cause() == Cause.AUTHENTICATION && !renewed
                    && rooms.dispatch().renewable(exchange);
            renewed |= sameAgain;
            ModelRoute.Target next = sameAgain
                    ? target
                    : way.failed(trouble.cause(), trouble.refusal().retryAfter(), false);
            if (next == null || exchange.presence().gone()) {
                if (next != null) {
                    way.abandoned();
                }
                return failed(exchange, trouble, flight);
            }
            exchange.tried(new CallAttempt(target.upstream().name(), target.upstreamModel(), instance,
                    target.upstream().keys().size() > 1 ? key : null,
                    trouble.cause().name().toLowerCase(Locale.ROOT), trouble.status(),
                    (begins - exchange.arrival().nanos()) / 1000,
                    (rooms.nanoTime().getAsLong() - begins) / 1000, 0, 0, null));
        }
    }

    /** An upstream was asked, so this is a failure and no refusal in the trail. */
    private @Nullable RealtimeSession failed(Exchange exchange, Trouble trouble, CallBook.Flight flight) {
        Refusal refusal = trouble.refusal();
        exchange.reservation().settle(Usage.NOTHING, null);
        rooms.conclusion().enter(exchange, refusal.reason().status(), Outcome.FAILED, refusal.reason().code(),
                Usage.NOTHING, null, -1, NOTHING, flight);
        rooms.conclusion().turnAway(exchange, refusal);
        return null;
    }

    /** What came of asking one target. */
    private sealed interface Tried {

        record Open(UpstreamLink link, @Nullable Berth berth) implements Tried {}

        record Failed(Trouble trouble) implements Tried {}
    }

    private Tried attempt(Exchange exchange, Opening opening) {
        if (exchange.target().upstream().deployment() == null) {
            byte[] nonce = nonce();
            return attempt(exchange, rooms.dispatch().webSocket(exchange, handshake(nonce, opening),
                    terms.silence(), terms.longest().plusMinutes(1)), nonce, null);
        }
        return switch (rooms.berths().search(exchange).next()) {
            case BerthSearch.Found.Place place -> {
                Berth berth = place.berth();
                exchange.servedBy(berth.instance().name());
                byte[] nonce = nonce();
                Tried tried = attempt(exchange, rooms.dispatch().webSocket(exchange, berth.instance(),
                        handshake(nonce, opening), terms.silence(), terms.longest().plusMinutes(1)), nonce, berth);
                if (tried instanceof Tried.Failed) {
                    berth.close();
                }
                yield tried;
            }
            case BerthSearch.Found.Nothing nothing -> new Tried.Failed(nothing.trouble());
            case BerthSearch.Found.ClientLeft _ -> new Tried.Failed(new Trouble(Refusal.of(Reason.UNAVAILABLE,
                    "The client left while its session waited for an engine."), Cause.INVALID_REQUEST, null));
        };
    }

    private byte[] nonce() {
        byte[] nonce = new byte[KEY_BYTES];
        random.nextBytes(nonce);
        return nonce;
    }

    private static RequestHeaders handshake(byte[] nonce, Opening opening) {
        RequestHeaders headers = RequestHeaders.of("sec-websocket-version", Handshake.VERSION)
                .and("sec-websocket-key", Handshake.key(nonce));
        return opening.beta() ? headers.and(BETA) : headers;
    }

    private Tried attempt(Exchange exchange, Outgoing outgoing, byte[] nonce, @Nullable Berth berth) {
        return switch (outgoing) {
            case Outgoing.Ready ready -> attempt(exchange, ready.call(), nonce, berth);
            case Outgoing.CannotSay wrong ->
                new Tried.Failed(new Trouble(wrong.refusal(), Cause.UNSUPPORTED, null));
            case Outgoing.NotAuthorized not -> new Tried.Failed(new Trouble(not.refusal(),
                    not.ofTheKey() ? Cause.AUTHENTICATION : Cause.SERVER_ERROR, null));
        };
    }

    private Tried attempt(Exchange exchange, UpstreamCall call, byte[] nonce, @Nullable Berth berth) {
        Upstream upstream = exchange.target().upstream();
        boolean open = false;
        try {
            UpstreamReply reply = call.execute();
            if (reply.status() != SWITCHED) {
                return new Tried.Failed(refusal(upstream, reply));
            }
            if (!reply.header("sec-websocket-accept").orElse("").equals(Handshake.accept(Handshake.key(nonce)))
                    || reply.header("sec-websocket-extensions").isPresent()) {
                return new Tried.Failed(
                        UpstreamTrouble.broken(upstream, "opened a WebSocket that was not asked for like that"));
            }
            UpstreamLink link = new UpstreamLink(call, reply, terms.mostMessageBytes(), sessions.room(), random,
                    rooms.nanoTime());
            Trouble trouble = greeting(upstream, link);
            if (trouble != null) {
                link.close();
                return new Tried.Failed(trouble);
            }
            open = true;
            return new Tried.Open(link, berth);
        } catch (UpstreamFailureException e) {
            return new Tried.Failed(UpstreamTrouble.of(upstream, e.failure()));
        } finally {
            if (!open) {
                call.close();
            }
        }
    }

    private Trouble refusal(Upstream upstream, UpstreamReply reply) throws UpstreamFailureException {
        int status = reply.status();
        if (status < 400) {
            return UpstreamTrouble.broken(upstream, "does not open a WebSocket (status " + status + ")");
        }
        Map<String, String> headers = new HashMap<>();
        reply.headers().forEach(header -> headers.put(header.name().toLowerCase(Locale.ROOT), header.value()));
        return trouble(upstream, status, headers, reply.readAll(MOST_ERROR_BYTES));
    }

    private Trouble trouble(Upstream upstream, int status, Map<String, String> headers, byte[] body) {
        ProviderError error = rooms.dispatch().error(upstream, status, headers, body);
        Trouble trouble = UpstreamTrouble.of(upstream, error);
        return trouble != null
                ? trouble
                : new Trouble(new Refusal(Reason.INVALID_REQUEST, error.message(), error.param(), null),
                        error.cause(), status);
    }

    /** Some upstreams open any WebSocket, and say only then that they will not have it. */
    private @Nullable Trouble greeting(Upstream upstream, UpstreamLink link) {
        try {
            return switch (link.hello(terms.firstEvent().toNanos())) {
                case null -> null;
                case Message.Data data when data.text() -> {
                    Event event = EventReader.read(data.bytes());
                    yield event == null || !event.type().equals("error")
                            ? null
                            : trouble(upstream, statusOf(event.errorCode()), Map.of(), data.bytes());
                }
                case Message.Close close -> UpstreamTrouble.broken(upstream, "closed at once ("
                        + close.code() + ")");
                case Message.Data _,Message.Ping _,Message.Pong _ -> null;
            };
        } catch (IOException _) {
            return UpstreamTrouble.broken(upstream, "opened a WebSocket and broke it off");
        } catch (ProtocolViolation _) {
            return UpstreamTrouble.broken(upstream, "opened a WebSocket and sent what is none");
        }
    }

    /** The status that the same error has over HTTP. */
    private static int statusOf(String code) {
        return switch (code) {
            case "invalid_api_key", "authentication_error" -> 401;
            case "permission_error" -> 403;
            case "model_not_found", "not_found_error" -> 404;
            case "rate_limit_exceeded", "rate_limit_error", "insufficient_quota" -> 429;
            case "server_error", "internal_error", "session_creation_failed" -> 500;
            case "service_unavailable", "overloaded_error" -> 503;
            default -> 400;
        };
    }
}
