package org.gatehouse.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.admin.AdminServer;
import org.gatehouse.batch.Batch;
import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

/** The batches of clients on the command line. */
final class BatchCommandsIT {
    @TempDir
    Path directory;
    private AdminServer server;
    private Shell shell;

    @BeforeEach
    void start() throws IOException {
        server = new AdminServer(Databases.H2, directory);
        Files.writeString(directory.resolve("daemon.json"),
                "{\"url\":\"http://127.0.0.1:" + server.server.port() + "\",\"pid\":1}");
        shell = new Shell(Map.of("GATEHOUSE_DATA", directory.toString()));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void batchesAreListedShownAndCancelledByTheIdThatTheirClientKnows() {
        Batch live = server.batches.write(Batch.State.IN_PROGRESS);
        Batch failed = server.batches.write(Batch.State.FAILED);

        assertThat(shell.run("batches", "list").out()).contains(live.publicId(), failed.publicId(), "in_progress",
                "nightly");
        assertThat(shell.run("batches", "list", "--state", "failed").out()).contains(failed.publicId())
                .doesNotContain(live.publicId());
        assertThat(shell.run("batches", "show", failed.publicId()).out()).contains("invalid_json_line", "3",
                "/v1/embeddings");
        assertThat(shell.run("batches", "show", live.id().toString(), "--output", "json").out())
                .contains("\"completed\" : 4");
        assertThat(shell.run("batches", "cancel", live.publicId()).status()).isZero();
        Shell.Result ended = shell.run("batches", "cancel", failed.publicId());
        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.err()).contains("has ended");
        assertThat(shell.run("batches", "show", "batch_nonsense").err()).contains("UUID");
    }
}
