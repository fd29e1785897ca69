package org.gatehouse.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.openai.core.http.HttpResponse;
import com.openai.models.batches.Batch;
import com.openai.models.batches.Batch.Status.Known;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FileObject;
import com.openai.models.files.FilePurpose;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.simulated.SimulatedServer;

import static org.assertj.core.api.Assertions.assertThat;

/** Batches of a daemon that is a process of its own: killed, and with little memory. */
@Timeout(240)
final class BatchKillIT {
    private static final int AT_ONCE = 16;

    @TempDir
    Path directory;
    private final SimulatedServer engine = TestDaemon.engine();
    private String key = "";
    private @Nullable Process daemon;

    @BeforeEach
    void furnish() throws IOException {
        try (TestDaemon box = TestDaemon.plain(directory.resolve("data"))) {
            key = box.key(box.furnish(engine).project(), "nightly").text();
        }
        Files.writeString(directory.resolve("appliance.yaml"), """
                data: %s
                listen: {address: 127.0.0.1, port: 0, tls: "off", drain: PT1S}
                gpus: {sources: "off"}
                """.formatted(directory.resolve("data")));
    }

    @AfterEach
    void stop() throws InterruptedException {
        kill();
        engine.close();
    }

    private BatchBox start(String heap) throws IOException, InterruptedException {
        Path where = directory.resolve("data/daemon.json");
        Files.deleteIfExists(where);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx" + heap,
                "-XX:+ExitOnOutOfMemoryError", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "-cp",
                System.getProperty("java.class.path"), Gatehouse.class.getName(), "serve", "--config",
                directory.resolve("appliance.yaml").toString()));
        daemon = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile()).start();
        for (int tries = 0; !Files.exists(where); tries++) {
            assertThat(tries).as(Files.readString(directory.resolve("log"))).isLessThan(1200);
            Thread.sleep(50);
        }
        return new BatchBox(URI.create(new ObjectMapper().readTree(where.toFile()).get("url").asText()), key);
    }

    private void kill() throws InterruptedException {
        Process running = daemon;
        if (running != null) {
            running.destroyForcibly();
            assertThat(running.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void killedBoxGoesOnAndAsksNothingTwiceButWhatWasUnderWay() throws Exception {
        String id;
        try (BatchBox box = start("512m")) {
            id = box.order(directory, BatchBox.rows(300, "[[sim tokens=2 first-token-ms=200]]")).id();
            box.await(id, batch -> BatchBox.completed(batch) > 40);
            kill();
        }
        TestDaemon.await(() -> engine.running() == 0, "the engine does not notice the kill");
        assertThat(engine.ledger().entries()).hasSizeLessThan(300);

        try (BatchBox box = start("512m")) {
            Batch done = box.awaitEnd(id, Known.COMPLETED);

            assertThat(BatchBox.completed(done)).isEqualTo(300);
            assertThat(box.results(done.outputFileId().orElseThrow())).hasSize(300);
            assertThat(done.errorFileId()).isEmpty();
            assertThat(engine.ledger().entries()).hasSizeBetween(300, 300 + AT_ONCE);
        }
    }

    @Test
    void fileAlmostAsLargeAsTheHeapComesInIsCheckedAndGoesOut() throws Exception {
        int rows = 45_000;
        String prompt = "[[sim tokens=1 first-token-ms=60000]]" + "x".repeat(4_000);
        Path file = directory.resolve("large.jsonl");
        try (OutputStream out = new java.io.BufferedOutputStream(Files.newOutputStream(file))) {
            for (int i = 0; i < rows; i++) {
                out.write(BatchBox.row("row-" + i, "local", prompt).getBytes(StandardCharsets.UTF_8));
            }
        }
        assertThat(Files.size(file)).isGreaterThan(175L << 20);
        try (BatchBox box = start("192m")) {
            FileObject input = box.client.files()
                    .create(FileCreateParams.builder().file(file).purpose(FilePurpose.BATCH).build(),
                            com.openai.core.RequestOptions.builder().timeout(Duration.ofMinutes(2)).build());
            assertThat(input.bytes()).isEqualTo(Files.size(file));

            Batch made = box.create(input.id());
            Batch begun = box.await(made.id(), batch -> batch.status().known() == Known.IN_PROGRESS);
            assertThat(begun.requestCounts().orElseThrow().total()).isEqualTo(rows);
            box.client.batches().cancel(made.id());
            box.awaitEnd(made.id(), Known.CANCELLED);

            try (HttpResponse content = box.client.files().content(input.id());
                    InputStream same = Files.newInputStream(file);
                    InputStream got = content.body()) {
                byte[] left = new byte[1 << 16];
                byte[] right = new byte[1 << 16];
                int count;
                do {
                    count = same.readNBytes(left, 0, left.length);
                    assertThat(got.readNBytes(right, 0, right.length)).isEqualTo(count);
                    assertThat(java.util.Arrays.equals(left, 0, count, right, 0, count)).isTrue();
                } while (count > 0);
            }
        }
    }
}
