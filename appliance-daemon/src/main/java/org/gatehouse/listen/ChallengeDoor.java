package org.gatehouse.listen;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import org.jspecify.annotations.Nullable;

/**
 * A plain port at which certificate authorities look (RFC 8555 8.3): it answers their challenges, and leads everybody else to the main port over TLS.
 * Shut until it is opened. Thread-safe.
 */
public final class ChallengeDoor implements AutoCloseable {
    private static final String PATH = "/.well-known/acme-challenge/";
    private static final int HTTPS = 443;
    private static final ListenerSettings.Limits LIMITS = new ListenerSettings.Limits(8 << 10, 1 << 10, 256, 64);
    private static final ListenerSettings.Timeouts TIMES = new ListenerSettings.Timeouts(Duration.ofSeconds(5),
            Duration.ofSeconds(5), 1024, Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(1));

    private final String address;
    private final IntSupplier securePort;
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    /** Guards what is open. */
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Listeners listeners;
    private int port;

    /**
     * At an address.
     *
     * @param securePort where the main port is, asked for each caller
     */
    public ChallengeDoor(String address, IntSupplier securePort) {
        this.address = address;
        this.securePort = securePort;
    }

    /**
     * Opens it, at this port instead of any other.
     *
     * @throws IOException if the port cannot be bound; it is shut then
     */
    public void open(int wanted) throws IOException {
        lock.lock();
        try {
            if (listeners != null && port == wanted) {
                return;
            }
            close();
            Listeners fresh = new Listeners(
                    new ListenerSettings(address, wanted, new ListenerSettings.Tls.Off(), LIMITS, TIMES),
                    () -> HttpRouting.builder().any("/*", this::answer).build());
            fresh.start();
            listeners = fresh;
            port = wanted;
        } finally {
            lock.unlock();
        }
    }

    /** Answers a challenge from now on. */
    public void offer(String token, String answer) {
        answers.put(token, answer);
    }

    /** Answers it no more. */
    public void withdraw(String token) {
        answers.remove(token);
    }

    /** Shuts the port; it may be opened again. */
    @Override
    public void close() {
        lock.lock();
        try {
            Listeners open = listeners;
            listeners = null;
            if (open != null) {
                open.close();
            }
        } finally {
            lock.unlock();
        }
    }

    private void answer(ServerRequest request, ServerResponse response) {
        String path = request.prologue().uriPath().rawPath();
        response.header(HeaderNames.CONTENT_TYPE, "text/plain").header(HeaderNames.CACHE_CONTROL, "no-store");
        if (path.startsWith(PATH)) {
            String answer = answers.get(path.substring(PATH.length()));
            response.status(answer == null ? 404 : 200)
                    .send(answer == null ? "No authority has asked for this.\n" : answer);
            return;
        }
        String host = request.headers().first(HeaderNames.HOST).orElse("").replaceFirst(":[0-9]*$", "");
        if (!host.matches("[A-Za-z0-9.-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}\\]")) {
            response.status(400).send("Name the box in the header host, or call it with https.\n");
            return;
        }
        int secure = securePort.getAsInt();
        response.status(308).header(HeaderNames.LOCATION,
                "https://" + host + (secure == HTTPS ? "" : ":" + secure) + request.prologue().uriPath().rawPath())
                .send("The box is reached with https.\n");
    }
}
