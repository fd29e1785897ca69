package org.gatehouse.simulated;

import java.io.IOException;

/** Makes the faults that concern a reply as a whole. Those inside of a stream are {@link EventStream}'s. */
final class Faults {
    /** The longest that anything hangs: a bound for callers that never leave. */
    private static final long HANG_NANOS = 600_000_000_000L;
    private static final int PADDING = 1 << 20;
    private static final String JSON = Exchange.JSON;

    private Faults() {}

    /** Makes the faults that take the place of a reply; with any of them this does not return. */
    static void beforeReply(Exchange exchange, Directive directive) throws IOException {
        Reply reply = exchange.reply();
        reply.fault(directive.fault());
        Bytes body = exchange.scratch();
        switch (directive.fault()) {
            case HANG_BEFORE_HEADERS -> hang(exchange);
            case HANG_AFTER_HEADERS -> {
                reply.begin(200, JSON);
                reply.flush();
                hang(exchange);
            }
            case STATUS_400 -> fail(exchange, new Problem(400, "BadRequestError", "invalid_value",
                    "Simulated fault: the request is refused.", "messages"));
            case STATUS_429 -> {
                if (directive.retryAfter() >= 0) {
                    reply.header("retry-after", Integer.toString(directive.retryAfter()));
                }
                fail(exchange, new Problem(429, "Too Many Requests", "rate_limit_exceeded",
                        "Simulated fault: too many requests.", null));
            }
            case STATUS_500 -> fail(exchange, engineFailed());
            case HTML_502 -> {
                reply.whole(502, "text/html", body.ascii("<html><head><title>502 Bad Gateway</title></head>"
                        + "<body><center><h1>502 Bad Gateway</h1></center><hr>simulated</body></html>\r\n"));
                throw new CallEnded(CallEnded.By.FAULT);
            }
            case EMPTY_200 -> {
                reply.whole(200, JSON, body);
                throw new CallEnded(CallEnded.By.FAULT);
            }
            case REDIRECT -> {
                reply.header("location", directive.location());
                reply.whole(302, "text/plain", body);
                throw new CallEnded(CallEnded.By.FAULT);
            }
            default -> {
                // Every other fault needs a reply to spoil.
            }
        }
    }

    private static void fail(Exchange exchange, Problem problem) throws IOException {
        exchange.problem(problem);
        throw new CallEnded(CallEnded.By.FAULT);
    }

    /** Says nothing until the caller leaves. */
    static void hang(Exchange exchange) throws IOException {
        exchange.caller().pause(HANG_NANOS);
        exchange.reply().cut(false);
        throw new CallEnded(CallEnded.By.FAULT);
    }

    /** Keeps the connection of a reply that has said everything, until the caller leaves. */
    static void hold(Exchange exchange) {
        exchange.reply().closeAfter();
        try {
            exchange.caller().pause(HANG_NANOS);
        } catch (CallEnded _) {
            // The caller has left after the reply's end: that is no abort.
        }
    }

    /** Sends a JSON reply in one piece, spoiled as the directive wants it. */
    static void sendWhole(Exchange exchange, Directive directive, Bytes body) throws IOException {
        Reply reply = exchange.reply();
        switch (directive.fault()) {
            case CUT -> {
                reply.partOfWhole(200, JSON, body, body.length() / 2);
                reply.cut(directive.reset());
                throw new CallEnded(CallEnded.By.FAULT);
            }
            case STALL -> {
                reply.partOfWhole(200, JSON, body, body.length() / 2);
                hang(exchange);
            }
            case CUT_CLEAN, TRUNCATED_JSON -> {
                body.truncate(body.length() / 2);
                reply.whole(200, JSON, body);
                throw new CallEnded(CallEnded.By.FAULT);
            }
            case BAD_JSON -> {
                reply.whole(200, JSON, body.clear().ascii("{this is simulated and not JSON}"));
                throw new CallEnded(CallEnded.By.FAULT);
            }
            case ERROR_EVENT -> fail(exchange, engineFailed());
            case BIG_EVENT -> {
                pad(body);
                reply.whole(200, JSON, body);
            }
            default -> reply.whole(200, JSON, body);
        }
    }

    static Problem engineFailed() {
        return new Problem(500, "InternalServerError", "server_error",
                "Simulated fault: EngineCore encountered an issue. See stack trace (above) for the root cause.", null);
    }

    /** Puts one more field into a JSON object, so that it is longer than 1 MB. */
    static void pad(Bytes object) {
        object.truncate(object.length() - 1);
        object.ascii(",\"simulated_padding\":\"");
        for (int i = 0; i < PADDING; i++) {
            object.put('x');
        }
        object.ascii("\"}");
    }
}
