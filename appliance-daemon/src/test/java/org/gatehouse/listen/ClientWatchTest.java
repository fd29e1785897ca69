package org.gatehouse.listen;

import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.helidon.webserver.http.HttpRouting;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class ClientWatchTest {

    @Test
    void clientThatClosesWhileItsCallWaitsIsNoticed() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        CompletableFuture<Long> noticed = new CompletableFuture<>();
        HttpRouting routing = HttpRouting.builder().get("/wait", (request, response) -> {
            try (ClientConnection.Registration ignored = ClientConnection.of(request)
                    .onGone(() -> noticed.complete(System.nanoTime()))) {
                waiting.countDown();
                noticed.get(5, TimeUnit.SECONDS);
            }
            response.send("late");
        }).build();
        try (Listeners listeners = new Listeners(ListenerSettings.onLoopback(0), () -> routing)) {
            listeners.start();

            Socket socket = new Socket(InetAddress.getLoopbackAddress(), listeners.port());
            OutputStream out = socket.getOutputStream();
            out.write("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(waiting.await(5, TimeUnit.SECONDS)).isTrue();
            long left = System.nanoTime();
            socket.close();
            long micros = (noticed.get(5, TimeUnit.SECONDS) - left) / 1000;
            assertThat(micros).isLessThan(200_000);
        }
    }
}
