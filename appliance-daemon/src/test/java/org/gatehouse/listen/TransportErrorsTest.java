package org.gatehouse.listen;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class TransportErrorsTest {

    @Test
    void unknownPathsWearTheShapeOfTheirDialect() throws Exception {
        try (TestServer server = TestServer.plain(); RawClient client = RawClient.plain(server.port())) {
            RawClient.Answer openai = client.send("GET /v1/nothing HTTP/1.1\r\nHost: box\r\n\r\n").answer();
            assertThat(openai.status()).isEqualTo(404);
            assertThat(openai.headers()).containsEntry("content-type", "application/json").containsKey("x-request-id");
            assertThat(openai.body()).startsWith("{\"error\":{\"message\":\"")
                    .endsWith("\"type\":\"invalid_request_error\",\"param\":null,\"code\":\"not_found\"}}");

            RawClient.Answer admin = client.send("GET /api/v1/nothing HTTP/1.1\r\nHost: box\r\n\r\n").answer();
            assertThat(admin.headers()).containsEntry("content-type", "application/problem+json");
            assertThat(admin.body()).contains("\"status\":404").contains("\"title\":\"not found\"");

            RawClient.Answer plain = client.send("GET /v1x HTTP/1.1\r\nHost: box\r\n\r\n").answer();
            assertThat(plain.headers().get("content-type")).startsWith("text/plain");
        }
    }

    @Test
    void failureOfAHandlerTellsNothingOfItsInside() throws Exception {
        try (TestServer server = TestServer.plain(); RawClient client = RawClient.plain(server.port())) {
            RawClient.Answer answer = client.send("GET /v1/boom HTTP/1.1\r\nHost: box\r\nx-request-id: call-7\r\n\r\n")
                    .answer();
            assertThat(answer.status()).isEqualTo(500);
            assertThat(answer.headers()).containsEntry("x-request-id", "call-7").doesNotContainKey("server");
            assertThat(answer.body()).contains("\"code\":\"internal_error\"");
            assertThat(answer.toString()).doesNotContain("secret detail", "IllegalState", "java", "elidon");
            assertThat(client.send("GET /hello HTTP/1.1\r\nHost: box\r\n\r\n").answer().status())
                    .as("the connection goes on").isEqualTo(200);
        }
    }

    @Test
    void requestIdThatCouldForgeLogLinesIsReplaced() throws Exception {
        try (TestServer server = TestServer.plain(); RawClient client = RawClient.plain(server.port())) {
            RawClient.Answer answer = client.send("GET /nothing HTTP/1.1\r\nHost: box\r\nx-request-id: a b\r\n\r\n")
                    .answer();
            assertThat(answer.headers().get("x-request-id")).hasSize(36);
        }
    }

    @Test
    void brokenRequestsAreAnsweredAndTheConnectionClosed() throws Exception {
        try (TestServer server = TestServer.plain()) {
            assertThat(statusOf(server, "NONSENSE\r\n\r\n")).isEqualTo(400);
            assertThat(statusOf(server, "GET /hello HTTP/1.1\r\n\r\n")).as("no Host").isEqualTo(400);
            assertThat(statusOf(server, "GET /hello HTTP/1.1\r\nHost: box\r\nBad Header: x\r\n\r\n")).isEqualTo(400);
            assertThat(statusOf(server, "GET /" + "x".repeat(10_000) + " HTTP/1.1\r\nHost: box\r\n\r\n"))
                    .isEqualTo(414);
            assertThat(statusOf(server, "GET /hello HTTP/1.0\r\nHost: box\r\n\r\n")).isEqualTo(505);
            assertThat(statusOf(server, "POST /echo HTTP/1.1\r\nHost: box\r\nContent-Length: x\r\n\r\n"))
                    .isEqualTo(400);
            assertThat(statusOf(server,
                    "POST /echo HTTP/1.1\r\nHost: box\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"))
                    .isEqualTo(400);
            assertThat(statusOf(server, "POST /echo HTTP/1.1\r\nHost: box\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"))
                    .isEqualTo(501);
            assertThat(statusOf(server,
                    "POST /v1/x HTTP/1.1\r\nHost: box\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"))
                    .isEqualTo(415);
            assertThat(statusOf(server, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")).as("HTTP/2 without TLS").isEqualTo(400);
        }
    }

    @Test
    void renderersGetStatusPathAndReason() {
        TransportErrorRenderer renderer = new PathErrors();
        assertThat(new String(renderer.render(413, "/v1/chat/completions", "quote \" and \n").body(),
                java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"error\":{\"message\":\"quote \\\" and \\n\",\"type\":\"invalid_request_error\",\"param\":null,"
                                + "\"code\":\"request_too_large\"}}");
        assertThat(PathErrors.code(502)).isEqualTo("internal_error");
    }

    private static int statusOf(TestServer server, String request) throws Exception {
        try (RawClient client = RawClient.plain(server.port())) {
            RawClient.Answer answer = client.send(request).answer();
            assertThat(answer.headers()).containsKey("x-request-id").doesNotContainKey("server");
            assertThat(answer.toString()).doesNotContain("java.", "elidon");
            assertThat(client.closedWithin(java.time.Duration.ofSeconds(1))).as(request).isTrue();
            return answer.status();
        }
    }
}
