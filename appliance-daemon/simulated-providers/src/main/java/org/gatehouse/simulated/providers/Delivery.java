package org.gatehouse.simulated.providers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.IntConsumer;

import org.jspecify.annotations.Nullable;

/** Sends replies, well or as a failure wants it. One for each call; belongs to the connection's thread. */
final class Delivery {
    private static final long STALL_MILLIS = 600_000;
    private static final long DRIP_MILLIS = 2;
    private static final int DRIP_BYTES = 7;
    private static final byte[] NO_JSON = "{\"simulated\": tru, broken".getBytes(StandardCharsets.UTF_8);

    private final Wire wire;
    private final Call call;
    private final Surface surface;
    private final IntConsumer produced;
    private final Runnable beforeLastBytes;

    Delivery(Wire wire, Call call, Surface surface, IntConsumer produced, Runnable beforeLastBytes) {
        this.wire = wire;
        this.call = call;
        this.surface = surface;
        this.produced = produced;
        this.beforeLastBytes = beforeLastBytes;
    }

    /** Sends a reply as it should be, at its pace. */
    void send(Reply reply, Duration firstToken, Duration perToken) throws IOException {
        switch (reply) {
            case Reply.Whole whole -> {
                if (whole.bill().isModelCall()) {
                    wire.pause(firstToken.plus(perToken.multipliedBy(whole.bill().outputTokens())).toMillis());
                }
                produced.accept(whole.bill().outputTokens());
                whole(whole.status(), whole.contentType(), whole.body());
            }
            case Reply.Streamed streamed -> {
                wire.head(200, streamed.contentType(), call.headers(), -1);
                frames(streamed.frames(), firstToken, perToken);
                beforeLastBytes.run();
                wire.lastChunk();
                wire.flush();
            }
        }
    }

    private void whole(int status, String contentType, byte[] body) throws IOException {
        wire.head(status, contentType, call.headers(), body.length);
        wire.raw(body, 0, body.length);
        beforeLastBytes.run();
        wire.flush();
    }

    private void frames(List<Frame> frames, Duration firstToken, Duration perToken) throws IOException {
        long begun = System.nanoTime();
        int tokens = 0;
        for (int i = 0; i < frames.size(); i++) {
            Frame frame = frames.get(i);
            if (frame.tokens() > 0) {
                long due = begun + firstToken.toNanos() + perToken.toNanos() * tokens;
                wire.pause((due - System.nanoTime()) / 1_000_000);
                tokens += frame.tokens();
                produced.accept(tokens);
            }
            if (i == frames.size() - 1) {
                beforeLastBytes.run();
            }
            wire.chunk(frame.bytes());
        }
    }

    /**
     * Sends a reply that is spoilt on its way.
     *
     * @return whether the connection may carry another request
     */
    boolean spoil(Reply reply, FailureWall.Fault fault) throws IOException {
        int after = fault.tokensBefore();
        return switch (fault.failure()) {
            case CUT_BEFORE_HEADERS -> false;
            case STALL_BEFORE_HEADERS -> stall();
            case CUT -> cut(reply, after, false);
            case RESET -> cut(reply, after, true);
            case STALL -> {
                begin(reply, after);
                yield stall();
            }
            case BAD_CHUNK -> badChunk(reply, after);
            case BAD_FRAMING -> badFraming(reply, after);
            case ERROR_EVENT -> errorEvent(reply, after);
            case DRIP -> drip(reply);
            case TRUNCATED -> truncated(reply, after);
            case EMPTY -> empty(reply);
            case WRONG_CONTENT_TYPE -> wrongType(reply);
            case HTML_PAGE -> {
                whole(502, "text/html", ("<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad"
                        + " Gateway</h1></center><hr><center>simulated</center></body></html>")
                        .getBytes(StandardCharsets.UTF_8));
                yield true;
            }
            case OTHER_DIALECT -> {
                send(OtherDialect.reply(surface.looksLikeChat(), reply instanceof Reply.Streamed), Duration.ZERO,
                        Duration.ZERO);
                yield true;
            }
            case REDIRECT -> {
                call.header("location", "http://127.0.0.1:9/elsewhere");
                whole(302, "", new byte[0]);
                yield true;
            }
            case INTERNAL, UNAVAILABLE, OVERLOADED, RATE_LIMITED, OUT_OF_MONEY, UNAUTHORIZED, FORBIDDEN, TIMED_OUT -> {
                if (fault.retryAfterSeconds() >= 0) {
                    call.header("retry-after", Integer.toString(fault.retryAfterSeconds()));
                }
                send(surface.refusal(surface.problem(fault.failure()), call), Duration.ZERO, Duration.ZERO);
                yield true;
            }
        };
    }

    /** Sends what comes before the failure, and gives the frame that it strikes. */
    private @Nullable Frame begin(Reply reply, int after) throws IOException {
        switch (reply) {
            case Reply.Whole whole -> {
                wire.head(whole.status(), whole.contentType(), call.headers(), whole.body().length);
                produced.accept(whole.bill().outputTokens());
                wire.raw(whole.body(), 0, whole.body().length / 2);
                wire.flush();
                return null;
            }
            case Reply.Streamed streamed -> {
                wire.head(200, streamed.contentType(), call.headers(), -1);
                List<Frame> before = before(streamed, after);
                frames(before, Duration.ZERO, Duration.ZERO);
                wire.flush();
                return before.size() < streamed.frames().size() ? streamed.frames().get(before.size()) : null;
            }
        }
    }

    /** The frames until so many tokens are out, but at most those before the end. */
    private static List<Frame> before(Reply.Streamed streamed, int after) {
        int tokens = 0;
        int count = 0;
        for (Frame frame : streamed.frames()) {
            tokens += frame.tokens();
            if (frame.closing() || tokens > after) {
                break;
            }
            count++;
        }
        return streamed.frames().subList(0, Math.min(count, streamed.frames().size() - 1));
    }

    private boolean stall() throws IOException {
        wire.pause(STALL_MILLIS);
        return false;
    }

    private boolean cut(Reply reply, int after, boolean reset) throws IOException {
        Frame struck = begin(reply, after);
        if (struck != null) {
            wire.openChunk(struck.bytes().length);
            wire.raw(struck.bytes(), 0, struck.bytes().length / 2);
        }
        beforeLastBytes.run();
        wire.flush();
        if (reset) {
            wire.resetOnClose();
        }
        return false;
    }

    private boolean badChunk(Reply reply, int after) throws IOException {
        switch (reply) {
            case Reply.Whole whole -> {
                produced.accept(whole.bill().outputTokens());
                whole(whole.status(), whole.contentType(), NO_JSON);
            }
            case Reply.Streamed streamed -> {
                Frame struck = begin(reply, after);
                beforeLastBytes.run();
                wire.chunk(surface.binary() && struck != null
                        ? damaged(struck.bytes())
                        : "data: {\"simulated\": tru, broken\n\n".getBytes(StandardCharsets.UTF_8));
                wire.lastChunk();
                wire.flush();
            }
        }
        return true;
    }

    private static byte[] damaged(byte[] event) {
        byte[] copy = event.clone();
        copy[copy.length - 1] ^= 0x55;
        return copy;
    }

    private boolean badFraming(Reply reply, int after) throws IOException {
        begin(reply, after);
        beforeLastBytes.run();
        if (reply instanceof Reply.Streamed) {
            byte[] nonsense = "zz\r\nno chunk\r\n".getBytes(StandardCharsets.UTF_8);
            wire.raw(nonsense, 0, nonsense.length);
        }
        wire.flush();
        return false;
    }

    private boolean errorEvent(Reply reply, int after) throws IOException {
        Problem problem = surface.problem(Failure.OVERLOADED);
        switch (reply) {
            case Reply.Whole whole -> {
                Reply.Whole error = surface.refusal(problem, call);
                whole(200, error.contentType(), error.body());
            }
            case Reply.Streamed streamed -> {
                begin(reply, after);
                Frame error = surface.errorEvent(problem, call);
                beforeLastBytes.run();
                if (error != null) {
                    wire.chunk(error.bytes());
                }
                wire.lastChunk();
                wire.flush();
            }
        }
        return true;
    }

    private boolean drip(Reply reply) throws IOException {
        switch (reply) {
            case Reply.Whole whole -> {
                produced.accept(whole.bill().outputTokens());
                wire.head(whole.status(), whole.contentType(), call.headers(), whole.body().length);
                for (int from = 0; from < whole.body().length; from += DRIP_BYTES) {
                    int count = Math.min(DRIP_BYTES, whole.body().length - from);
                    wire.raw(whole.body(), from, count);
                    if (from + count == whole.body().length) {
                        beforeLastBytes.run();
                    }
                    wire.flush();
                    wire.pause(DRIP_MILLIS);
                }
            }
            case Reply.Streamed streamed -> {
                wire.head(200, streamed.contentType(), call.headers(), -1);
                int tokens = 0;
                for (Frame frame : streamed.frames()) {
                    tokens += frame.tokens();
                    produced.accept(tokens);
                    for (int from = 0; from < frame.bytes().length; from += DRIP_BYTES) {
                        int count = Math.min(DRIP_BYTES, frame.bytes().length - from);
                        byte[] drop = new byte[count];
                        System.arraycopy(frame.bytes(), from, drop, 0, count);
                        wire.chunk(drop);
                        wire.pause(DRIP_MILLIS);
                    }
                }
                beforeLastBytes.run();
                wire.lastChunk();
                wire.flush();
            }
        }
        return true;
    }

    private boolean truncated(Reply reply, int after) throws IOException {
        switch (reply) {
            case Reply.Whole whole -> {
                produced.accept(whole.bill().outputTokens());
                byte[] half = java.util.Arrays.copyOf(whole.body(), whole.body().length / 2);
                whole(whole.status(), whole.contentType(), half);
            }
            case Reply.Streamed streamed -> {
                begin(reply, after);
                beforeLastBytes.run();
                wire.lastChunk();
                wire.flush();
            }
        }
        return true;
    }

    private boolean empty(Reply reply) throws IOException {
        switch (reply) {
            case Reply.Whole whole -> whole(200, whole.contentType(), new byte[0]);
            case Reply.Streamed streamed -> {
                wire.head(200, streamed.contentType(), call.headers(), -1);
                beforeLastBytes.run();
                wire.lastChunk();
                wire.flush();
            }
        }
        return true;
    }

    private boolean wrongType(Reply reply) throws IOException {
        send(switch (reply) {
            case Reply.Whole whole -> new Reply.Whole(whole.status(), "text/plain", whole.body(), whole.bill());
            case Reply.Streamed streamed -> new Reply.Streamed("text/plain", streamed.frames(), streamed.bill());
        }, Duration.ZERO, Duration.ZERO);
        return true;
    }

    /** What a reply says that is well formed, but in a dialect that nobody asked for. */
    private static final class OtherDialect {
        static Reply reply(boolean anthropic, boolean streamed) {
            String chat = "{\"id\":\"chatcmpl-simulated\",\"object\":\"chat.completion\",\"created\":1,\"model\":"
                    + "\"simulated\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"
                    + "\"[simulated] other dialect\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1,"
                    + "\"completion_tokens\":1,\"total_tokens\":2}}";
            String message = "{\"id\":\"msg_simulated\",\"type\":\"message\",\"role\":\"assistant\",\"model\":"
                    + "\"simulated\",\"content\":[{\"type\":\"text\",\"text\":\"[simulated] other dialect\"}],"
                    + "\"stop_reason\":\"end_turn\",\"stop_sequence\":null,\"usage\":{\"input_tokens\":1,"
                    + "\"output_tokens\":1}}";
            if (!streamed) {
                return new Reply.Whole(200, "application/json",
                        (anthropic ? message : chat).getBytes(StandardCharsets.UTF_8), Bill.NONE);
            }
            return new Reply.Streamed("text/event-stream",
                    List.of(Frame.content(anthropic
                            ? "event: message_start\ndata: {\"type\":\"message_start\",\"message\":" + message + "}\n\n"
                                    + "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
                            : "data: " + chat.replace("chat.completion\"", "chat.completion.chunk\"")
                                    .replace("\"message\"", "\"delta\"") + "\n\ndata: [DONE]\n\n",
                            0)),
                    Bill.NONE);
        }
    }
}
