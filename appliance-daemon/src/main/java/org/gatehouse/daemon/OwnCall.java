package org.gatehouse.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;

import javax.net.ssl.SSLContext;

import org.jspecify.annotations.Nullable;

import org.gatehouse.listen.ListenerCounts;
import org.gatehouse.listen.Listeners;
import org.gatehouse.setup.wizard.box.ServerTrust;

/**
 * A call of the daemon to its own main port, from outside like any other: connect, TLS, request, answer. Immutable.
 *
 * @param host where the port is reached from here
 * @param tls  whether it speaks TLS
 */
record OwnCall(String host, int port, boolean tls, Duration within) {
    private static final byte[] REQUEST = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            .getBytes(StandardCharsets.US_ASCII);
    private static final String ANSWER = "HTTP/1.1 ";

    /** What became of it. */
    enum Outcome {
        ANSWERED,
        /** The connection was taken and closed again, as it is where too many are open. */
        TURNED_AWAY,
        /** Nothing came in time, or nobody was there. */
        SILENCE
    }

    /**
     * Whether listeners answer such a call, or turn it away because too many are there already.
     *
     * @param address where the main one is bound; null for everywhere, which is reached on loopback
     */
    static boolean isAnswered(Listeners doors, @Nullable String address, Duration within) {
        String host = address == null || address.equals("0.0.0.0") || address.equals("::") ? "127.0.0.1" : address;
        long refused = refusals(doors.counts());
        return switch (new OwnCall(host, doors.port(),
                doors.certificateFingerprint().isPresent(), within).make()) {
            case ANSWERED -> true;
            case TURNED_AWAY -> refusals(doors.counts()) > refused;
            case SILENCE -> false;
        };
    }

    private static long refusals(ListenerCounts counts) {
        return counts.refusedFull() + counts.refusedClient();
    }

    /** Makes the call; takes about as long as allowed at most. */
    Outcome make() {
        int millis = (int) Math.clamp(within.toMillis(), 1, Integer.MAX_VALUE);
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(host, port), millis);
            plain.setSoTimeout(millis);
            try (Socket socket = tls
                    ? anybody().getSocketFactory().createSocket(plain, host, port, true)
                    : plain) {
                socket.getOutputStream().write(REQUEST);
                InputStream in = socket.getInputStream();
                byte[] begun = in.readNBytes(ANSWER.length());
                return new String(begun, StandardCharsets.US_ASCII).equals(ANSWER)
                        ? Outcome.ANSWERED
                        : Outcome.TURNED_AWAY;
            } catch (SocketTimeoutException _) {
                return Outcome.SILENCE;
            } catch (IOException _) {
                return Outcome.TURNED_AWAY;
            }
        } catch (IOException _) {
            return Outcome.SILENCE;
        }
    }

    /** Who listens on our own port is asked whether they are alive and told nothing: no certificate is wrong for that. */
    private static SSLContext anybody() {
        try {
            return ServerTrust.context(_ -> true, null);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
