package org.gatehouse.gateway.upstream.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gatehouse.gateway.upstream.http.Calls.RELAXED;
import static org.gatehouse.gateway.upstream.http.Calls.failure;
import static org.gatehouse.gateway.upstream.http.Calls.get;
import static org.gatehouse.gateway.upstream.http.Calls.post;
import static org.gatehouse.gateway.upstream.http.Calls.text;

class UpstreamCallTest {
    private static final String HELLO = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    private final UpstreamClient client = new UpstreamClient();

    @AfterEach
    void nothingIsLeftInUse() throws InterruptedException {
        Calls.assertNothingInUse(client);
        client.close();
    }

    @Test
    void requestCarriesWhatTheClientAddsAndWhatTheCallerGives() throws Exception {
        ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();
        try (ScriptedServer server = ScriptedServer.running(peer -> {
            seen.add(String.valueOf(peer.readRequest()));
            peer.send(HELLO);
        })) {
            Endpoint endpoint = Endpoint.parse("http://127.0.0.1:" + server.port() + "/v1/")
                    .withAddressPolicy(AddressPolicy.ANY);
            byte[] original = "{\"model\":\"public\"}".getBytes(StandardCharsets.UTF_8);
            List<BodySlice> body = List.of(new BodySlice(original, 0, 9),
                    BodySlice.of("\"gpt-5\"".getBytes(StandardCharsets.UTF_8)),
                    new BodySlice(original, 17, 1));
            UpstreamRequest request = new UpstreamRequest("POST", "/chat/completions?x=1",
                    RequestHeaders.of("authorization", "Bearer secret").and("content-type", "application/json"), body);

            assertThat(text(client, endpoint, request)).isEqualTo("hello");

            assertThat(seen.poll()).isEqualTo("POST /v1/chat/completions?x=1 HTTP/1.1\r\nHost: 127.0.0.1:"
                    + server.port()
                    + "\r\nAccept-Encoding: identity\r\nauthorization: Bearer secret\r\ncontent-type: application/json\r\n"
                    + "Content-Length: 17\r\n\r\n{\"model\":\"gpt-5\"}");
        }
    }

    @Test
    void secondCallGoesOutOnTheFirstOnesConnection() throws Exception {
        try (ScriptedServer server = ScriptedServer.repeating(HELLO)) {
            assertThat(text(client, server.endpoint(), get("/a"))).isEqualTo("hello");
            assertThat(text(client, server.endpoint(), post("/b", "x"))).isEqualTo("hello");

            assertThat(server.connections()).isEqualTo(1);
            assertThat(client.figures(server.endpoint())).isEqualTo(new PoolFigures(1, 1, 0, 0, 1, 1));
        }
    }

    @Test
    void chunkedReplyIsHandedOverAsItArrives() throws Exception {
        CompletableFuture<Void> firstSeen = new CompletableFuture<>();
        try (ScriptedServer server = ScriptedServer.running(peer -> {
            peer.readRequest();
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nfirst,\r\n");
            firstSeen.join();
            peer.send("4;ext=1\r\nlast\r\n0\r\nTrailer: x\r\n\r\n");
            peer.awaitClose();
        })) {
            List<String> pieces = Calls.onVirtualThread(() -> {
                try (UpstreamCall call = client.newCall(server.endpoint(), get("/"), RELAXED)) {
                    UpstreamReply reply = call.execute();
                    List<String> seen = new ArrayList<>();
                    byte[] buffer = new byte[100];
                    for (int count = reply.read(buffer, 0, 100); count >= 0; count = reply.read(buffer, 0, 100)) {
                        seen.add(new String(buffer, 0, count, StandardCharsets.UTF_8));
                        firstSeen.complete(null);
                    }
                    return seen;
                }
            });

            assertThat(pieces).containsExactly("first,", "last");
            assertThat(client.figures(server.endpoint()).idle()).isEqualTo(1);
        }
    }

    @Test
    void abortReleasesTheThreadThatWaitsForTheHead() throws Exception {
        CompletableFuture<Void> asked = new CompletableFuture<>();
        CompletableFuture<Boolean> closed = new CompletableFuture<>();
        try (ScriptedServer server = ScriptedServer.running(peer -> {
            peer.readRequest();
            asked.complete(null);
            peer.awaitClose();
            closed.complete(true);
        })) {
            UpstreamCall call = client.newCall(server.endpoint(), get("/"), RELAXED);
            CompletableFuture<UpstreamFailure> failure = Calls.inBackground(() -> failure(call));
            asked.join();

            call.abort(AbortCause.CLIENT_GONE);

            assertThat(failure.get())
                    .isEqualTo(new UpstreamFailure.Aborted(server.endpoint().toString(), AbortCause.CLIENT_GONE,
                            Progress.REQUEST_SENT));
            assertThat(closed.get()).isTrue();
        }
    }

    @Test
    void deadConnectionIsNoticedBeforeItIsUsedAgain() throws IOException, UpstreamFailureException {
        try (ScriptedServer server = ScriptedServer.running(peer -> {
            peer.readRequest();
            peer.send(HELLO);
        })) {
            assertThat(text(client, server.endpoint(), get("/a"))).isEqualTo("hello");
            assertThat(text(client, server.endpoint(), post("/b", "x"))).isEqualTo("hello");
            assertThat(server.connections()).isEqualTo(2);
        }
    }
}
