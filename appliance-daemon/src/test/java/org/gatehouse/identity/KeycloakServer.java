package org.gatehouse.identity;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

import org.gatehouse.governance.form.Json;

/**
 * A real Keycloak on loopback, from the distribution that the build unpacks to {@code target/keycloak}. It is happiest on
 * Java 17 (on 25 it takes twice as long to start), so that one is taken where it is installed.
 */
public final class KeycloakServer implements AutoCloseable {
    private static final Duration LONGEST_START = Duration.ofMinutes(4);
    private final Process process;
    private final Path log;
    private final int port;
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private KeycloakServer(Process process, Path log, int port) {
        this.process = process;
        this.log = log;
        this.port = port;
    }

    /** Where the build unpacked it, if it did. */
    public static Optional<Path> distribution() {
        try (Stream<Path> found = Files.isDirectory(Path.of("target/keycloak"))
                ? Files.list(Path.of("target/keycloak"))
                : Stream.empty()) {
            return found.filter(path -> Files.isRegularFile(path.resolve("lib/quarkus-run.jar"))).findFirst();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static final java.util.concurrent.locks.ReentrantLock STARTING = new java.util.concurrent.locks.ReentrantLock();
    private static @Nullable KeycloakServer shared;

    /**
     * The one that all tests of a run share, because it takes most of a minute to start; each has realms of its own. It ends
     * with the run. Skips the test that asks when the build unpacked none.
     */
    public static KeycloakServer shared() throws IOException, InterruptedException {
        Optional<Path> distribution = distribution();
        Assumptions.assumeTrue(distribution.isPresent(), "skipped: target/keycloak holds no Keycloak; the build unpacks"
                + " one before the integration tests unless it was told -Dkeycloak.skip");
        STARTING.lock();
        try {
            KeycloakServer running = shared;
            if (running == null) {
                KeycloakServer started = start(distribution.orElseThrow(), Files.createTempDirectory("keycloak"));
                Runtime.getRuntime().addShutdownHook(new Thread(started::close));
                shared = started;
                return started;
            }
            return running;
        } finally {
            STARTING.unlock();
        }
    }

    /** Starts it and waits until it answers. */
    private static KeycloakServer start(Path distribution, Path directory) throws IOException, InterruptedException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Path log = directory.resolve("keycloak.log");
        ProcessBuilder builder = new ProcessBuilder("sh", distribution.resolve("bin/kc.sh").toAbsolutePath().toString(),
                "start-dev", "--db=dev-mem", "--http-host=127.0.0.1", "--http-port=" + port, "--log-level=warn")
                .redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("JAVA_HOME", java().toString());
        builder.environment().put("KC_BOOTSTRAP_ADMIN_USERNAME", "admin");
        builder.environment().put("KC_BOOTSTRAP_ADMIN_PASSWORD", "admin");
        builder.environment().put("JAVA_OPTS_KC_HEAP", "-Xms64m -Xmx512m");
        KeycloakServer server = new KeycloakServer(builder.start(), log, port);
        server.await();
        return server;
    }

    private static Path java() {
        try (Stream<Path> all = Files.isDirectory(Path.of("/usr/lib/jvm"))
                ? Files.list(Path.of("/usr/lib/jvm"))
                : Stream.empty()) {
            return all.filter(path -> path.getFileName().toString().contains("17"))
                    .filter(path -> Files.isExecutable(path.resolve("bin/java"))).findFirst()
                    .orElse(Path.of(System.getProperty("java.home")));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void await() throws InterruptedException, IOException {
        long deadline = System.nanoTime() + LONGEST_START.toNanos();
        while (System.nanoTime() < deadline && process.isAlive()) {
            try {
                if (send("GET", "/realms/master/.well-known/openid-configuration", null, Map.of())
                        .statusCode() == 200) {
                    return;
                }
            } catch (IOException _) {
                // Not yet.
            }
            Thread.sleep(250);
        }
        String said = Files.readString(log);
        close();
        throw new IllegalStateException("Keycloak did not start: " + said);
    }

    public String url() {
        return "http://127.0.0.1:" + port;
    }

    private HttpResponse<String> send(String method, String path, @Nullable String body, Map<String, String> headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url() + path)).timeout(Duration.ofSeconds(60));
        headers.forEach(request::header);
        request.method(method, body == null
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString(body));
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** A page that anybody may read. */
    public String get(String path) throws IOException, InterruptedException {
        return send("GET", path, null, Map.of()).body();
    }

    /** What it answers to a form. */
    public JsonNode post(String path, Map<String, String> form) throws IOException, InterruptedException {
        return Json.trusted(send("POST", path, form(form), Map.of("Content-Type",
                "application/x-www-form-urlencoded")).body());
    }

    /** Calls the admin API. */
    public JsonNode admin(String method, String path, @Nullable String body) throws IOException, InterruptedException {
        String form = form(Map.of("grant_type", "password", "client_id", "admin-cli", "username", "admin", "password",
                "admin"));
        String token = Json.trusted(send("POST", "/realms/master/protocol/openid-connect/token", form,
                Map.of("Content-Type", "application/x-www-form-urlencoded")).body()).get("access_token").asText();
        HttpResponse<String> response = send(method, "/admin/realms" + path, body,
                Map.of("Authorization", "Bearer " + token, "Content-Type", "application/json"));
        if (response.statusCode() >= 300) {
            throw new IllegalStateException(method + " " + path + ": " + response.statusCode() + " " + response.body());
        }
        return response.body().isEmpty() ? Json.trusted("{}") : Json.trusted(response.body());
    }

    /** Fields as a browser sends them. */
    public static String form(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    @Override
    public void close() {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        all.forEach(ProcessHandle::destroy);
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                all.forEach(ProcessHandle::destroyForcibly);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        client.close();
    }
}
