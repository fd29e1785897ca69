package org.gatehouse.gateway.upstream.http;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.gatehouse.gateway.upstream.http.Calls.RELAXED;
import static org.gatehouse.gateway.upstream.http.Calls.failure;
import static org.gatehouse.gateway.upstream.http.Calls.get;
import static org.gatehouse.gateway.upstream.http.Calls.text;

/** Every form that a reply may have, and those that it must not have. */
class ReplyFormsTest {
    private final UpstreamClient client = new UpstreamClient();

    @AfterEach
    void nothingIsLeftInUse() throws InterruptedException {
        Calls.assertNothingInUse(client);
        client.close();
    }

    @Test
    void closeDelimitedBodyEndsWhereTheConnectionEnds() throws Exception {
        assertThat(textOf("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nuntil the end"))
                .isEqualTo("until the end");
    }

    @Test
    void versionOneZeroIsReadAndItsConnectionNotKept() throws Exception {
        try (ScriptedServer server = ScriptedServer.repeating("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok")) {
            assertThat(text(client, server.endpoint(), get("/"))).isEqualTo("ok");
            assertThat(client.figures(server.endpoint()).open()).isZero();
        }
    }

    @Test
    void versionOneZeroWithKeepAliveIsKept() throws Exception {
        try (ScriptedServer server = ScriptedServer
                .repeating("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nok")) {
            assertThat(text(client, server.endpoint(), get("/"))).isEqualTo("ok");
            assertThat(client.figures(server.endpoint()).idle()).isEqualTo(1);
        }
    }

    @Test
    void connectionIsClosedWhereTheReplySaysSo() throws Exception {
        try (ScriptedServer server = ScriptedServer
                .repeating("HTTP/1.1 200 OK\r\nconnection: x, Close\r\nContent-Length: 2\r\n\r\nok")) {
            assertThat(text(client, server.endpoint(), get("/"))).isEqualTo("ok");
            assertThat(client.figures(server.endpoint()).open()).isZero();
        }
    }

    @Test
    void connectionWithBytesAfterTheReplyIsNotUsedAgain() throws Exception {
        try (ScriptedServer server = ScriptedServer
                .repeating("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n")) {
            assertThat(text(client, server.endpoint(), get("/"))).isEqualTo("ok");
            assertThat(client.figures(server.endpoint()).open()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n",
            "HTTP/1.1 204\r\n\r\n", "HTTP/1.1 304 \r\nContent-Encoding: gzip\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"})
    void replyWithoutABodyEndsAtItsHead(String reply) throws Exception {
        try (ScriptedServer server = ScriptedServer.repeating(reply)) {
            assertThat(text(client, server.endpoint(), get("/"))).isEmpty();
            assertThat(text(client, server.endpoint(), get("/"))).isEmpty();
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void replyToHeadHasNoBodyWhateverItsLength() throws Exception {
        try (ScriptedServer server = ScriptedServer.repeating("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n")) {
            UpstreamRequest head = new UpstreamRequest("HEAD", "/", RequestHeaders.NONE, List.of());
            assertThat(text(client, server.endpoint(), head)).isEmpty();
            assertThat(text(client, server.endpoint(), head)).isEmpty();
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void informationalRepliesAreSkipped() throws Exception {
        assertThat(textOf("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")).isEqualTo("ok");
    }

    @Test
    void redirectIsAStatusLikeAnother() throws Exception {
        try (ScriptedServer server = ScriptedServer
                .repeating(
                        "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n")) {
            int status = Calls.onVirtualThread(() -> {
                try (UpstreamCall call = client.newCall(server.endpoint(), get("/"), RELAXED)) {
                    return call.execute().status();
                }
            });
            assertThat(status).isEqualTo(307);
            assertThat(server.requests()).isEqualTo(1);
        }
    }

    @Test
    void headersAreFoundInAnyCaseAndListedInOrder() throws Exception {
        try (ScriptedServer server = ScriptedServer.repeating(
                "HTTP/1.1 429 Slow\r\nRetry-After:  7 \t\r\nX-A: 1\r\nx-a: 2\r\nX-Empty:\r\nContent-Length: 0\r\n\r\n")) {
            List<Header> headers = Calls.onVirtualThread(() -> {
                try (UpstreamCall call = client.newCall(server.endpoint(), get("/"), RELAXED)) {
                    UpstreamReply reply = call.execute();
                    assertThat(reply.header("RETRY-after")).contains("7");
                    assertThat(reply.header("x-A")).contains("1");
                    assertThat(reply.header("x-empty")).contains("");
                    assertThat(reply.header("x-none")).isEmpty();
                    List<Header> all = new ArrayList<>();
                    reply.headers().forEach(all::add);
                    return all;
                }
            });
            assertThat(headers).containsExactly(new Header("Retry-After", "7"), new Header("X-A", "1"),
                    new Header("x-a", "2"),
                    new Header("X-Empty", ""), new Header("Content-Length", "0"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=\"b\"\r\nhe\r\n003\r\nllo\r\n0\r\nX: y\r\n\r\n"})
    void oneBytePerPacketMakesNoDifference(String reply) throws Exception {
        try (ScriptedServer server = ScriptedServer.running(peer -> {
            while (peer.readRequest() != null) {
                peer.drip(reply);
            }
        })) {
            assertThat(text(client, server.endpoint(), get("/"))).isEqualTo("hello");
            assertThat(text(client, server.endpoint(), get("/"))).isEqualTo("hello");
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"garbage\r\n\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n",
            "HTTP/1.1 20 OK\r\n\r\n",
            "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n", "HTTP/1.1 099 OK\r\n\r\n",
            "HTTP/1.1 101 Switching\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n", "HTTP/1.1 200 OK\r\n A: b\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
            "HTTP/1.1 200 OK\r\n: b\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA: b\nB: c\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\nx",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\n0\n\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloXX0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n"})
    void replyThatBreaksTheRulesIsAProtocolError(String reply) throws IOException {
        try (ScriptedServer server = ScriptedServer.once(reply.getBytes(ISO_8859_1))) {
            assertThat(failure(client.newCall(server.endpoint(), get("/"), RELAXED)))
                    .isInstanceOfSatisfying(UpstreamFailure.ProtocolError.class, error -> {
                        assertThat(error.beforeFirstByte()).isFalse();
                        assertThat(error.message()).contains(server.endpoint().toString());
                    });
        }
    }

    @Test
    void sameContentLengthTwiceIsNoContradiction() throws Exception {
        assertThat(textOf("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok")).isEqualTo("ok");
    }

    @Test
    void headMayBeAsLargeAsTheLimitAndNotLarger() throws Exception {
        String head = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: " + "a".repeat(40_000) + "\r\n\r\n";
        try (ScriptedServer server = ScriptedServer.repeating(head + "ok")) {
            assertThat(text(client.newCall(server.endpoint(), get("/"), RELAXED, new ReplyLimits(head.length(), 100))))
                    .isEqualTo("ok");
            assertThat(failure(
                    client.newCall(server.endpoint(), get("/"), RELAXED, new ReplyLimits(head.length() - 1, 100))))
                    .isInstanceOf(UpstreamFailure.ProtocolError.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n12345678901",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n12345678901\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\n12345678901"})
    void bodyMayNotBeLargerThanTheLimit(String reply) throws Exception {
        try (ScriptedServer server = ScriptedServer.once(reply.getBytes(ISO_8859_1))) {
            assertThat(failure(client.newCall(server.endpoint(), get("/"), RELAXED, new ReplyLimits(1000, 10))))
                    .isEqualTo(new UpstreamFailure.ReplyTooLarge(server.endpoint().toString(), 10));
            assertThat(text(client.newCall(server.endpoint(), get("/"), RELAXED, new ReplyLimits(1000, 11))))
                    .hasSize(11);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n12345678901",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n12345678901\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\n12345678901"})
    void readAllTakesNoMoreThanItIsAskedFor(String reply) throws Exception {
        try (ScriptedServer server = ScriptedServer.once(reply.getBytes(ISO_8859_1))) {
            for (int max : new int[]{0, 10}) {
                UpstreamCall call = client.newCall(server.endpoint(), get("/"), RELAXED);
                assertThat(Calls.inBackground(() -> {
                    try (call) {
                        return call.execute().readAll(max);
                    }
                })).failsWithin(java.time.Duration.ofSeconds(10)).withThrowableThat()
                        .withMessageContaining("larger than " + max + " bytes");
            }
            UpstreamCall call = client.newCall(server.endpoint(), get("/"), RELAXED);
            assertThat(Calls.<byte[]>onVirtualThread(() -> {
                try (call) {
                    return call.execute().readAll(11);
                }
            })).hasSize(11);
        }
    }

    @Test
    void upstreamThatAnswersBeforeItHasReadTheRequestIsHeard() throws Exception {
        try (ScriptedServer server = ScriptedServer.running(peer -> {
            peer.send("HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\n\r\nlong");
            peer.socket().shutdownInput();
            peer.socket().getInputStream().skipNBytes(0);
        })) {
            String body = text(client, server.endpoint(), Calls.post("/", "x".repeat(8 << 20)));
            assertThat(body).isEqualTo("long");
        }
    }

    private String textOf(String reply) throws Exception {
        try (ScriptedServer server = ScriptedServer.once(reply.getBytes(ISO_8859_1))) {
            return text(client, server.endpoint(), get("/"));
        }
    }
}
