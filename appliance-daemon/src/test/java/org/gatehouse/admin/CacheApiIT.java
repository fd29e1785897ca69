package org.gatehouse.admin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

/** The kept answers through the admin API. */
final class CacheApiIT {
    @TempDir
    Path directory;
    private AdminServer server;

    @BeforeEach
    void start() throws IOException {
        server = new AdminServer(Databases.H2, directory);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String model(String name, String more) {
        String upstream = server.made("upstreams",
                Map.of("name", "at-" + name, "baseUrl", "https://api.example.com/v1"));
        AdminServer.Reply made = server.post("/api/v1/models",
                "{\"name\":\"" + name + "\",\"targets\":[{\"upstreamId\":\""
                        + upstream + "\",\"upstreamModel\":\"m\"}]" + more + "}");
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        return made.id();
    }

    @Test
    void statusSaysWhatIsKeptOfWhichModelAndWhatItSaved() {
        String kept = model("kept", ",\"cache\":{\"sharing\":\"project\"}");
        model("unkept", "");
        server.answers.entries.put(UUID.fromString(kept), 7);

        JsonNode status = server.get("/api/v1/cache").json();
        assertThat(status.get("hits").asInt()).isEqualTo(3);
        assertThat(status.at("/savedCost/EUR").asText()).isEqualTo("0.125");
        assertThat(status.get("models")).hasSize(1);
        assertThat(status.at("/models/0/entries").asInt()).isEqualTo(7);
        JsonNode model = server.get("/api/v1/models/" + kept).json();
        assertThat(model.at("/cache/ttlSeconds").asInt()).isEqualTo(3600);
        assertThat(model.at("/cache/sharing").asText()).isEqualTo("project");
    }

    @Test
    void purgeForgetsOneModelOrAllAndStandsInTheTrail() {
        String first = model("first", ",\"cache\":{}");
        String second = model("second", ",\"cache\":{}");
        server.answers.entries.put(UUID.fromString(first), 7);
        server.answers.entries.put(UUID.fromString(second), 2);

        assertThat(server.post("/api/v1/models/" + first + "/cache/purge", "{}").json().get("entries").asInt())
                .isEqualTo(7);
        assertThat(server.answers.entries).hasSize(1);
        assertThat(server.actions.records().getLast()).satisfies(record -> {
            assertThat(record.action()).isEqualTo("purge_cache");
            assertThat(record.objectId()).isEqualTo(first);
            assertThat(record.after()).isEqualTo("{\"entries\":7}");
        });
        assertThat(server.post("/api/v1/cache/purge", "{}").json().get("entries").asInt()).isEqualTo(2);
        assertThat(server.actions.records().getLast().objectId()).isEqualTo("all");
        assertThat(server.post("/api/v1/models/" + UUID.randomUUID() + "/cache/purge", "{}").status()).isEqualTo(404);
    }

    @Test
    void badTermsAreRefusedWithTheField() {
        String upstream = server.made("upstreams", Map.of("name", "up", "baseUrl", "https://api.example.com/v1"));
        for (String wrong : new String[]{"\"ttlSeconds\":0", "\"sharing\":\"organisation\"",
                "\"largestEntryBytes\":5000000"}) {
            AdminServer.Reply reply = server.post("/api/v1/models", "{\"name\":\"m\",\"targets\":[{\"upstreamId\":\""
                    + upstream + "\",\"upstreamModel\":\"m\"}],\"cache\":{" + wrong + "}}");
            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.fields().getFirst()).startsWith("cache.");
        }
    }
}
