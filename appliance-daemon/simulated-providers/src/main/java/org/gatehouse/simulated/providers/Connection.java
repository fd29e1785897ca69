package org.gatehouse.simulated.providers;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

/** One connection's life on its own virtual thread: a request, its reply, the next request. */
final class Connection implements Runnable {
    private final Simulation simulation;
    private final Surface surface;
    private final FailureWall wall;
    private final Ledger ledger;
    private final RateWindow rates;
    private final Control control;
    private final Socket socket;

    Connection(Simulation simulation, Surface surface, FailureWall wall, Ledger ledger, RateWindow rates,
            Control control, Socket socket) {
        this.simulation = simulation;
        this.surface = surface;
        this.wall = wall;
        this.ledger = ledger;
        this.rates = rates;
        this.control = control;
        this.socket = socket;
    }

    @Override
    public void run() {
        try (socket) {
            Wire wire = new Wire(socket);
            Received received = wire.read();
            while (received != null && serve(wire, received) && received.keepAlive()) {
                received = wire.read();
            }
        } catch (IOException | NumberFormatException e) {
            // The other end is gone or speaks no HTTP, or the server was closed; the ledger has the call's end already.
        }
    }

    void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is as closed as it will be.
        }
    }

    private boolean serve(Wire wire, Received received) throws IOException {
        if (control.wants(received)) {
            Reply.Whole reply = control.answer(received);
            wire.head(reply.status(), reply.contentType(), java.util.List.of(), reply.body().length);
            wire.raw(reply.body(), 0, reply.body().length);
            wire.flush();
            return true;
        }
        Call call = new Call(received, surface.newId());
        int kept = Math.min(simulation.options().keptBodyBytes(), received.body().length);
        long number = ledger.open(entry -> entry.received(simulation.clock().instant(), call.id(), received,
                new String(received.body(), 0, kept, java.nio.charset.StandardCharsets.UTF_8)));
        try {
            return answer(wire, call, number);
        } catch (Wire.CallerLeft e) {
            ledger.change(number, entry -> entry.ended(entry.status(), LedgerEntry.State.ABANDONED));
            throw e;
        }
    }

    private boolean answer(Wire wire, Call call, long number) throws IOException {
        RateWindow.State rate = rates.request();
        surface.headers(call, rate);
        Reply reply = reply(call, rate);
        Call.Realtime session = call.realtime();
        if (session != null) {
            return realtime(wire, call, number, session);
        }
        if (!reply.bill().isModelCall()) {
            int status = reply instanceof Reply.Whole whole ? whole.status() : 200;
            delivery(wire, call, number, status,
                    status < 400 ? LedgerEntry.State.FINISHED : LedgerEntry.State.REFUSED)
                    .send(reply, Duration.ZERO, Duration.ZERO);
            return true;
        }
        Bill bill = reply.bill();
        FailureWall.Fault fault = fault(call);
        ledger.change(number, entry -> entry.modelled(bill.model(), reply instanceof Reply.Streamed,
                fault == null || !isRefusal(fault.failure()) ? bill.inputTokens() : 0));
        rates.used((long) bill.inputTokens() + bill.outputTokens());
        if (fault == null) {
            delivery(wire, call, number, 200, LedgerEntry.State.FINISHED).send(reply,
                    pace(call, "first-token-ms", simulation.options().firstToken()),
                    pace(call, "token-ms", simulation.options().perToken()));
            return true;
        }
        ledger.change(number, entry -> entry.failing(fault.failure()));
        boolean goesOn = delivery(wire, call, number, status(fault.failure(), call), ends(fault.failure()))
                .spoil(reply, fault);
        ledger.change(number, entry -> entry.ended(entry.status(), ends(fault.failure())));
        return goesOn;
    }

    /** A session to its end, or the failure that it does not come about by. */
    private boolean realtime(Wire wire, Call call, long number, Call.Realtime session) throws IOException {
        FailureWall.Fault fault = fault(call);
        if (fault != null && isRefusal(fault.failure())) {
            ledger.change(number, entry -> entry.failing(fault.failure()));
            Reply none = Reply.Whole.json(200, Json.object());
            delivery(wire, call, number, status(fault.failure(), call), LedgerEntry.State.FAILED).spoil(none, fault);
            return false;
        }
        String key = call.received().header("sec-websocket-key");
        boolean wrong = fault != null && fault.failure() == Failure.BAD_FRAMING;
        wire.switched(RealtimeSocket.accept(key + (wrong ? "?" : "")), call.headers());
        RealtimeSocket socket = new RealtimeSocket(wire);
        RealtimeAnswers answers = new RealtimeAnswers(simulation, socket, ledger, call, session.model(),
                session.beta(), fault, reset -> {
                    if (reset) {
                        wire.resetOnClose();
                    }
                    wire.close();
                });
        RealtimeTalk talk = new RealtimeTalk(simulation, socket, session.model(), session.beta(), answers);
        try {
            if (fault != null && fault.failure() == Failure.ERROR_EVENT && fault.after() == 0) {
                // As OpenAI refuses some sessions: after the handshake.
                talk.error("server_error", "The server had an error while processing your request. Sorry about that!",
                        null, null);
                socket.close(1011, "");
            } else if (fault != null && fault.failure() == Failure.EMPTY) {
                wire.pause(Long.MAX_VALUE);
            } else {
                talk.hold();
            }
        } finally {
            answers.stop();
            ledger.change(number, entry -> entry.ended(101, LedgerEntry.State.FINISHED));
        }
        return false;
    }

    private Reply reply(Call call, RateWindow.State rate) {
        try {
            if (!rate.admitted()) {
                call.header("retry-after", Long.toString(Math.max(1, rate.untilReset().toSeconds())));
                return surface.refusal(surface.problem(Failure.RATE_LIMITED), call);
            }
            return surface.answer(call);
        } catch (Refused refused) {
            return surface.refusal(refused.problem(), call);
        } catch (RuntimeException e) {
            // A simulation that stumbles must not look like a provider that is busy.
            return surface.refusal(Problem.of(Problem.Kind.INTERNAL, "[simulated] The simulation itself failed: " + e),
                    call);
        }
    }

    private FailureWall.@Nullable Fault fault(Call call) {
        Failure asked = call.directive().failure();
        return asked == null
                ? wall.next()
                : new FailureWall.Fault(asked, call.directive().count("after", -1),
                        call.directive().count("retry-after", -1));
    }

    private static Duration pace(Call call, String key, Duration usual) {
        return Duration.ofNanos((long) (call.directive().millis(key, usual.toNanos() / 1e6) * 1e6));
    }

    private Delivery delivery(Wire wire, Call call, long number, int status, LedgerEntry.State end) {
        return new Delivery(wire, call, surface, tokens -> ledger.change(number, entry -> entry.produced(tokens)),
                () -> ledger.change(number, entry -> entry.ended(status, end)));
    }

    private static boolean isRefusal(Failure failure) {
        return switch (failure) {
            case INTERNAL, UNAVAILABLE, OVERLOADED, RATE_LIMITED, OUT_OF_MONEY, UNAUTHORIZED, FORBIDDEN, TIMED_OUT,
                    HTML_PAGE, REDIRECT, CUT_BEFORE_HEADERS, STALL_BEFORE_HEADERS ->
                true;
            case CUT, RESET, STALL, BAD_CHUNK, BAD_FRAMING, ERROR_EVENT, DRIP, TRUNCATED, EMPTY, WRONG_CONTENT_TYPE,
                    OTHER_DIALECT ->
                false;
        };
    }

    private int status(Failure failure, Call call) {
        return switch (failure) {
            case HTML_PAGE -> 502;
            case REDIRECT -> 302;
            case CUT_BEFORE_HEADERS, STALL_BEFORE_HEADERS -> 0;
            case INTERNAL, UNAVAILABLE, OVERLOADED, RATE_LIMITED, OUT_OF_MONEY, UNAUTHORIZED, FORBIDDEN, TIMED_OUT ->
                surface
                        .refusal(surface.problem(failure), call).status();
            default -> 200;
        };
    }

    /** A reply that only drips, or only has a wrong label, is a whole one that its account pays for. */
    private static LedgerEntry.State ends(Failure failure) {
        return failure == Failure.DRIP || failure == Failure.WRONG_CONTENT_TYPE
                ? LedgerEntry.State.FINISHED
                : LedgerEntry.State.FAILED;
    }
}
