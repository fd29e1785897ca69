package org.gatehouse.gateway.upstream.http;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.gatehouse.gateway.upstream.http.Calls.RELAXED;

class ManyCallsTest {
    private static final int CALLS = 500;

    private final UpstreamClient client = new UpstreamClient();

    @AfterEach
    void nothingIsLeftInUse() throws InterruptedException {
        Calls.assertNothingInUse(client);
        client.close();
    }

    @Test
    void fiveHundredCallsAtOnceEachGetTheirOwnReply() throws Exception {
        CountDownLatch everybody = new CountDownLatch(CALLS);
        try (ScriptedServer server = ScriptedServer.running(peer -> {
            for (String request = peer.readRequest(); request != null; request = peer.readRequest()) {
                String body = request.substring(request.indexOf("\r\n\r\n") + 4);
                peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                // The first round ends only when all calls are in flight together.
                everybody.countDown();
                everybody.await();
                for (int part = 0; part < 5; part++) {
                    peer.send(Integer.toHexString(body.length()) + "\r\n" + body + "\r\n");
                }
                peer.send("0\r\n\r\n");
            }
        })) {
            List<CompletableFuture<Integer>> callers = new ArrayList<>();
            for (int caller = 0; caller < CALLS; caller++) {
                int number = caller;
                callers.add(Calls.inBackground(() -> rounds(server.endpoint(), number)));
            }
            for (CompletableFuture<Integer> caller : callers) {
                assertThat(caller.get(60, TimeUnit.SECONDS)).isEqualTo(10);
            }
            PoolFigures figures = client.figures(server.endpoint());
            assertThat(figures.openedTotal()).isEqualTo(CALLS);
            assertThat(figures.open()).isEqualTo(figures.idle());
            assertThat(server.requests()).isEqualTo(10 * CALLS);
        }
    }

    private int rounds(Endpoint endpoint, int caller) throws UpstreamFailureException {
        int done = 0;
        for (int round = 0; round < 10; round++) {
            String body = "caller " + caller + " round " + round + ";";
            try (UpstreamCall call = client.newCall(endpoint, Calls.post("/", body), RELAXED)) {
                assertThat(new String(call.execute().readAll(10_000), UTF_8)).isEqualTo(body.repeat(5));
                done++;
            }
        }
        return done;
    }
}
