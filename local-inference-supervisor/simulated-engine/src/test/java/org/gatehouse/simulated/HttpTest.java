package org.gatehouse.simulated;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class HttpTest {
    private static final String PATH = "/v1/chat/completions";
    private static SimulatedServer server;

    @BeforeAll
    static void start() {
        server = SimulatedServer.start(Options.forModel("sim").withMaxModelLength(1_000_000));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void aChunkedBodyWithExtensionsAndTrailersIsRead() throws IOException {
        String body = Call.chatBody("Hello 世界");
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        try (RawClient client = new RawClient(server)) {
            client.send("POST " + PATH
                    + " HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (byte single : bytes) {
                client.send("1;x=y\r\n");
                client.send(new byte[]{single, '\r', '\n'});
            }
            client.send("0\r\nX-Trailer: 1\r\n\r\n" + RawClient.request("GET", "/health", ""));
            assertThat(Call.json(client.answer()).at("/usage/prompt_tokens").asInt())
                    .isEqualTo(Call.json(RawClient.post(server, PATH, body)).at("/usage/prompt_tokens").asInt());
            assertThat(client.answer().status()).isEqualTo(200);
        }
    }

    @Test
    void aRequestThatComesByteByByteIsRead() throws IOException {
        try (RawClient client = new RawClient(server)) {
            for (byte single : RawClient.request("POST", PATH, Call.chatBody("x")).getBytes(StandardCharsets.UTF_8)) {
                client.send(new byte[]{single});
            }
            assertThat(client.answer().status()).isEqualTo(200);
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws IOException {
        String one = RawClient.request("POST", PATH, Call.chatBody("[[sim tokens=1 token-ms=2]]"));
        String two = RawClient.request("POST", PATH, Call.chatBody("[[sim tokens=2 token-ms=2]]"));
        try (RawClient client = new RawClient(server)) {
            client.send(one + two + one + two);
            for (int wanted : new int[]{1, 2, 1, 2}) {
                assertThat(Call.json(client.answer()).at("/usage/completion_tokens").asInt()).isEqualTo(wanted);
            }
        }
    }

    @Test
    void aRequestThatComesWhileTheFormerIsGeneratedIsKept() throws Exception {
        try (RawClient client = new RawClient(server)) {
            client.send(RawClient.request("POST", PATH, Call.chatBody("[[sim tokens=1 first-token-ms=100]]")));
            Waiting.until(() -> server.running() == 1);
            client.send(RawClient.request("POST", PATH, Call.chatBody("[[sim tokens=2]]")));

            assertThat(Call.json(client.answer()).at("/usage/completion_tokens").asInt()).isEqualTo(1);
            assertThat(Call.json(client.answer()).at("/usage/completion_tokens").asInt()).isEqualTo(2);
        }
    }

    @Test
    void aBodyOfMegabytesIsReadAndTheConnectionGoesOn() throws IOException {
        String text = "word ".repeat(700_000);
        try (RawClient client = new RawClient(server)) {
            client.send(RawClient.request("POST", "/tokenize", "{\"prompt\":\"" + text + "\"}"));
            assertThat(Call.json(client.answer()).path("count").asInt()).isGreaterThan(700_000);
            client.send(RawClient.request("POST", PATH, Call.chatBody("[[sim token-ms=1]]")));
            assertThat(client.answer().status()).isEqualTo(200);
        }
    }

    @Test
    void whoeverWaitsForLeaveToSendGetsIt() throws IOException {
        String body = Call.chatBody("x");
        try (RawClient client = new RawClient(server)) {
            client.send("POST " + PATH + " HTTP/1.1\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
                    + "Content-Length: " + body.length() + "\r\n\r\n");
            assertThat(client.line()).isEqualTo("HTTP/1.1 100 Continue");
            client.line();
            client.send(body);
            assertThat(client.answer().status()).isEqualTo(200);
        }
    }

    @Test
    void anOldCallerGetsACloseDelimitedStream() throws IOException {
        String body = Call.chatBody("x", "\"stream\":true");
        try (RawClient client = new RawClient(server)) {
            client.send("POST " + PATH + " HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: "
                    + body.length() + "\r\n\r\n" + body);
            RawClient.Answer answer = client.answer();
            assertThat(answer.headers()).doesNotContainKey("transfer-encoding");
            assertThat(answer.text()).endsWith("[DONE]\n\n");
        }
    }

    @Test
    void aRequestToCloseIsKept() throws IOException {
        try (RawClient client = new RawClient(server)) {
            client.send(RawClient.request("GET", "/health", "", "Connection: close"));
            assertThat(client.answer().headers()).containsEntry("connection", "close");
            assertThat(client.read()).isEqualTo(-1);
        }
    }

    @Test
    void whatIsNotHttpIsRefusedAndTheConnectionClosed() throws IOException {
        for (String bad : new String[]{"nonsense\r\n\r\n", "GET / HTTP/2.0\r\n\r\n", "GET / HTTP/1.1\r\nA : b\r\n\r\n",
                "POST " + PATH + " HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST " + PATH + " HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
                "POST " + PATH + " HTTP/1.1\r\nContent-Length: x\r\n\r\n",
                "POST " + PATH + " HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
            try (RawClient client = new RawClient(server)) {
                client.send(bad);
                assertThat(client.answer().status()).as(bad).isEqualTo(400);
                assertThat(client.read()).isEqualTo(-1);
            }
        }
    }

    @Test
    void tooMuchIsRefused() throws IOException {
        try (RawClient client = new RawClient(server)) {
            client.send("GET / HTTP/1.1\r\nX: " + "y".repeat(70_000));
            assertThat(client.answer().status()).isEqualTo(431);
        }
        try (RawClient client = new RawClient(server)) {
            client.send("POST " + PATH + " HTTP/1.1\r\nContent-Length: 200000000\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(413);
        }
    }

    @Test
    void anIdleConnectionIsClosedSilently() throws IOException {
        try (SimulatedServer brief = SimulatedServer
                .start(Options.forModel("sim").withKeepAlive(Duration.ofMillis(50)));
                RawClient client = new RawClient(brief)) {
            client.send(RawClient.request("GET", "/health", ""));
            client.answer();
            assertThat(client.read()).isEqualTo(-1);
        }
    }
}
