package org.gatehouse.admin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.batch.Batch;
import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

/** The batches of clients through the admin API. */
final class BatchApiIT {
    private static final String PATH = "/api/v1/batches";

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

    @Test
    void listComesInPiecesAndByProjectAndState() {
        for (int i = 0; i < 3; i++) {
            server.batches.write(Batch.State.COMPLETED);
        }
        Batch other = server.batches.write(Batch.State.IN_PROGRESS, UUID.randomUUID());

        JsonNode first = server.get(PATH + "?limit=3").json();
        JsonNode second = server.get(PATH + "?limit=3&after=" + first.get("next").asText()).json();

        assertThat(first.get("items")).hasSize(3);
        assertThat(first.at("/items/0/id").asText()).isEqualTo(other.id().toString());
        assertThat(first.at("/items/0/state").asText()).isEqualTo("in_progress");
        assertThat(first.at("/items/0/completed").asInt()).isEqualTo(4);
        assertThat(second.get("items")).hasSize(1);
        assertThat(second.get("next").isNull()).isTrue();
        assertThat(server.get(PATH + "?project=" + server.batches.project).json().get("items")).hasSize(3);
        assertThat(server.get(PATH + "?state=in_progress").json().get("items")).hasSize(1);
        assertThat(server.get(PATH + "?state=asleep").status()).isEqualTo(400);
        assertThat(first.toString()).as("what clients note down is theirs").doesNotContain("metadata");
    }

    @Test
    void cancellingIsInTheTrailAndOfAnEndedOneAConflict() {
        Batch live = server.batches.write(Batch.State.IN_PROGRESS);
        Batch ended = server.batches.write(Batch.State.FAILED);

        assertThat(server.send("POST", PATH + "/" + live.id() + "/cancel", null, java.util.Map.of()).status())
                .isEqualTo(200);
        assertThat(server.send("POST", PATH + "/" + ended.id() + "/cancel", null, java.util.Map.of()).status())
                .isEqualTo(409);
        assertThat(server.get(PATH + "/" + UUID.randomUUID()).status()).isEqualTo(404);
        assertThat(server.actions.records()).anyMatch(record -> record.action().equals("cancel")
                && record.objectType().equals("batches") && record.objectId().equals(live.publicId()));
    }
}
