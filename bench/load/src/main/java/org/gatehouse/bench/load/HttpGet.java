package org.gatehouse.bench.load;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** One small request on a connection of its own, for what is not measured: ledgers, admin calls, readiness. */
final class HttpGet {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** A reply, whatever its status. */
    record Answer(int status, String body) {
        /**
         * The body of a 200.
         *
         * @throws IOException for another status or a body that is no object
         */
        JsonObject object(Target from) throws IOException {
            if (status != 200) {
                throw new IOException(
                        from + " answered " + status + ": " + body.substring(0, Math.min(300, body.length())));
            }
            try {
                return Json.readObject(body);
            } catch (IllegalArgumentException e) {
                throw new IOException(from + " answered something that is " + e.getMessage(), e);
            }
        }
    }

    private HttpGet() {}

    static Answer get(Target target) throws IOException {
        return send(target, "GET");
    }

    static Answer delete(Target target) throws IOException {
        return send(target, "DELETE");
    }

    private static Answer send(Target target, String method) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        ReplyReader reader = new ReplyReader((buffer, from, to) -> body.write(buffer, from, to - from));
        try (Connection connection = Connection.open(target, TIMEOUT)) {
            connection.send((target.head(method) + "Accept: application/json\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            connection.receiveAll(reader);
        } catch (ReplyReader.Malformed e) {
            throw new IOException(target + " sent a " + Connection.kindOf(e), e);
        }
        return new Answer(reader.status(), body.toString(StandardCharsets.UTF_8));
    }
}
