package org.gatehouse.listen;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

final class ClientWatchTest {
    private static final String WAIT = "GET /wait HTTP/1.1\r\nHost: box\r\n\r\n";
    private static final int ROUNDS = 20;

    @TempDir
    private Path directory;

    @Test
    void plainClientThatClosesIsNoticedWithinMilliseconds() throws Exception {
        try (TestServer server = TestServer.plain()) {
            assertThat(medianMicros(server, () -> RawClient.plain(server.port()), RawClient::close))
                    .as("micros to notice FIN").isLessThan(20_000);
        }
    }

    @Test
    void plainClientThatResetsIsNoticedWithinMilliseconds() throws Exception {
        try (TestServer server = TestServer.plain()) {
            assertThat(medianMicros(server, () -> RawClient.plain(server.port()), RawClient::reset))
                    .as("micros to notice RST").isLessThan(20_000);
        }
    }

    @Test
    void tlsClientThatClosesIsNoticedWithinMilliseconds() throws Exception {
        try (TestServer server = TestServer.tls(directory)) {
            assertThat(medianMicros(server, () -> RawClient.tls(server.port()), RawClient::close))
                    .as("micros to notice FIN").isLessThan(20_000);
        }
    }

    @Test
    void departureIsCountedAndConnectionIsForgotten() throws Exception {
        try (TestServer server = TestServer.plain()) {
            RawClient client = RawClient.plain(server.port()).send(WAIT);
            ClientConnection seen = server.begun.poll(5, SECONDS);
            assertThat(seen.gone()).isFalse();
            client.close();
            assertThat(server.departures.poll(5, SECONDS)).isNotNull();
            assertThat(seen.gone()).isTrue();
            Eventually.holds(() -> server.counts().open() == 0);
            Eventually.holds(() -> server.counts().clientsLeft() == 1);
            assertThat(server.listeners().noticesDepartures()).isTrue();
        }
    }

    @Test
    void http2ClientThatCancelsOneStreamIsNoticedWhileTheOthersGoOn() throws Exception {
        try (TestServer server = TestServer.tls(directory); HttpClient client = http2()) {
            HttpRequest wait = HttpRequest.newBuilder(URI.create("https://localhost:" + server.port() + "/wait"))
                    .build();
            CompletableFuture<HttpResponse<String>> stays = client.sendAsync(wait,
                    HttpResponse.BodyHandlers.ofString());
            assertThat(server.begun.poll(5, SECONDS)).isNotNull();
            CompletableFuture<HttpResponse<String>> leaves = client.sendAsync(wait,
                    HttpResponse.BodyHandlers.ofString());
            ClientConnection second = server.begun.poll(5, SECONDS);
            leaves.cancel(true);
            assertThat(server.departures.poll(5, SECONDS)).isNotNull();
            assertThat(second.gone()).isTrue();
            server.go.countDown();
            HttpResponse<String> answer = stays.get(5, SECONDS);
            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(answer.body()).isEqualTo("waited");
        }
    }

    @Test
    void http2ClientThatClosesItsConnectionIsNoticedByAllItsCalls() throws Exception {
        try (TestServer server = TestServer.tls(directory)) {
            HttpClient client = http2();
            HttpRequest wait = HttpRequest.newBuilder(URI.create("https://localhost:" + server.port() + "/wait"))
                    .build();
            for (int i = 0; i < 2; i++) {
                client.sendAsync(wait, HttpResponse.BodyHandlers.ofString());
                assertThat(server.begun.poll(5, SECONDS)).isNotNull();
            }
            client.shutdownNow();
            assertThat(server.departures.poll(5, SECONDS)).isNotNull();
            assertThat(server.departures.poll(5, SECONDS)).isNotNull();
        }
    }

    @Test
    void callThatEndedIsNotToldOfALaterDeparture() throws Exception {
        try (TestServer server = TestServer.plain()) {
            RawClient client = RawClient.plain(server.port()).send(WAIT);
            assertThat(server.begun.poll(5, SECONDS)).isNotNull();
            server.go.countDown();
            assertThat(client.answer().body()).isEqualTo("waited");
            client.close();
            Eventually.holds(() -> server.counts().open() == 0);
            assertThat(server.departures).isEmpty();
        }
    }

    private static HttpClient http2() {
        return HttpClient.newBuilder().sslContext(RawClient.trustingAnybody()).version(HttpClient.Version.HTTP_2)
                .build();
    }

    /** The median time from the client's leaving to the handler's being told. */
    private static long medianMicros(TestServer server, Connect connect, Leave leave) throws Exception {
        List<Long> micros = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            RawClient client = connect.connect().send(WAIT);
            assertThat(server.begun.poll(5, SECONDS)).isNotNull();
            long left = System.nanoTime();
            leave.leave(client);
            Long noticed = server.departures.poll(5, SECONDS);
            assertThat(noticed).as("departure noticed").isNotNull();
            micros.add((noticed - left) / 1000);
        }
        micros.sort(null);
        return micros.get(ROUNDS / 2);
    }

    private interface Connect {
        RawClient connect() throws Exception;
    }

    private interface Leave {
        void leave(RawClient client) throws Exception;
    }
}
