package org.gatehouse.daemon;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.admin.StoredModelFiles;

import static org.assertj.core.api.Assertions.assertThat;

/** The model store of a real daemon, as a process that is killed while it imports. */
@Timeout(180)
final class ModelStoreIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MODELS = "model-store/models";
    private static final String IMPORTS = "model-store/imports";

    @TempDir
    Path directory;
    private final HttpClient client = HttpClient.newHttpClient();
    private @Nullable Process daemon;

    @AfterEach
    void stop() throws InterruptedException {
        kill();
        client.close();
    }

    @Test
    void importThatAKillCutOffGoesOnWhereItWasAndServesAfterAllIsThere() throws Exception {
        StoredModelFiles files = StoredModelFiles.ofBytes(4 << 20);
        int size = files.get("model.safetensors").length;
        try (StallingHub hub = new StallingHub(files)) {
            configure(hub.url());
            start();
            String id = call("POST", IMPORTS, "{\"repository\":\"acme/tiny\"}").get("id").asText();
            awaitArrived(id, size / 2);
            assertThat(call("GET", MODELS, "").get("models")).isEmpty();

            kill();
            start();

            JsonNode interrupted = call("GET", IMPORTS + "/" + id, "");
            assertThat(interrupted.get("state").asText()).isEqualTo("interrupted");
            assertThat(interrupted.get("bytesDone").asLong()).isGreaterThan(size / 4);
            assertThat(call("GET", MODELS, "").get("models")).isEmpty();

            call("POST", IMPORTS + "/" + id + "/resume", "");
            awaitArrived(id, interrupted.get("bytesDone").asInt() + size / 8);
            JsonNode paused = call("POST", IMPORTS + "/" + id + "/pause", "");
            assertThat(paused.get("state").asText()).isEqualTo("paused");
            assertThat(paused.get("bytesDone").asLong()).isGreaterThan(interrupted.get("bytesDone").asLong());
            hub.release();
            call("POST", IMPORTS + "/" + id + "/resume", "");
            TestDaemon.await(() -> state(id).equals("imported"), "the import did not end");

            // What had come was not fetched again: each attempt began behind the one before.
            assertThat(hub.begins).hasSize(3).isSorted().doesNotHaveDuplicates().startsWith(0);
            String model = call("GET", IMPORTS + "/" + id, "").get("model").asText();
            JsonNode stored = call("GET", MODELS + "/" + model, "");
            assertThat(stored.get("revision").asText()).startsWith("01234567");
            assertThat(Files.readAllBytes(Path.of(stored.get("directory").asText()).resolve("model.safetensors")))
                    .isEqualTo(files.get("model.safetensors"));

            call("POST", MODELS + "/" + model + "/verify", "{\"depth\":\"full\"}");
            TestDaemon.await(() -> check(model).equals("sound"), "the check did not end");
            kill();
            start();
            assertThat(check(model)).as("signed by the same key, and its check known").isEqualTo("sound");
            assertThat(metric("gatehouse_model_store_models")).isEqualTo(1);
            assertThat(metric("gatehouse_model_store_bytes")).isEqualTo(stored.get("bytes").asDouble());
            assertThat(call("GET", "audit?kind=admin&objectType=model-imports", "").toString()).contains("\"import\"",
                    "\"resume\"", "\"pause\"", "\"complete\"", "system:model-store");
            assertThat(send("DELETE", MODELS + "/" + model, "").statusCode()).isEqualTo(204);
            assertThat(call("GET", MODELS, "").get("models")).isEmpty();
            assertThat(Path.of(stored.get("directory").asText())).doesNotExist();
        }
    }

    private void configure(String hub) throws IOException {
        Files.writeString(directory.resolve("appliance.yaml"), """
                data: %s
                listen: {address: 127.0.0.1, port: 0, tls: "off", drain: PT1S}
                gpus: {sources: "off"}
                models:
                  reserve-bytes: 0
                  hubs:
                    - {name: mirror, url: "%s"}
                """.formatted(directory.resolve("data"), hub));
    }

    /** The first start of a build prepares fast ones, which takes a while. */
    private void start() throws IOException, InterruptedException {
        Path where = directory.resolve("data/daemon.json");
        Files.deleteIfExists(where);
        daemon = DemoProcess.command("serve", "--config", directory.resolve("appliance.yaml").toString())
                .redirectErrorStream(true).redirectOutput(directory.resolve("log").toFile()).start();
        for (int tries = 0; !Files.exists(where); tries++) {
            assertThat(tries).as(Files.readString(directory.resolve("log"))).isLessThan(1800);
            Thread.sleep(50);
        }
    }

    private void kill() throws InterruptedException {
        Process running = daemon;
        if (running != null) {
            running.descendants().forEach(ProcessHandle::destroyForcibly);
            running.destroyForcibly();
            assertThat(running.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private void awaitArrived(String id, int bytes) {
        // The configuration and the tokenizer count, too, and the last piece may still be in a buffer.
        TestDaemon.await(() -> call("GET", IMPORTS + "/" + id, "").get("bytesDone").asLong() >= bytes - (64 << 10),
                bytes + " bytes did not come");
    }

    private String state(String id) {
        return call("GET", IMPORTS + "/" + id, "").get("state").asText();
    }

    private String check(String model) {
        return call("GET", MODELS + "/" + model, "").at("/check/state").asText();
    }

    private double metric(String name) throws IOException {
        return send("GET", "../../metrics", "").body().lines().filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1))).findFirst()
                .orElseThrow();
    }

    private JsonNode call(String method, String path, String body) {
        try {
            HttpResponse<String> reply = send(method, path, body);
            assertThat(reply.statusCode()).as(reply.body()).isLessThan(300);
            return JSON.readTree(reply.body());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private HttpResponse<String> send(String method, String path, String body) throws IOException {
        String base = JSON.readTree(directory.resolve("data/daemon.json").toFile()).get("url").asText();
        try {
            return client.send(HttpRequest.newBuilder(URI.create(base + "/api/v1/").resolve(path))
                    .timeout(Duration.ofSeconds(20)).header("content-type", "application/json")
                    .header("authorization",
                            "Bearer " + Files.readString(directory.resolve("data/admin-token")).strip())
                    .method(method, HttpRequest.BodyPublishers.ofString(body)).build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
