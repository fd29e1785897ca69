package org.gatehouse.gateway;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.concurrent.CompletableFuture;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.audit.Outcome;
import org.gatehouse.listen.TrustAnybody;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The same promises over HTTP/2, where many calls share a connection. */
class Http2Test {
    private final TestBox box;
    private final String key;
    private final HttpClient http;

    Http2Test(@TempDir Path directory) throws GeneralSecurityException {
        box = TestBox.withTls(directory);
        key = box.key("h2");
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[]{new TrustAnybody()}, null);
        http = HttpClient.newBuilder().sslContext(context).version(HttpClient.Version.HTTP_2).build();
    }

    @BeforeEach
    void connectionIsHttp2() throws IOException, InterruptedException {
        HttpResponse<String> reply = http.send(request("warm-up", "[[sim tokens=1]]", ""),
                HttpResponse.BodyHandlers.ofString());
        assertThat(reply.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(reply.statusCode()).isEqualTo(200);
    }

    @AfterEach
    void nothingIsHeld() {
        try {
            box.assertNothingHeld();
            box.assertLedgerEqualsRows();
        } finally {
            http.shutdownNow();
            box.close();
        }
    }

    private HttpRequest request(String id, String prompt, String more) {
        return HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + box.port() + "/v1/chat/completions"))
                .header("authorization", "Bearer " + key).header("content-type", "application/json")
                .header("x-request-id", id)
                .POST(HttpRequest.BodyPublishers.ofString(TestBox.chat("local", prompt, more))).build();
    }

    @Test
    void streamComesWhole() throws Exception {
        HttpResponse<String> reply = http.send(request("whole", "[[sim tokens=5]]", ",\"stream\":true"),
                HttpResponse.BodyHandlers.ofString());

        assertThat(reply.body()).endsWith("data: [DONE]\n\n").doesNotContain("usage");
        assertThat(box.row("whole").outcome()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void streamThatBreaksDoesNotEndCleanlyAndLeavesTheConnectionToOthers() throws Exception {
        CompletableFuture<HttpResponse<String>> beside = http.sendAsync(
                request("beside", "[[sim tokens=10 token-ms=50]]", ",\"stream\":true"),
                HttpResponse.BodyHandlers.ofString());

        assertThatThrownBy(() -> http.send(request("cut", "[[sim tokens=9 fault=cut after=3]]", ",\"stream\":true"),
                HttpResponse.BodyHandlers.ofString())).isInstanceOf(IOException.class);

        assertThat(box.row("cut").outcome()).isEqualTo(Outcome.FAILED);
        assertThat(beside.get().body()).endsWith("data: [DONE]\n\n");
    }

    @Test
    void clientThatResetsItsStreamCancelsTheUpstream() {
        CompletableFuture<HttpResponse<String>> call = http.sendAsync(
                request("reset", "[[sim tokens=500 token-ms=20]]", ",\"stream\":true"),
                HttpResponse.BodyHandlers.ofString());
        TestBox.await(() -> box.engine.running() > 0, "the call did not reach the engine");
        long left = System.nanoTime();
        call.cancel(true);
        TestBox.await(() -> box.engine.running() == 0, "the engine was not cancelled");

        assertThat((System.nanoTime() - left) / 1e6).isLessThan(1_000);
        assertThat(box.row("reset").outcome()).isEqualTo(Outcome.CLIENT_GONE);
    }

    @Test
    void errorsWearTheDialect() throws Exception {
        HttpResponse<String> reply = http.send(HttpRequest.newBuilder(request("bad", "x", ""), (_, _) -> true)
                .POST(HttpRequest.BodyPublishers.ofString("{")).build(), HttpResponse.BodyHandlers.ofString());

        assertThat(reply.statusCode()).isEqualTo(400);
        assertThat(reply.body()).contains("\"code\":\"invalid_request_error\"");
        HttpResponse<String> large = http.send(HttpRequest.newBuilder(request("large", "x", ""), (_, _) -> true)
                .POST(HttpRequest.BodyPublishers.ofString("x".repeat(TestBox.MAX_BODY_BYTES + 1))).build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(large.statusCode()).isEqualTo(413);
        assertThat(box.row("large").errorCode()).isEqualTo("request_too_large");
    }
}
