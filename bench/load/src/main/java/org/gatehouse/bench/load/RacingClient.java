package org.gatehouse.bench.load;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.SplittableRandom;

import org.jspecify.annotations.Nullable;

/** One client that makes one call after the other on one connection and can tell how each ended. Confined to one thread. */
final class RacingClient implements AutoCloseable {
    private final Target target;
    private final RequestTemplate plain;
    private final RequestTemplate stream;
    private final Duration timeout;
    private final SplittableRandom random;
    private @Nullable Connection connection;

    RacingClient(Target target, RequestTemplate plain, RequestTemplate stream, Duration timeout,
            SplittableRandom random) {
        this.target = target;
        this.plain = plain;
        this.stream = stream;
        this.timeout = timeout;
        this.random = random;
    }

    /**
     * Makes one call.
     *
     * @param asStream whether the reply is to be streamed
     * @param leaves whether to hang up on the way
     * @param longest how long a plain call is waited for at most before hanging up, in nanoseconds
     */
    CallEnd call(long number, boolean asStream, boolean leaves, long longest) {
        boolean reached = false;
        Parsed parsed = new Parsed();
        try {
            Connection open = connection;
            if (open == null) {
                open = Connection.open(target, timeout);
                connection = open;
            }
            reached = true;
            open.send((asStream ? stream : plain).numbered(number));
            CallEnd end = asStream
                    ? streamed(open, parsed, leaves ? random.nextInt(1, 20) : Integer.MAX_VALUE)
                    : whole(open, parsed, leaves ? random.nextLong(1, longest + 1) : Long.MAX_VALUE);
            if (!(end instanceof CallEnd.Completed || end instanceof CallEnd.Refused) || parsed.closes) {
                close();
            }
            return end;
        } catch (IOException | ReplyReader.Malformed e) {
            close();
            return new CallEnd.Broken(parsed.requestId, Connection.kindOf(e), !reached);
        }
    }

    private static final class Parsed {
        private String requestId = "";
        private boolean closes;
    }

    private void look(ReplyReader reader, Parsed parsed) {
        if (parsed.requestId.isEmpty() && reader.hasHead()) {
            parsed.requestId = Objects.requireNonNullElse(reader.header("x-request-id"), "");
            parsed.closes = reader.closes();
        }
    }

    private CallEnd streamed(Connection open, Parsed parsed, int leaveAfter)
            throws IOException, ReplyReader.Malformed {
        StreamReply reply = new StreamReply();
        ReplyReader reader = reply.reader();
        while (!reader.isDone() && (reply.receiveFrom(open) || reader.endOfStream())) {
            look(reader, parsed);
            if (reply.chunks() >= leaveAfter) {
                leave(open);
                return new CallEnd.Left(parsed.requestId, true, reply.chunks());
            }
        }
        look(reader, parsed);
        if (reader.hasHead() && reader.status() != 200) {
            return refused(parsed, reader.status(), reply.refusal());
        } else if (reply.isFailed()) {
            return new CallEnd.Broken(parsed.requestId, "error event", false);
        } else if (!reply.isDone()) {
            // With its end mark in hand the client holds the whole reply, whatever becomes of the connection.
            return new CallEnd.Broken(parsed.requestId, "stream cut", false);
        }
        return completed(parsed, true, reply.usage());
    }

    private CallEnd whole(Connection open, Parsed parsed, long leaveAfter) throws IOException, ReplyReader.Malformed {
        if (leaveAfter != Long.MAX_VALUE) {
            Waiting.nanos(leaveAfter);
            leave(open);
            return new CallEnd.Left("", false, 0);
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        ReplyReader reader = new ReplyReader((buffer, from, to) -> body.write(buffer, from, to - from));
        open.receiveAll(reader);
        look(reader, parsed);
        String text = body.toString(StandardCharsets.UTF_8);
        return reader.status() == 200 ? completed(parsed, false, text) : refused(parsed, reader.status(), text);
    }

    private void leave(Connection open) throws IOException {
        if (random.nextBoolean()) {
            open.leaveByFin();
        } else {
            open.leaveByReset();
        }
    }

    private static CallEnd completed(Parsed parsed, boolean stream, @Nullable String json) {
        try {
            JsonObject reply = Json.readObject(json == null ? "{}" : json);
            return new CallEnd.Completed(parsed.requestId, stream, reply.whole("usage.prompt_tokens", 0),
                    reply.whole("usage.completion_tokens", 0), reply.at("usage") != null);
        } catch (IllegalArgumentException e) {
            return new CallEnd.Broken(parsed.requestId, "a reply that is " + e.getMessage(), false);
        }
    }

    private static CallEnd refused(Parsed parsed, int status, String json) {
        String code = "";
        try {
            code = String.valueOf(Json.readObject(json).at("error.code"));
        } catch (IllegalArgumentException e) {
            // A refusal without the dialect's shape; its status says enough here.
        }
        return new CallEnd.Refused(parsed.requestId, status, code);
    }

    @Override
    public void close() {
        Connection closing = connection;
        connection = null;
        if (closing != null) {
            closing.close();
        }
    }
}
