package org.gatehouse.daemon;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.simulated.SimulatedServer;

import static org.assertj.core.api.Assertions.assertThat;

/** Requests that are refused before they are calls are counted, and recorded when it is known whose they are. */
final class EarlyRefusalIT {
    private static final String POST = "POST /v1/chat/completions HTTP/1.1\r\nHost: box\r\n";
    private static final String TOO_LARGE = "Content-Type: application/json\r\nContent-Length: 200000000\r\n";

    @TempDir
    Path data;
    private SimulatedServer engine;
    private TestDaemon box;
    private TestDaemon.IssuedTo key;

    @BeforeEach
    void start() {
        engine = TestDaemon.engine();
        box = TestDaemon.plain(data);
        key = box.key(box.furnish(engine).project(), "ci");
    }

    @AfterEach
    void stop() {
        box.close();
        engine.close();
    }

    @Test
    void eachIsCountedByItsReason() throws IOException {
        assertThat(send("NONSENSE\r\n\r\n")).contains(" 400 ");
        assertThat(send(POST + "X-Flood: " + "x".repeat(60_000) + "\r\n\r\n")).contains(" 431 ");
        assertThat(send("GET /" + "x".repeat(10_000) + " HTTP/1.1\r\nHost: box\r\n\r\n")).contains(" 414 ");
        assertThat(send(POST + TOO_LARGE + "\r\n")).contains(" 413 ");
        assertThat(send("GET /v1/nothing HTTP/1.1\r\nHost: box\r\nConnection: close\r\n\r\n")).contains(" 404 ");

        for (String code : new String[]{"invalid_request_error", "request_headers_too_large", "uri_too_long",
                "request_too_large", "not_found"}) {
            assertThat(refused(code)).as(code).isEqualTo(1);
        }
        assertThat(box.metric("gatehouse_connections_accepted_total{listener=\"main\"}")).isGreaterThan(4);
        assertThat(box.audit("kind=call")).contains("\"items\":[]");
    }

    @Test
    void announcedBodyThatIsTooLargeLeavesARowOfItsKey() throws IOException {
        assertThat(send(POST + TOO_LARGE + "Authorization: Bearer " + key.text() + "\r\nx-request-id: large-1\r\n\r\n"))
                .contains(" 413 ").contains("request_too_large");

        assertThat(box.audit("requestId=large-1")).contains("\"status\":413", "\"errorCode\":\"request_too_large\"",
                "\"outcome\":\"refused\"", "\"surface\":\"chat.completions\"", key.id().toString(),
                "\"clientAddress\":\"127.0.0.1\"").doesNotContain(key.text());
        assertThat(send(POST + "x-api-key: " + key.text() + "\r\nx-request-id: framing-1\r\nContent-Length: 3\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n")).contains(" 400 ");
        assertThat(box.audit("requestId=framing-1")).contains("\"status\":400");
        assertThat(box.metric("gatehouse_calls_total{code=\"request_too_large\",model=\"none\",outcome=\"refused\","
                + "simulated=\"false\",surface=\"chat.completions\",upstream=\"none\"}")).isEqualTo(1);
    }

    @Test
    void floodOfThemDoesNotFillTheTrail() throws IOException {
        for (int i = 0; i < 40; i++) {
            assertThat(send(POST + TOO_LARGE + "Authorization: Bearer " + key.text() + "\r\n\r\n")).contains(" 413 ");
            assertThat(send(POST + TOO_LARGE + "Authorization: Bearer ghk_guessed0_" + "x".repeat(43) + "\r\n\r\n"))
                    .contains(" 413 ");
        }

        assertThat(box.audit("kind=call&limit=100").split("\"kind\":\"call\",\"hash\"", -1)).hasSize(11);
        assertThat(refused("request_too_large")).isEqualTo(80);
    }

    private double refused(String code) {
        return box.metric("gatehouse_requests_refused_early_total{code=\"" + code + "\",listener=\"main\"}");
    }

    private String send(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), box.daemon.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
