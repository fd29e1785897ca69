package org.gatehouse.admin;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

/** GPUs through the admin API: simulated ones, on a real socket. */
final class GpuApiIT {
    @TempDir
    Path directory;
    private AdminServer server;

    @BeforeEach
    void start() throws IOException {
        server = new AdminServer(Databases.H2, directory);
        awaitGpus(server);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    static void awaitGpus(AdminServer server) {
        long deadline = System.nanoTime() + Duration.ofSeconds(15).toNanos();
        while (server.get("/api/v1/gpus").json().at("/nodes/0/gpus/0").isMissingNode()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("the simulated GPUs are not seen");
            }
            LockSupport.parkNanos(20_000_000);
        }
    }

    @Test
    void gpusAreShownWithUnitsOwnersAndReasonsForWhatIsAbsent() {
        JsonNode node = server.get("/api/v1/gpus").json().at("/nodes/0");

        assertThat(node.get("name").asText()).isEqualTo("gpu-box");
        assertThat(node.get("simulated").asBoolean()).isTrue();
        assertThat(node.get("source").asText()).isEqualTo("simulated");
        assertThat(node.get("islands").toString()).isEqualTo("[[\"GPU-simulated-0\",\"GPU-simulated-1\"]]");
        assertThat(node.get("paths").get(0).get("nvLinks").asInt()).isPositive();
        JsonNode gpu = node.get("gpus").get(0);
        assertThat(gpu.get("simulated").asBoolean()).isTrue();
        assertThat(gpu.get("models").toString()).isEqualTo("[\"small\"]");
        assertThat(node.get("gpus").get(1).get("models")).isEmpty();
        assertThat(reading(gpu, "power").get("unit").asText()).isEqualTo("watts");
        assertThat(reading(gpu, "power").get("value").asDouble()).isBetween(70.0, 700.0);
        assertThat(reading(gpu, "power").get("absent").isNull()).isTrue();
        assertThat(reading(gpu, "fp64_active").get("value").isNull()).isTrue();
        assertThat(reading(gpu, "fp64_active").get("absent").asText()).isEqualTo("not_read");
    }

    @Test
    void historyOfTheLastMinutesHasAPointEachSecond() {
        JsonNode past = server.get("/api/v1/gpus/GPU-simulated-0/history?grain=second&metrics=power,energy").json();

        assertThat(past.get("units").toString()).isEqualTo("{\"power\":\"watts\",\"energy\":\"millijoules\"}");
        assertThat(past.get("points")).isNotEmpty().allSatisfy(point -> {
            assertThat(point.get("mean").get("power").asDouble()).isGreaterThan(70);
            assertThat(point.get("samples").asInt()).isEqualTo(1);
        });
    }

    @Test
    void badQuestionsAreAnsweredWithTheFieldThatIsWrong() {
        String history = "/api/v1/gpus/GPU-simulated-0/history";

        assertThat(server.get("/api/v1/gpus/GPU-nobody").status()).isEqualTo(404);
        assertThat(server.get("/api/v1/gpus/GPU-nobody/history").json().get("detail").asText())
                .contains("There is no GPU GPU-nobody");
        assertThat(server.get(history + "?from=yesterday").fields()).containsExactly("from");
        assertThat(server.get(history + "?from=2026-11-20T12:00:00Z&to=2026-11-20T12:00:00Z").fields())
                .containsExactly("from");
        assertThat(server.get(history + "?grain=day").fields()).containsExactly("grain");
        assertThat(server.get(history + "?metrics=power,beauty").fields()).containsExactly("metrics");
    }

    @Test
    void timesBeyondAllReasonAreAnsweredWithWhatThereIs() {
        for (String far : List.of("-999999999-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
                "%2B999999999-12-31T23:59:59Z")) {
            assertThat(server.get("/api/v1/gpus/events?from=" + far).status()).as(far).isEqualTo(200);
            boolean past = far.startsWith("-") || far.startsWith("0");
            assertThat(server.get("/api/v1/gpus/GPU-simulated-0/history?grain=hour&" + (past ? "from=" : "to=") + far)
                    .status()).as(far).isEqualTo(200);
        }
    }

    private static JsonNode reading(JsonNode gpu, String metric) {
        for (JsonNode reading : gpu.get("readings")) {
            if (reading.get("metric").asText().equals(metric)) {
                return reading;
            }
        }
        throw new AssertionError("no " + metric);
    }
}
