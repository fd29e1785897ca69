package org.gatehouse.admin;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import static org.assertj.core.api.Assertions.assertThat;

/** The console's files over a real socket: what goes out, with which headers, and what never does. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ConsolePagesIT {
    private static final Pattern SCRIPT = Pattern.compile("src=\"/console/(assets/[^\"]+\\.js)\"");
    private static final Pattern NONCE = Pattern.compile("'nonce-([A-Za-z0-9_-]{24})'");

    private final AtomicBoolean setUp = new AtomicBoolean(true);
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final WebServer server = WebServer.builder().host("127.0.0.1").port(0)
            .routing(HttpRouting.builder()
                    .register("/", ConsolePages.ofProgram(new SplittableRandom(1), setUp::get)))
            .build().start();

    @BeforeAll
    void consoleIsBuilt() {
        boolean built = ConsoleFiles.ofProgram().page(ConsoleFiles.Page.CONSOLE) != null;
        if (!built) {
            System.out.println(
                    "SKIPPED the console's pages: this build has none, because Node.js 20 or later is missing");
        }
        Assumptions.assumeTrue(built, "the console was not built");
    }

    @AfterAll
    void stop() {
        server.stop();
    }

    @Test
    void thePageForbidsEverythingThatItDoesNotNeed() throws Exception {
        HttpResponse<String> page = get("/console/");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(header(page, "content-type")).isEqualTo("text/html; charset=utf-8");
        assertThat(header(page, "cache-control")).isEqualTo("no-store");
        assertThat(header(page, "x-content-type-options")).isEqualTo("nosniff");
        assertThat(header(page, "referrer-policy")).isEqualTo("no-referrer");
        assertThat(header(page, "cross-origin-opener-policy")).isEqualTo("same-origin");
        assertThat(header(page, "x-frame-options")).isEqualTo("DENY");
        assertThat(header(page, "content-security-policy")).startsWith("default-src 'none'; script-src 'self'; ")
                .contains("frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'", "connect-src 'self'")
                .doesNotContain("unsafe", "http:", "https:", "*");
    }

    @Test
    void anUnfinishedBoxLeadsToItsSetUpAndAFinishedOneToItsConsole() throws Exception {
        setUp.set(false);
        try {
            assertThat(header(get("/"), "location")).isEqualTo("/setup/");
            HttpResponse<String> page = get("/setup/certificate?sign-on-problem=no_access");
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.body()).contains("<title>Set up Gatehouse</title>");
            assertThat(header(page, "content-security-policy")).startsWith("default-src 'none'; script-src 'self'; ");
        } finally {
            setUp.set(true);
        }
        for (String path : List.of("/", "/setup", "/setup/", "/setup/first-key")) {
            HttpResponse<String> answer = get(path);
            assertThat(answer.statusCode()).as(path).isEqualTo(302);
            assertThat(header(answer, "location")).as(path).isEqualTo("/console/");
        }
    }

    @Test
    void eachPageHasANonceOfItsOwn() throws Exception {
        Set<String> nonces = new HashSet<>();
        for (int page = 0; page < 5; page++) {
            HttpResponse<String> answer = get("/console/");
            Matcher nonce = NONCE.matcher(header(answer, "content-security-policy"));
            assertThat(nonce.find()).isTrue();
            assertThat(answer.body()).contains("content=\"" + nonce.group(1) + "\"").doesNotContain("@NONCE@");
            nonces.add(nonce.group(1));
        }
        assertThat(nonces).hasSize(5);
    }

    @Test
    void deepLinksGiveThePage() throws Exception {
        for (String path : List.of("keys", "keys/01a1ff43-f5c2-72e8-b304-bb149d506e73", "models/gpt-4.1",
                "usage?by=model",
                "no/such/screen")) {
            assertThat(get("/console/" + path).body()).as(path).contains("<div id=\"root\">");
        }
    }

    @Test
    void rootLeadsToTheConsole() throws Exception {
        for (String path : List.of("/", "/console")) {
            HttpResponse<String> answer = get(path);
            assertThat(answer.statusCode()).isEqualTo(302);
            assertThat(header(answer, "location")).isEqualTo("/console/");
        }
    }

    @Test
    void assetsAreKeptForEverAndComeAsTheClientUnderstandsThem() throws Exception {
        String script = script();
        HttpResponse<byte[]> plain = bytes(script, "");
        HttpResponse<byte[]> gzip = bytes(script, "deflate, gzip;q=0.8");
        HttpResponse<byte[]> brotli = bytes(script, "gzip, deflate, br, zstd");

        assertThat(plain.headers().firstValue("content-encoding")).isEmpty();
        assertThat(gzip.headers().firstValue("content-encoding")).contains("gzip");
        assertThat(brotli.headers().firstValue("content-encoding")).contains("br");
        assertThat(brotli.body().length).isLessThan(gzip.body().length);
        try (InputStream unpacked = new GZIPInputStream(new java.io.ByteArrayInputStream(gzip.body()))) {
            assertThat(unpacked.readAllBytes()).isEqualTo(plain.body());
        }
        for (HttpResponse<byte[]> answer : List.of(plain, gzip, brotli)) {
            assertThat(answer.headers().firstValue("cache-control")).contains("public, max-age=31536000, immutable");
            assertThat(answer.headers().firstValue("content-type")).contains("text/javascript; charset=utf-8");
            assertThat(answer.headers().firstValue("x-content-type-options")).contains("nosniff");
            assertThat(answer.headers().firstValue("vary")).contains("Accept-Encoding");
        }
        assertThat(bytes(script, "br;q=0, gzip;q=0").headers().firstValue("content-encoding")).isEmpty();
    }

    @Test
    void anAssetThatIsNotThereIsNeverThePage() throws Exception {
        HttpResponse<String> answer = get("/console/assets/index-older.js");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).doesNotContain("<html");
        assertThat(header(answer, "cache-control")).isEqualTo("no-store");
    }

    @Test
    void noPathLeadsOutOfTheConsole() throws Exception {
        for (String path : List.of("/console/../logback.xml", "/console/assets/../../Box.class",
                "/console/%2e%2e/Box.class",
                "/console/assets/..%2f..%2fBox.class", "/console/assets/%00", "/console//etc/passwd", "/console/files",
                "/console/index.html.gz", "/console/assets/..\\..\\Box.class", "/console/./assets/")) {
            String answer = raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            assertThat(answer).as(path).doesNotContain("CAFEBABE", "root:", "<configuration", "assets/index-older")
                    .matches("(?s)HTTP/1.1 (200|302|400|404) .*");
            if (answer.startsWith("HTTP/1.1 200")) {
                assertThat(answer).as(path).contains("<div id=\"root\">");
            }
        }
    }

    @Test
    void onlyReadingIsAllowed() throws Exception {
        for (String method : List.of("POST", "PUT", "DELETE", "PATCH", "TRACE")) {
            for (String path : List.of("/", "/console", "/console/", "/console/keys")) {
                HttpResponse<String> answer = client.send(
                        HttpRequest.newBuilder(uri(path)).method(method, HttpRequest.BodyPublishers.noBody()).build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(answer.statusCode()).as(method + " " + path).isEqualTo(405);
                assertThat(header(answer, "allow")).isEqualTo("GET, HEAD");
            }
        }
    }

    private String script() throws Exception {
        Matcher script = SCRIPT.matcher(get("/console/").body());
        assertThat(script.find()).isTrue();
        return "/console/" + script.group(1);
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<byte[]> bytes(String path, String accept) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
        if (!accept.isEmpty()) {
            request.header("accept-encoding", accept);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }

    /** What a client that mends no path would get, as far as it comes within a second. */
    private String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(1_000);
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            ByteArrayOutputStream heard = new ByteArrayOutputStream();
            try {
                socket.getInputStream().transferTo(heard);
            } catch (SocketTimeoutException _) {
                // The server keeps the connection.
            }
            return heard.toString(StandardCharsets.UTF_8);
        }
    }
}
