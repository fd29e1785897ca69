package org.gatehouse.listen;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

final class RequestLimitsTest {
    private static final Duration SOON = Duration.ofSeconds(3);
    private static final String POST = "POST /echo HTTP/1.1\r\nHost: box\r\n";

    @TempDir
    private Path directory;

    @Test
    void bodyComesBackAsItWasSent() throws Exception {
        try (TestServer server = TestServer.plain(); RawClient client = RawClient.plain(server.port())) {
            for (int size : new int[]{0, 1, 8191, 100_000, TestServer.ECHO_LIMIT}) {
                String body = "b".repeat(size);
                assertThat(client.send(POST + "Content-Length: " + size + "\r\n\r\n" + body).answer().body())
                        .hasSize(size).isEqualTo(body);
            }
        }
    }

    @Test
    void chunkedBodyComesBackAsItWasSent() throws Exception {
        try (TestServer server = TestServer.plain(); RawClient client = RawClient.plain(server.port())) {
            String request = POST + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1000\r\n" + "d".repeat(4096)
                    + "\r\n0\r\n\r\n";
            for (int i = 0; i < 2; i++) {
                assertThat(client.send(request).answer().body()).isEqualTo("abc" + "d".repeat(4096));
            }
        }
    }

    @Test
    void bodyAnnouncedAsTooLargeIsRefusedBeforeItIsSent() throws Exception {
        try (TestServer server = TestServer.plain(); RawClient client = RawClient.plain(server.port())) {
            long start = System.nanoTime();
            RawClient.Answer answer = client.send(POST + "Content-Length: 200000000\r\n\r\n").answer();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(300));
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.headers()).containsEntry("connection", "close");
        }
    }

    @Test
    void clientThatSendsTwoHundredMegabytesFirstCanStillReadWhyItWasRefused() throws Exception {
        try (TestServer server = TestServer.plain(); RawClient client = RawClient.plain(server.port())) {
            client.send(POST + "Content-Length: 200000000\r\n\r\n");
            byte[] piece = new byte[1_000_000];
            for (int i = 0; i < 200; i++) {
                client.send(piece);
            }
            assertThat(client.answer().status()).isEqualTo(413);
            assertThat(client.closedWithin(SOON)).isTrue();
        }
    }

    @Test
    void clientThatSendsMoreThanThePathTakesCanStillReadWhyItWasRefused() throws Exception {
        // Above the path's limit, below the listener's: the handler refuses, not the framing.
        try (TestServer server = TestServer.plain(); RawClient client = RawClient.plain(server.port())) {
            client.send(POST + "Content-Length: 20000000\r\n\r\n").send(new byte[20_000_000]);
            RawClient.Answer answer = client.answer();
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.body()).isEqualTo("limit " + TestServer.ECHO_LIMIT);
            assertThat(client.closedWithin(SOON)).isTrue();
        }
    }

    @Test
    void javaClientReadsTheRefusalOfATooLargeBody() throws Exception {
        try (TestServer server = TestServer.plain(); HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + "/echo"))
                    .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[30_000_000])).build();
            assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(413);
        }
    }

    @Test
    void javaClientReadsTheRefusalOfATooLargeBodyOverHttp2AndGoesOn() throws Exception {
        try (TestServer server = TestServer.tls(directory);
                HttpClient client = HttpClient.newBuilder().sslContext(RawClient.trustingAnybody()).build()) {
            URI echo = URI.create("https://localhost:" + server.port() + "/echo");
            HttpResponse<String> refused = client.send(
                    HttpRequest.newBuilder(echo).POST(HttpRequest.BodyPublishers.ofByteArray(new byte[5_000_000]))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(refused.statusCode()).isEqualTo(413);
            assertThat(refused.version()).isEqualTo(HttpClient.Version.HTTP_2);
            HttpResponse<String> taken = client.send(
                    HttpRequest.newBuilder(echo).POST(HttpRequest.BodyPublishers.ofString("small")).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(taken.body()).isEqualTo("small");
        }
    }

    @Test
    void curlReadsTheRefusalOfATooLargeBody() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "curl is not installed");
        Path body = directory.resolve("body");
        Files.write(body, new byte[30_000_000]);
        try (TestServer server = TestServer.plain()) {
            for (List<String> extra : List.of(List.of("-H", "Expect:"), List.of("-H", "Expect: 100-continue"))) {
                List<String> command = new java.util.ArrayList<>(
                        List.of("/usr/bin/curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}",
                                "--data-binary", "@" + body, "http://127.0.0.1:" + server.port() + "/echo"));
                command.addAll(extra);
                Process curl = new ProcessBuilder(command).redirectErrorStream(true).start();
                assertThat(curl.waitFor(20, TimeUnit.SECONDS)).isTrue();
                assertThat(new String(curl.getInputStream().readAllBytes(), "US-ASCII")).isEqualTo("413");
            }
        }
    }

    @Test
    void chunkedBodyWithoutEndIsRefusedAtTheLimit() throws Exception {
        try (TestServer server = TestServer.plain(); RawClient client = RawClient.plain(server.port())) {
            client.send(POST + "Transfer-Encoding: chunked\r\n\r\n");
            String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
            for (int i = 0; i < 20; i++) {
                client.send(chunk);
            }
            assertThat(client.answer().status()).isEqualTo(413);
            assertThat(server.bodies.poll(1, SECONDS)).isEqualTo(new BodyResult.TooLarge(TestServer.ECHO_LIMIT));
        }
    }

    @Test
    void chunkHeaderWithoutEndIsRefusedBeforeItFillsTheMemory() throws Exception {
        ListenerSettings small = ListenerSettings.onLoopback(0)
                .with(new ListenerSettings.Limits(16 << 10, 1 << 20, 100, 100));
        try (TestServer server = TestServer.with(small); RawClient client = RawClient.plain(server.port())) {
            client.send(POST + "Transfer-Encoding: chunked\r\n\r\n5;x=");
            String extension = "y".repeat(1 << 16);
            try {
                for (int i = 0; i < 200; i++) {
                    client.send(extension);
                }
            } catch (IOException e) {
                // Refused while sending.
            }
            assertThat(server.bodies.poll(3, SECONDS)).isEqualTo(new BodyResult.TooLarge(TestServer.ECHO_LIMIT));
        }
    }

    @Test
    void brokenChunkIsAnswered400() throws Exception {
        try (TestServer server = TestServer.plain(); RawClient client = RawClient.plain(server.port())) {
            assertThat(client.send(POST + "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n").answer().status())
                    .isEqualTo(400);
            assertThat(server.bodies.poll(1, SECONDS)).isInstanceOf(BodyResult.Malformed.class);
        }
    }

    @Test
    void clientThatLeavesInTheMiddleOfItsBodyIsSeenAsSuch() throws Exception {
        try (TestServer server = TestServer.plain(); RawClient client = RawClient.plain(server.port())) {
            client.send(POST + "Content-Length: 100\r\n\r\nabc").close();
            assertThat(server.bodies.poll(3, SECONDS)).isEqualTo(new BodyResult.Truncated(3));
        }
    }

    @Test
    void headersAboveTheLimitAreAnswered431() throws Exception {
        try (TestServer server = TestServer.plain(); RawClient client = RawClient.plain(server.port())) {
            client.send("GET /hello HTTP/1.1\r\nHost: box\r\nX-Large: " + "x".repeat(40_000) + "\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(431);
            assertThat(client.closedWithin(SOON)).isTrue();
        }
    }

    @Test
    void endlessFloodOfHeadersIsCutOff() throws Exception {
        try (TestServer server = TestServer.plain(); RawClient client = RawClient.plain(server.port())) {
            client.send("GET /hello HTTP/1.1\r\nHost: box\r\n");
            String line = "X-Flood: " + "x".repeat(100) + "\r\n";
            try {
                for (int i = 0; i < 2000; i++) {
                    client.send(line);
                }
            } catch (IOException e) {
                // Cut off while sending.
            }
            assertThat(client.answer().status()).isEqualTo(431);
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        try (TestServer server = TestServer.plain(); RawClient client = RawClient.plain(server.port())) {
            client.send("GET /hello HTTP/1.1\r\nHost: box\r\n\r\n" + POST + "Content-Length: 3\r\n\r\nabc"
                    + "GET /nothing HTTP/1.1\r\nHost: box\r\n\r\n"
                    + "GET /hello HTTP/1.1\r\nHost: box\r\n\r\n");
            assertThat(client.answer().body()).isEqualTo("hello");
            assertThat(client.answer().body()).isEqualTo("abc");
            assertThat(client.answer().status()).isEqualTo(404);
            assertThat(client.answer().body()).isEqualTo("hello");
        }
    }

    @Test
    void clientThatWaitsForContinueGetsItWhenItsBodyIsWanted() throws Exception {
        try (TestServer server = TestServer.plain(); RawClient client = RawClient.plain(server.port())) {
            client.send(POST + "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(100);
            assertThat(client.send("abc").answer().body()).isEqualTo("abc");
        }
    }

    @Test
    void clientThatWaitsForContinueIsRefusedWithoutIt() throws Exception {
        try (TestServer server = TestServer.plain(); RawClient client = RawClient.plain(server.port())) {
            client.send(POST + "Content-Length: 20000000\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(413);
            assertThat(client.closedWithin(SOON)).as("what follows could be a body or a request").isTrue();
        }
    }

    @Test
    void smallBodyThatNobodyReadDoesNotCostTheConnection() throws Exception {
        try (TestServer server = TestServer.plain(); RawClient client = RawClient.plain(server.port())) {
            for (String path : new String[]{"/ignore", "/nothing", "/ignore"}) {
                client.send(
                        "POST " + path + " HTTP/1.1\r\nHost: box\r\nContent-Length: 1000\r\n\r\n" + "x".repeat(1000));
                assertThat(client.answer().status()).isIn(200, 404);
            }
        }
    }

    @Test
    void largeBodyThatNobodyReadCostsTheConnectionButNotTheAnswer() throws Exception {
        try (TestServer server = TestServer.plain(); RawClient client = RawClient.plain(server.port())) {
            client.send("POST /ignore HTTP/1.1\r\nHost: box\r\nContent-Length: 10000000\r\n\r\n")
                    .send(new byte[10_000_000]);
            assertThat(client.answer().body()).isEqualTo("ignored");
            assertThat(client.closedWithin(SOON)).isTrue();
        }
    }

    @Test
    void http2BodyOfAnySizeComesBackAsItWasSent() throws Exception {
        try (TestServer server = TestServer.tls(directory);
                HttpClient client = HttpClient.newBuilder().sslContext(RawClient.trustingAnybody()).build()) {
            URI echo = URI.create("https://localhost:" + server.port() + "/echo");
            byte[] body = new byte[1_000_000];
            new java.util.Random(7).nextBytes(body);
            for (HttpRequest.BodyPublisher publisher : List.of(HttpRequest.BodyPublishers.ofByteArray(body),
                    HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))) {
                HttpResponse<byte[]> answer = client.send(HttpRequest.newBuilder(echo).POST(publisher).build(),
                        HttpResponse.BodyHandlers.ofByteArray());
                assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
                assertThat(answer.body()).isEqualTo(body);
            }
        }
    }

    @Test
    void http2BodyThatStallsIsAnswered408WhileTheConnectionGoesOn() throws Exception {
        try (TestServer server = TestServer.tls(directory);
                HttpClient client = HttpClient.newBuilder().sslContext(RawClient.trustingAnybody()).build()) {
            URI echo = URI.create("https://localhost:" + server.port() + "/echo");
            HttpRequest stalls = HttpRequest.newBuilder(echo)
                    .POST(stalling()).build();
            HttpResponse<String> answer = client.send(stalls, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(408);
            assertThat(server.bodies.poll(1, SECONDS)).isInstanceOf(BodyResult.TooSlow.class);
            HttpResponse<String> next = client.send(
                    HttpRequest.newBuilder(echo).POST(HttpRequest.BodyPublishers.ofString("next")).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(next.body()).isEqualTo("next");
        }
    }

    /** Gives ten bytes, then nothing and no end. */
    private static HttpRequest.BodyPublisher stalling() {
        return HttpRequest.BodyPublishers.fromPublisher(subscriber -> subscriber.onSubscribe(new Flow.Subscription() {
            private boolean given;

            @Override
            public void request(long count) {
                if (!given) {
                    given = true;
                    subscriber.onNext(ByteBuffer.wrap(new byte[10]));
                }
            }

            @Override
            public void cancel() {
                // Nothing to stop.
            }
        }));
    }
}
