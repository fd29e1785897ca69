package org.gatehouse.gateway.upstream.http;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gatehouse.gateway.upstream.http.Calls.RELAXED;
import static org.gatehouse.gateway.upstream.http.Calls.failure;
import static org.gatehouse.gateway.upstream.http.Calls.get;
import static org.gatehouse.gateway.upstream.http.Calls.text;

class UnixSocketTest {
    @TempDir
    Path directory;

    private final UpstreamClient client = new UpstreamClient();

    @AfterEach
    void nothingIsLeftInUse() throws InterruptedException {
        Calls.assertNothingInUse(client);
        client.close();
    }

    @Test
    void unixSocketCarriesCallsLikeAnyOther() throws Exception {
        ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();
        try (ScriptedServer server = ScriptedServer.runningUnix(directory.resolve("engine.sock"), peer -> {
            for (String request = peer.readRequest(); request != null; request = peer.readRequest()) {
                seen.add(request);
                peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");
            }
        })) {
            Endpoint endpoint = Endpoint.parse(server.endpoint() + ":/v1");
            assertThat(text(client, endpoint, get("/models"))).isEqualTo("ok");
            assertThat(text(client, endpoint, get("/models"))).isEqualTo("ok");

            assertThat(seen.poll()).startsWith("GET /v1/models HTTP/1.1\r\nHost: localhost\r\n");
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void socketThatDoesNotExistIsUnreachable() {
        Endpoint endpoint = Endpoint.parse("unix:" + directory.resolve("none.sock"));

        assertThat(failure(client.newCall(endpoint, get("/"), RELAXED))).isInstanceOfSatisfying(
                UpstreamFailure.ConnectFailed.class,
                failed -> assertThat(failed.reason()).isEqualTo(UpstreamFailure.ConnectFailed.Reason.UNREACHABLE));
    }

    @Test
    void abortReleasesAReaderOfAUnixSocketToo() throws Exception {
        try (ScriptedServer server = ScriptedServer.runningUnix(directory.resolve("engine.sock"), peer -> {
            peer.readRequest();
            peer.awaitClose();
        })) {
            UpstreamCall call = client.newCall(server.endpoint(), get("/"), RELAXED);
            CompletableFuture<UpstreamFailure> failure = Calls.inBackground(() -> failure(call));
            ConnectionPoolTest.eventually(() -> server.requests() == 1);
            call.abort(AbortCause.CLIENT_GONE);
            assertThat(failure.get(5, TimeUnit.SECONDS)).isInstanceOf(UpstreamFailure.Aborted.class);
        }
    }
}
