package org.gatehouse.listen;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.helidon.webserver.http.HttpRouting;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class ConnectionEndTest {
    private static final Duration SOON = Duration.ofSeconds(1);

    @TempDir
    private Path directory;

    @Test
    void clientThatAsksToCloseIsObeyed() throws Exception {
        try (TestServer server = TestServer.plain()) {
            for (String value : List.of("close", "Close", "foo, close")) {
                try (RawClient client = RawClient.plain(server.port())) {
                    RawClient.Answer answer = client
                            .send("GET /hello HTTP/1.1\r\nHost: box\r\nConnection: " + value + "\r\n\r\n").answer();
                    assertThat(answer.body()).isEqualTo("hello");
                    assertThat(client.closedWithin(SOON)).as(value).isTrue();
                }
            }
        }
    }

    @Test
    void clientThatAsksToCloseIsObeyedOverTlsAndAfterStreams() throws Exception {
        try (TestServer server = TestServer.tls(directory); RawClient client = RawClient.tls(server.port())) {
            server.go.countDown();
            RawClient.Answer answer = client.send("GET /stream HTTP/1.1\r\nHost: box\r\nConnection: close\r\n\r\n")
                    .answer();
            assertThat(answer.body()).endsWith("end\n");
            assertThat(client.closedWithin(SOON)).isTrue();
        }
    }

    @Test
    void connectionIsKeptOtherwise() throws Exception {
        try (TestServer server = TestServer.plain(); RawClient client = RawClient.plain(server.port())) {
            for (int i = 0; i < 100; i++) {
                assertThat(client.send("GET /hello HTTP/1.1\r\nHost: box\r\n\r\n").answer().body()).isEqualTo("hello");
            }
            assertThat(server.counts().accepted()).isEqualTo(1);
        }
    }

    @Test
    void drainLetsTheStreamInFlightEndAndRefusesNewCalls() throws Exception {
        try (TestServer server = TestServer.plain();
                RawClient streaming = RawClient.plain(server.port());
                RawClient kept = RawClient.plain(server.port())) {
            assertThat(kept.send("GET /hello HTTP/1.1\r\nHost: box\r\n\r\n").answer().status()).isEqualTo(200);
            streaming.send("GET /stream HTTP/1.1\r\nHost: box\r\n\r\n");
            assertThat(server.begun.poll(5, SECONDS)).isNotNull();
            CompletableFuture<Boolean> drained = CompletableFuture
                    .supplyAsync(() -> server.listeners().drain(Duration.ofSeconds(5)));
            Eventually.holds(() -> refuses(server.port()));

            RawClient.Answer refused = kept.send("GET /v1/models HTTP/1.1\r\nHost: box\r\nx-request-id: mine\r\n\r\n")
                    .answer();
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.headers()).containsKey("retry-after").containsEntry("connection", "close")
                    .containsEntry("x-request-id", "mine");
            assertThat(refused.body()).contains("\"code\":\"service_unavailable\"");
            assertThat(kept.closedWithin(SOON)).isTrue();

            assertThat(drained).isNotDone();
            server.go.countDown();
            assertThat(streaming.answer().body()).endsWith("end\n");
            assertThat(drained.get(5, SECONDS)).isTrue();
        }
    }

    @Test
    void drainGivesUpOnCallsThatTakeTooLong() throws Exception {
        try (TestServer server = TestServer.plain(); RawClient streaming = RawClient.plain(server.port())) {
            streaming.send("GET /stream HTTP/1.1\r\nHost: box\r\n\r\n");
            assertThat(server.begun.poll(5, SECONDS)).isNotNull();
            long start = System.nanoTime();
            assertThat(server.listeners().drain(Duration.ofMillis(300))).isFalse();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(290),
                    Duration.ofSeconds(2));
        }
    }

    @Test
    void drainOfHttp2LetsTheStreamInFlightEndAndRefusesNewCalls() throws Exception {
        try (TestServer server = TestServer.tls(directory);
                HttpClient client = HttpClient.newBuilder().sslContext(RawClient.trustingAnybody()).build()) {
            String base = "https://localhost:" + server.port();
            CompletableFuture<HttpResponse<String>> streaming = client.sendAsync(
                    HttpRequest.newBuilder(URI.create(base + "/stream")).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(server.begun.poll(5, SECONDS)).isNotNull();
            CompletableFuture<Boolean> drained = CompletableFuture
                    .supplyAsync(() -> server.listeners().drain(Duration.ofSeconds(5)));
            Eventually.holds(() -> refuses(server.port()));
            HttpResponse<String> refused = client.send(HttpRequest.newBuilder(URI.create(base + "/hello")).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(refused.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(refused.statusCode()).isEqualTo(503);
            server.go.countDown();
            assertThat(streaming.get(5, SECONDS).body()).endsWith("end\n");
            assertThat(drained.get(5, SECONDS)).isTrue();
        }
    }

    @Test
    void managementHasAPortAndPathsOfItsOwn() throws Exception {
        ListenerSettings anyPort = ListenerSettings.onLoopback(0);
        Listeners.Door main = new Listeners.Door(anyPort,
                () -> HttpRouting.builder().get("/who", (request, response) -> response.send("main")).build());
        Listeners.Door management = new Listeners.Door(anyPort,
                () -> HttpRouting.builder().get("/who", (request, response) -> response.send("management")).build());
        TransportErrorRenderer renderer = (status, path, reason) -> new TransportErrorRenderer.Rendered("text/x-own",
                ("own " + status).getBytes(UTF_8));
        try (Listeners listeners = new Listeners(main, management, renderer)) {
            listeners.start();
            assertThat(get(listeners.port(), "/who").body()).isEqualTo("main");
            assertThat(get(listeners.managementPort(), "/who").body()).isEqualTo("management");
            RawClient.Answer unknown = get(listeners.managementPort(), "/nothing");
            assertThat(unknown.headers()).containsEntry("content-type", "text/x-own");
            assertThat(unknown.body()).isEqualTo("own 404");
            assertThat(listeners.managementCounts().accepted()).isEqualTo(2);
        }
    }

    @Test
    void portThatIsTakenIsExplained() throws Exception {
        try (TestServer server = TestServer.plain();
                Listeners second = new Listeners(ListenerSettings.onLoopback(server.port()), HttpRouting::empty)) {
            assertThatThrownBy(second::start).isInstanceOf(IOException.class)
                    .hasMessageContaining("Cannot listen on 127.0.0.1 port " + server.port());
        }
    }

    @Test
    void closeEndsEverythingThatIsOpen() throws Exception {
        TestServer server = TestServer.plain();
        try (RawClient idle = RawClient.plain(server.port()); RawClient silent = RawClient.plain(server.port())) {
            assertThat(idle.send("GET /hello HTTP/1.1\r\nHost: box\r\n\r\n").answer().status()).isEqualTo(200);
            int port = server.port();
            server.close();
            assertThat(idle.closedWithin(SOON)).isTrue();
            assertThat(silent.closedWithin(SOON)).isTrue();
            assertThatThrownBy(() -> RawClient.plain(port)).isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void clientWithTooManyConnectionsIsRefusedTheNextAndServedOnTheOthers() throws Exception {
        ListenerSettings settings = ListenerSettings.onLoopback(0)
                .with(new ListenerSettings.Limits(16 << 10, 1 << 20, 100, 5));
        List<RawClient> clients = new ArrayList<>();
        try (TestServer server = TestServer.with(settings)) {
            for (int i = 0; i < 5; i++) {
                clients.add(RawClient.plain(server.port()));
            }
            Eventually.holds(() -> server.counts().open() == 5);
            try (RawClient sixth = RawClient.plain(server.port())) {
                assertThat(sixth.closedWithin(SOON)).isTrue();
            }
            for (RawClient client : clients) {
                assertThat(client.send("GET /hello HTTP/1.1\r\nHost: box\r\n\r\n").answer().status()).isEqualTo(200);
            }
            Eventually.holds(() -> server.counts().refusedClient() == 1);
            clients.getFirst().close();
            Eventually.holds(() -> server.counts().open() == 4);
            try (RawClient next = RawClient.plain(server.port())) {
                assertThat(next.send("GET /hello HTTP/1.1\r\nHost: box\r\n\r\n").answer().status()).isEqualTo(200);
            }
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    private static RawClient.Answer get(int port, String path) throws IOException {
        try (RawClient client = RawClient.plain(port)) {
            return client.send("GET " + path + " HTTP/1.1\r\nHost: box\r\n\r\n").answer();
        }
    }

    private static boolean refuses(int port) {
        try (RawClient client = RawClient.plain(port)) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
