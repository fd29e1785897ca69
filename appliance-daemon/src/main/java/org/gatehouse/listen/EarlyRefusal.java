package org.gatehouse.listen;

import java.net.InetAddress;

import org.jspecify.annotations.Nullable;

/**
 * A request that was refused before any handler got it: headers too large, a body announced as too large, broken framing, an unknown path, a draining
 * listener. Immutable.
 *
 * @param listener      the listener's name
 * @param status        what the client is answered
 * @param path          as received, without query; empty if the request was too broken to have one
 * @param client        the peer
 * @param requestId     what the answer's {@code x-request-id} says
 * @param authorization the header, if the headers could be read; secret
 * @param apiKey        the header {@code x-api-key}, likewise; secret
 * @param traceparent   the header, likewise
 */
public record EarlyRefusal(String listener, int status, String path, InetAddress client, String requestId,
        @Nullable String authorization, @Nullable String apiKey, @Nullable String traceparent) {

    /** Told of each one, on the request's own thread, before it is answered. Must not throw. */
    @FunctionalInterface
    public interface Observer {

        /** A request was refused. */
        void refused(EarlyRefusal refusal);
    }

    /** The machine-readable name of the status: one of about a dozen, whatever clients send. */
    public String code() {
        return PathErrors.code(status);
    }

    /** Without the credentials. */
    @Override
    public String toString() {
        return "EarlyRefusal[" + listener + ", " + status + ", " + path + ", " + requestId + "]";
    }
}
