package org.gatehouse.acceptance.box;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

import javax.net.ssl.SSLPeerUnverifiedException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.jspecify.annotations.Nullable;

import org.gatehouse.acceptance.machine.NotSeen;
import org.gatehouse.setup.wizard.box.ServerTrust;

/**
 * A box over HTTPS, trusted by the fingerprint that its console showed and by nothing else. Thread-safe but for signing in. Every call has a
 * deadline.
 */
public final class Box implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CONNECT = Duration.ofSeconds(20);
    /** An emulated processor hashes passwords slowly. */
    private static final Duration ANSWER = Duration.ofSeconds(120);
    /** The trail's writer gathers records for 200 ms; the rest is for an emulated processor. */
    private static final Duration LISTED = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final String CONFIRM = "urn:gatehouse:problem:confirm";

    private final URI address;
    private final HttpClient client;
    private volatile String cookie = "";
    private volatile @Nullable Administrator signedIn;

    /**
     * What came back.
     *
     * @param requestId by which the trail knows the call; empty where there was none
     * @param text the body
     */
    public record Reply(int status, String requestId, String text) {

        /** The body as JSON; missing where it is none. */
        public JsonNode json() {
            try {
                return JSON.readTree(text);
            } catch (IOException _) {
                return JsonNodeFactory.instance.missingNode();
            }
        }

        /** The same if it is what was hoped for. */
        public Reply expect(int wanted) {
            if (status != wanted) {
                throw new AssertionError("The box answered " + status + ", not " + wanted + ": " + text);
            }
            return this;
        }
    }

    /**
     * A box at a port of this machine.
     *
     * @param fingerprint of its certificate, 64 hexadecimal digits in lower case
     */
    public Box(int port, String fingerprint) {
        this.address = URI.create("https://127.0.0.1:" + port);
        try {
            this.client = HttpClient.newBuilder().connectTimeout(CONNECT).version(HttpClient.Version.HTTP_1_1)
                    .sslContext(ServerTrust.context(chain -> fingerprint.equals(fingerprint(chain[0])), null)).build();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String fingerprint(X509Certificate certificate) throws CertificateException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Where it is. */
    public URI address() {
        return address;
    }

    /** Its certificate as PEM, for programs that trust a file. It answers by then. */
    public String certificate() throws IOException {
        try {
            HttpResponse<String> response = client.send(request("/healthz", Map.of()).GET().build(),
                    HttpResponse.BodyHandlers.ofString());
            byte[] encoded = response.sslSession().orElseThrow().getPeerCertificates()[0].getEncoded();
            return "-----BEGIN CERTIFICATE-----\n"
                    + Base64.getMimeEncoder(64, new byte[]{'\n'}).encodeToString(encoded)
                    + "\n-----END CERTIFICATE-----\n";
        } catch (SSLPeerUnverifiedException | CertificateException e) {
            throw new IOException("The box showed no certificate.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /**
     * Waits until the box says that it carries calls, which takes a model and so a box that is set up.
     *
     * @throws NotSeen if it does not in time; the message has what it said last
     */
    public void awaitReady(Duration limit) {
        await("/readyz", limit);
    }

    /**
     * Waits until somebody answers there, set up or not.
     *
     * @throws NotSeen if nobody does in time; the message has what happened last
     */
    public void awaitAnswer(Duration limit) {
        await("/healthz", limit);
    }

    /** Whether anybody answers in that time; a connection that was open before may hang for as long. */
    public boolean answersWithin(Duration limit) {
        try {
            return sent(HttpRequest.newBuilder(address.resolve("/healthz")).timeout(limit).GET().build())
                    .statusCode() == 200;
        } catch (IOException _) {
            return false;
        }
    }

    private void await(String path, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        String last;
        do {
            try {
                Reply reply = get(path);
                if (reply.status() == 200) {
                    return;
                }
                last = reply.text();
            } catch (IOException e) {
                last = String.valueOf(e.getMessage());
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        } while (System.nanoTime() < end);
        throw new NotSeen("The box did not say yes to " + path + " in " + limit + ": " + last);
    }

    /** Signs in as its administrator, whose session the next calls of the admin API have. */
    public void signIn(Administrator administrator) throws IOException {
        signedIn = administrator;
        long triedStep = 0;
        for (int attempt = 0; attempt < 3; attempt++) {
            // A code works once: wait for one that was not tried yet.
            while (OneTimeCode.step(Instant.now()) == triedStep) {
                LockSupport.parkNanos(PAUSE.toNanos());
            }
            triedStep = OneTimeCode.step(Instant.now());
            HttpResponse<String> response = send("POST", "/api/v1/session",
                    Map.of("username", administrator.name(), "password", administrator.password(), "otp",
                            OneTimeCode.at(administrator.codeSecret(), Instant.now())),
                    console());
            if (response.statusCode() == 201) {
                String header = response.headers().firstValue("set-cookie").orElseThrow();
                cookie = header.substring(0, header.indexOf(';'));
                return;
            }
            if (response.statusCode() != 401) {
                throw new AssertionError("signing in: " + response.statusCode() + " " + response.body());
            }
        }
        throw new AssertionError("the box never took the administrator's password and code");
    }

    private Map<String, String> console() {
        return Map.of("x-gatehouse-console", "1", "Origin", address.toString(), "Cookie", cookie);
    }

    /** Reads something, signed in where somebody is. */
    public Reply get(String path) throws IOException {
        return reply(send("GET", path, null, console()));
    }

    /** Changes something, signed in. */
    public Reply post(String path, Object body) throws IOException {
        return change("POST", path, body);
    }

    /** Replaces something, signed in. */
    public Reply put(String path, Object body) throws IOException {
        return change("PUT", path, body);
    }

    /** A login ages while rounds wait, and the box wants a new one before what is grave. */
    private Reply change(String method, String path, Object body) throws IOException {
        Reply reply = reply(send(method, path, body, console()));
        Administrator whoever = signedIn;
        if (reply.status() == 403 && reply.text().contains(CONFIRM) && whoever != null) {
            signIn(whoever);
            reply = reply(send(method, path, body, console()));
        }
        return reply;
    }

    /**
     * Reads something again and again, signed in.
     *
     * @throws NotSeen if it does not become what was hoped for in time; the message has what it was last
     */
    public JsonNode awaitJson(String path, Predicate<JsonNode> wanted, Duration limit) throws IOException {
        long end = System.nanoTime() + limit.toNanos();
        JsonNode found;
        do {
            found = get(path).expect(200).json();
            if (wanted.test(found)) {
                return found;
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        } while (System.nanoTime() < end);
        throw new NotSeen(path + " did not become what was hoped for in " + limit + ": " + found);
    }

    /** Sends bytes as they are, signed in. */
    public Reply putBytes(String path, byte[] bytes) throws IOException {
        return reply(sent(request(path, console()).header("Content-Type", "application/octet-stream")
                .PUT(HttpRequest.BodyPublishers.ofByteArray(bytes)).build()));
    }

    /** Changes something, signed in, and gives the bytes that come of it. */
    public byte[] bytes(String path, Object body) throws IOException {
        HttpRequest request = request(path, console()).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body))).build();
        try {
            HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            if (response.statusCode() != 200) {
                throw new AssertionError("The box answered " + response.statusCode() + " to " + path + ": "
                        + new String(response.body(), StandardCharsets.UTF_8));
            }
            return response.body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** What lies in the support bundle under a name, as text. */
    public String supportBundle(String entry) throws IOException {
        HttpRequest request = request("/api/v1/system/support-bundle", console()).GET().build();
        try (ZipInputStream zip = new ZipInputStream(
                client.send(request, HttpResponse.BodyHandlers.ofInputStream()).body())) {
            for (ZipEntry one = zip.getNextEntry(); one != null; one = zip.getNextEntry()) {
                if (one.getName().endsWith(entry)) {
                    return new String(zip.readAllBytes(), StandardCharsets.UTF_8);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        throw new IOException("the support bundle has no " + entry);
    }

    /** A chat through the gateway, with a key. */
    public Reply chat(String key, String model, String words) throws IOException {
        return reply(send("POST", "/v1/chat/completions",
                Map.of("model", model, "max_tokens", 16, "messages",
                        java.util.List.of(Map.of("role", "user", "content", words))),
                Map.of("Authorization", "Bearer " + key)));
    }

    /** The rows of the trail with this request id: one, or none when some time has brought none. A record is durable before its answer ends, and listed a moment later. */
    public JsonNode rowsOf(String requestId) throws IOException {
        long end = System.nanoTime() + LISTED.toNanos();
        while (true) {
            JsonNode rows = get("/api/v1/audit?kind=call&requestId=" + requestId).expect(200).json().path("items");
            if (!rows.isEmpty() || System.nanoTime() > end) {
                return rows;
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    /** What walking the whole trail said. */
    public JsonNode verifiedTrail() throws IOException {
        return get("/api/v1/audit/verify").expect(200).json();
    }

    private static Reply reply(HttpResponse<String> response) {
        return new Reply(response.statusCode(), response.headers().firstValue("x-request-id").orElse(""),
                response.body());
    }

    private HttpResponse<String> send(String method, String path, @Nullable Object body,
            Map<String, String> headers) throws IOException {
        HttpRequest.Builder request = request(path, headers);
        if (body == null) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json").method(method,
                    HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)));
        }
        return sent(request.build());
    }

    private HttpRequest.Builder request(String path, Map<String, String> headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(address.resolve(path)).timeout(ANSWER);
        headers.forEach((name, value) -> {
            if (!value.isEmpty()) {
                request.header(name, value);
            }
        });
        return request;
    }

    private HttpResponse<String> sent(HttpRequest request) throws IOException {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
