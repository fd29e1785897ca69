package org.gatehouse.listen;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/**
 * A real listener with a few handlers to drive it: {@code GET /hello}, {@code POST /echo} (1 MiB at most), {@code GET /wait} (until the client
 * leaves or the test says go), {@code GET /stream} (until the test says stop), {@code GET /boom}.
 */
final class TestServer implements AutoCloseable {
    static final int ECHO_LIMIT = 1 << 20;

    private final Listeners listeners;
    /** Times (nanoTime) at which waiting handlers were told that their client left. */
    final BlockingQueue<Long> departures = new LinkedBlockingQueue<>();
    /** One entry per handler that has begun to wait or stream. */
    final BlockingQueue<ClientConnection> begun = new LinkedBlockingQueue<>();
    /** How the bodies of /echo ended. */
    final BlockingQueue<BodyResult> bodies = new LinkedBlockingQueue<>();
    final CountDownLatch go = new CountDownLatch(1);

    private TestServer(ListenerSettings settings) throws IOException {
        listeners = new Listeners(settings, this::routing);
        listeners.start();
    }

    static TestServer with(ListenerSettings settings) throws IOException {
        return new TestServer(settings);
    }

    static TestServer plain() throws IOException {
        return with(ListenerSettings.onLoopback(0).with(shortTimeouts()));
    }

    static TestServer tls(Path directory) throws IOException {
        // A JVM's first handshake alone can take half a second.
        ListenerSettings.Timeouts times = shortTimeouts();
        ListenerSettings.Timeouts patient = new ListenerSettings.Timeouts(Duration.ofSeconds(5), times.bodyStall(),
                times.minBodyBytesPerSecond(),
                times.idle(), times.write(), times.drainGrace());
        return with(ListenerSettings.onLoopback(0).with(patient).with(new ListenerSettings.Tls.SelfSigned(directory)));
    }

    /** Short enough to wait for in a test: 500 ms for headers, 400 ms between body pieces, 1.5 s idle, 1 s for a write; at least 1 kB/s. */
    static ListenerSettings.Timeouts shortTimeouts() {
        return new ListenerSettings.Timeouts(Duration.ofMillis(500), Duration.ofMillis(400), 1000,
                Duration.ofMillis(1500), Duration.ofSeconds(1),
                Duration.ofSeconds(2));
    }

    int port() {
        return listeners.port();
    }

    Listeners listeners() {
        return listeners;
    }

    ListenerCounts counts() {
        return listeners.counts();
    }

    @Override
    public void close() {
        go.countDown();
        listeners.close();
    }

    private HttpRouting routing() {
        return HttpRouting.builder().get("/hello", (request, response) -> response.send("hello"))
                .post("/echo", this::echo).get("/wait", this::await)
                .get("/stream", this::stream).post("/ignore", (request, response) -> response.send("ignored"))
                .get("/flood", TestServer::flood).get("/boom", (request, response) -> {
                    throw new IllegalStateException("secret detail");
                }).get("/v1/boom", (request, response) -> {
                    throw new IllegalStateException("secret detail");
                }).build();
    }

    private void echo(ServerRequest request, ServerResponse response) {
        BodyResult result = BodyReader.read(request, ECHO_LIMIT);
        bodies.add(result);
        switch (result) {
            case BodyResult.Body body -> response.send(body.bytes());
            case BodyResult.TooLarge large ->
                refuse(response, Status.REQUEST_ENTITY_TOO_LARGE_413, "limit " + large.limit());
            case BodyResult.TooSlow slow -> refuse(response, Status.REQUEST_TIMEOUT_408, "got " + slow.received());
            case BodyResult.Malformed malformed -> refuse(response, Status.BAD_REQUEST_400, malformed.reason());
            case BodyResult.Truncated _ -> refuse(response, Status.BAD_REQUEST_400, "truncated");
        }
    }

    private static void refuse(ServerResponse response, Status status, String text) {
        response.status(status).send(text);
    }

    private void await(ServerRequest request, ServerResponse response) throws Exception {
        ClientConnection client = ClientConnection.of(request);
        CompletableFuture<String> end = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try {
                boolean _ = go.await(10, TimeUnit.SECONDS);
                end.complete("waited");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        try (ClientConnection.Registration _ = client.onGone(() -> {
            departures.add(System.nanoTime());
            end.complete("gone");
        })) {
            begun.add(client);
            response.send(end.get(10, TimeUnit.SECONDS));
        }
    }

    /** Sends far more than the buffers on the way can hold. */
    private static void flood(ServerRequest request, ServerResponse response) throws IOException {
        try (OutputStream out = response.outputStream()) {
            byte[] piece = new byte[1 << 18];
            for (int i = 0; i < 400; i++) {
                out.write(piece);
            }
        }
    }

    private void stream(ServerRequest request, ServerResponse response) throws Exception {
        try (OutputStream out = response.outputStream()) {
            int number = 0;
            out.write("begin\n".getBytes(StandardCharsets.US_ASCII));
            out.flush();
            begun.add(ClientConnection.of(request));
            while (!go.await(10, TimeUnit.MILLISECONDS) && number < 1000) {
                out.write(("event " + number++ + "\n").getBytes(StandardCharsets.US_ASCII));
                out.flush();
            }
            out.write("end\n".getBytes(StandardCharsets.US_ASCII));
        }
    }
}
