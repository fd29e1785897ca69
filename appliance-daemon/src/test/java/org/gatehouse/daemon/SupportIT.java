package org.gatehouse.daemon;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.simulated.SimulatedServer;

import static org.assertj.core.api.Assertions.assertThat;

/** What whoever runs a box needs when something is wrong with it: a file for those who help, and a new start. */
@Timeout(120)
final class SupportIT {
    private static final Duration LONGEST_START = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path directory;
    private @Nullable Process daemon;

    @AfterEach
    void stop() throws InterruptedException {
        Process running = daemon;
        if (running != null) {
            running.destroy();
            assertThat(running.waitFor(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void supportBundleSaysHowTheBoxDoesAndHoldsNeitherSecretsNorPrompts() throws Exception {
        try (SimulatedServer engine = TestDaemon.engine(); TestDaemon box = TestDaemon.plain(directory)) {
            String key = box.key(box.furnish(engine).project(), "ci").text();
            assertThat(box.chat(key, "tokens=2]] a-prompt-nobody-may-see").statusCode()).isEqualTo(200);
            String token = box.token("admin-token");
            System.getLogger("org.gatehouse.test").log(System.Logger.Level.WARNING, "A slip: Bearer {0}", key);
            try (HttpClient client = HttpClient.newHttpClient()) {
                HttpResponse<byte[]> reply = client.send(HttpRequest
                        .newBuilder(box.uri("/api/v1/system/support-bundle")).header("authorization", "Bearer " + token)
                        .build(), HttpResponse.BodyHandlers.ofByteArray());

                assertThat(reply.statusCode()).isEqualTo(200);
                assertThat(reply.headers().firstValue("content-disposition").orElse(""))
                        .contains("gatehouse-support.zip");
                Map<String, String> files = unpacked(reply.body());
                assertThat(files).containsOnlyKeys("README.txt", "about.json", "status.json", "policy.json",
                        "disk.json", "metrics.txt", "log.jsonl", "threads.txt");
                assertThat(JSON.readTree(files.get("status.json")).path("parts").size()).isGreaterThan(1);
                assertThat(JSON.readTree(files.get("policy.json")).path("upstreamsByKind").path("vllm").asInt())
                        .isEqualTo(1);
                assertThat(files.get("metrics.txt")).contains("gatehouse_");
                assertThat(files.get("log.jsonl")).contains("A slip: Bearer ***");
                assertThat(String.join("\n", files.values())).doesNotContain(key, token, key.substring(13),
                        "a-prompt-nobody-may-see");
                assertThat(box.audit("kind=admin")).doesNotContain("restart");
            }
        }
    }

    @Test
    void boxThatNobodyStartsAgainDoesNotRestart() {
        try (TestDaemon box = TestDaemon.plain(directory)) {
            HttpResponse<String> reply = box.send(HttpRequest.newBuilder(box.uri("/api/v1/system/restart"))
                    .header("authorization", "Bearer " + box.token("admin-token"))
                    .POST(HttpRequest.BodyPublishers.noBody()));

            assertThat(reply.statusCode()).as(reply.body()).isEqualTo(409);
            assertThat(reply.body()).contains("start it where you started it");
        }
    }

    @Test
    void servedBoxRestartsInItsProcessAndKeepsRunningWhenItsSettingsAreBroken() throws Exception {
        Path settings = directory.resolve("appliance.yaml");
        String good = """
                data: %s
                listen: {address: 127.0.0.1, port: 0, tls: "off", drain: PT1S}
                gpus: {sources: "off"}
                """.formatted(directory.resolve("data"));
        Files.writeString(settings, good);
        daemon = new ProcessBuilder(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                Gatehouse.class.getName(), "serve", "--config", settings.toString())).redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile()).start();
        String first = startedAt(null);

        Files.writeString(settings, good + "nonsense: true\n");
        assertThat(restart()).isEqualTo(204);
        TestDaemon.await(() -> log().contains("Not restarted"), "the broken settings are not told of");
        assertThat(startedAt(null)).isEqualTo(first);

        Files.writeString(settings, good);
        assertThat(restart()).isEqualTo(204);
        String second = startedAt(first);

        assertThat(second).isGreaterThan(first);
        Process running = daemon;
        assertThat(running != null && running.isAlive()).isTrue();
    }

    private String log() {
        try {
            return Files.readString(directory.resolve("log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private int restart() throws Exception {
        return call("POST", "/api/v1/system/restart").statusCode();
    }

    /** When the daemon started that runs, once it is another than that. */
    private String startedAt(@Nullable String otherThan) throws Exception {
        long deadline = System.nanoTime() + LONGEST_START.toNanos();
        while (System.nanoTime() < deadline) {
            try {
                JsonNode status = JSON.readTree(call("GET", "/api/v1/system/status").body());
                String at = status.path("startedAt").asText();
                if (!at.isEmpty() && !at.equals(otherThan)) {
                    return at;
                }
            } catch (IOException _) {
                // Not up yet.
            }
            Thread.sleep(50);
        }
        throw new AssertionError("the daemon does not answer: " + log());
    }

    private HttpResponse<String> call(String method, String path) throws Exception {
        URI base = URI.create(JSON.readTree(directory.resolve("data/daemon.json").toFile()).get("url").asText());
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(base.resolve(path))
                    .header("authorization",
                            "Bearer " + Files.readString(directory.resolve("data/admin-token")).strip())
                    .method(method, HttpRequest.BodyPublishers.noBody()).build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private static Map<String, String> unpacked(byte[] archive) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                files.put(entry.getName(), new String(zip.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return files;
    }
}
