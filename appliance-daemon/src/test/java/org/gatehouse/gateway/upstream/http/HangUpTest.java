package org.gatehouse.gateway.upstream.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gatehouse.gateway.upstream.http.Calls.RELAXED;
import static org.gatehouse.gateway.upstream.http.Calls.get;
import static org.gatehouse.gateway.upstream.http.ConnectionPoolTest.eventually;

/** A call that says goodbye gets all that the upstream had sent, and the upstream hears of it at once. */
class HangUpTest {
    private static final String HEAD = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

    private final UpstreamClient client = new UpstreamClient();

    @AfterEach
    void nothingIsLeftInUse() throws InterruptedException {
        Calls.assertNothingInUse(client);
        client.close();
    }

    private record Left(String text, UpstreamFailure failure) {}

    private CompletableFuture<Left> reading(UpstreamCall call, CountDownLatch begun) {
        return Calls.inBackground(() -> {
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            try (call) {
                UpstreamReply reply = call.execute();
                byte[] piece = new byte[64];
                int count;
                while ((count = reply.read(piece, 0, piece.length)) >= 0) {
                    text.write(piece, 0, count);
                    begun.countDown();
                }
                throw new AssertionError("the reply ended well");
            } catch (UpstreamFailureException e) {
                return new Left(text.toString(StandardCharsets.UTF_8), e.failure());
            }
        });
    }

    private void assertEverythingIsRead(ScriptedServer server) throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        UpstreamCall call = client.newCall(server.endpoint(), get("/"), RELAXED);
        CompletableFuture<Left> left = reading(call, begun);
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();

        assertThat(call.hangUp()).isTrue();
        assertThat(call.hangUp()).as("a second time").isFalse();

        assertThat(left.get(10, TimeUnit.SECONDS)).isEqualTo(new Left("onetwothree", new UpstreamFailure.Aborted(
                server.endpoint().toString(), AbortCause.CLIENT_GONE, Progress.REPLY_BEGUN)));
    }

    private static void sendMoreAfterTheGoodbye(ScriptedServer.Peer peer) throws IOException {
        peer.readRequest();
        peer.send(HEAD + "3\r\none\r\n");
        peer.awaitClose();
        peer.send("3\r\ntwo\r\n");
        peer.send("5\r\nthree\r\n");
    }

    @Test
    void whatTheServerSendsUntilItClosesIsStillRead() throws Exception {
        try (ScriptedServer server = ScriptedServer.running(HangUpTest::sendMoreAfterTheGoodbye)) {
            assertEverythingIsRead(server);
        }
    }

    @Test
    void aUnixSocketKnowsTheGoodbyeToo(@TempDir Path directory) throws Exception {
        try (ScriptedServer server = ScriptedServer.runningUnix(directory.resolve("s"),
                HangUpTest::sendMoreAfterTheGoodbye)) {
            assertEverythingIsRead(server);
        }
    }

    @Test
    void serverThatDoesNotCareIsLeftByAnAbort() throws Exception {
        try (ScriptedServer server = ScriptedServer.running(peer -> {
            peer.readRequest();
            peer.send(HEAD + "3\r\none\r\n");
            Thread.sleep(60_000);
        })) {
            CountDownLatch begun = new CountDownLatch(1);
            UpstreamCall call = client.newCall(server.endpoint(), get("/"), RELAXED);
            CompletableFuture<Left> left = reading(call, begun);
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();

            assertThat(call.hangUp()).isTrue();
            assertThat(left).isNotDone();
            call.abort(AbortCause.CLIENT_GONE);

            assertThat(left.get(10, TimeUnit.SECONDS).text()).isEqualTo("one");
        }
    }

    @Test
    void callThatWasLeftBeforeItsReplyIsNotSentAgain() throws Exception {
        try (ScriptedServer server = ScriptedServer.running(peer -> {
            peer.readRequest();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            peer.readRequest();
            peer.awaitClose();
        })) {
            assertThat(Calls.text(client, server.endpoint(), get("/"))).isEqualTo("ok");
            UpstreamCall call = client.newCall(server.endpoint(), get("/"), RELAXED);
            CompletableFuture<UpstreamFailure> failure = Calls.inBackground(() -> Calls.failure(call));
            eventually(() -> server.requests() == 2);
            eventually(call::hangUp);

            assertThat(failure.get(10, TimeUnit.SECONDS)).isEqualTo(new UpstreamFailure.Aborted(
                    server.endpoint().toString(), AbortCause.CLIENT_GONE, Progress.REQUEST_SENT));
            assertThat(server.requests()).isEqualTo(2);
        }
    }

    @Test
    void goodbyeThatComesTooLateDoesNotHitTheNextCallOnTheConnection() throws Exception {
        try (ScriptedServer server = ScriptedServer.repeating("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) {
            UpstreamCall first = client.newCall(server.endpoint(), get("/"), RELAXED);
            assertThat(first.hangUp()).as("before it is sent").isFalse();
            assertThat(Calls.text(first)).isEqualTo("ok");
            assertThat(first.hangUp()).as("after its end").isFalse();

            assertThat(Calls.text(client, server.endpoint(), get("/"))).isEqualTo("ok");
            assertThat(server.connections()).isOne();
        }
    }

    @Test
    void replyThatWasWholeAllTheSameIsReadAndItsConnectionNotUsedAgain() throws Exception {
        try (ScriptedServer server = ScriptedServer.running(peer -> {
            while (peer.readRequest() != null) {
                peer.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nok");
                if (peer.number() == 1) {
                    peer.awaitClose();
                }
                peer.send("ok");
            }
        })) {
            UpstreamCall call = client.newCall(server.endpoint(), get("/"), RELAXED);
            CompletableFuture<String> text = Calls.inBackground(() -> Calls.text(call));
            eventually(call::hangUp);
            assertThat(text.get(10, TimeUnit.SECONDS)).isEqualTo("okok");

            assertThat(Calls.text(client, server.endpoint(), get("/"))).isEqualTo("okok");
            assertThat(server.connections()).isEqualTo(2);
        }
    }
}
