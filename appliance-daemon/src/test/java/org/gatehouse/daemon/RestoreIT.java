package org.gatehouse.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** An admin's way from a box that serves, by a backup, to another one: with the commands of the launcher only. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestoreIT {
    private static final String ASK = "{\"model\":\"%s\",\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"[[sim tokens=5]] hi\"}]}";

    private Path scratch;
    private DemoProcess box;

    @BeforeAll
    void start(@TempDir Path scratch) {
        this.scratch = scratch;
        box = new DemoProcess(scratch.resolve("box"));
    }

    @AfterAll
    void stop() {
        box.close();
    }

    @Test
    void restoredBoxKnowsTheKeysTheQuotasTheSecretsAndTheTrail() throws IOException, InterruptedException {
        String spent = spentKey();
        Path passphrase = Files.writeString(scratch.resolve("passphrase"), "correct horse battery\n");
        Path backup = scratch.resolve("box.backup");
        int before;
        AtomicInteger completed = new AtomicInteger();
        AtomicBoolean enough = new AtomicBoolean();
        Thread load = Thread.ofPlatform().start(() -> {
            while (!enough.get()) {
                if (call(box.gateway(), box.key(0), "sim-small").startsWith("HTTP/1.1 200")) {
                    completed.incrementAndGet();
                }
            }
        });
        try {
            while (completed.get() < 5) {
                Thread.sleep(20);
            }
            before = completed.get();
            succeeds(onTheBox("backup", backup.toString(), "--passphrase-file", passphrase.toString()));
        } finally {
            enough.set(true);
            load.join();
        }

        Path data = scratch.resolve("restored");
        String said = succeeds(DemoProcess.command("restore", backup.toString(), "--data", data.toString(),
                "--passphrase-file", passphrase.toString()));
        assertThat(said).contains("Restored ").doesNotContain("is not there yet").doesNotContain("\"level\"");

        try (Served restored = Served.at(data, box.adminToken())) {
            assertThat(restored.run("audit", "verify")).contains("as they were written");
            long calls = usage(restored.run("usage", "--by", "key", "--output", "json"), "search-demo");
            assertThat(calls).isBetween((long) before, (long) completed.get());
            // The commercial upstream wants its key: the sealed secret opened.
            assertThat(call(restored.gateway(), box.key(0), "sim-cloud")).startsWith("HTTP/1.1 200");
            assertThat(call(restored.gateway(), box.key(1), "sim-cloud")).startsWith("HTTP/1.1 200");
            // The deployment came along; the machine has neither its engine nor a GPU.
            assertThat(call(restored.gateway(), box.key(1), "sim-small")).startsWith("HTTP/1.1 503")
                    .contains("no_healthy_upstream");
            assertThat(restored.run("deployments", "status")).contains("sim-small");
            assertThat(call(restored.gateway(), spent, "sim-small")).startsWith("HTTP/1.1 429")
                    .contains("insufficient_quota");
            assertThat(restored.run("audit", "verify")).contains("as they were written");
        }
    }

    @Test
    void backupWithoutItsKeyNeedsTheDirectoryThatWasKeptApart() throws IOException, InterruptedException {
        Path backup = scratch.resolve("plain.backup");
        assertThat(succeeds(onTheBox("backup", backup.toString()))).contains("without the key")
                .contains(box.data().resolve("secret").toString());
        Path data = scratch.resolve("apart");
        assertThat(succeeds(DemoProcess.command("restore", backup.toString(), "--data", data.toString())))
                .contains("is not there yet").contains(data.resolve("secret").toString());

        DemoProcess.Result refused = DemoProcess.run(served(data));
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.output()).contains("The key-encryption key is missing");

        Files.createDirectory(data.resolve("secret"));
        Files.copy(box.data().resolve("secret/key-encryption-key"), data.resolve("secret/key-encryption-key"));
        try (Served restored = Served.at(data, box.adminToken())) {
            assertThat(call(restored.gateway(), box.key(0), "sim-cloud")).startsWith("HTTP/1.1 200");
        }
    }

    /** A key whose quota is used up. */
    private String spentKey() {
        String key = succeeds(onTheBox("keys", "create", "--project", "Research/search", "--name", "spent", "--limit",
                "total_output_tokens=7")).lines().findFirst().orElseThrow();
        assertThat(call(box.gateway(), key, "sim-small")).startsWith("HTTP/1.1 200");
        assertThat(call(box.gateway(), key, "sim-small")).startsWith("HTTP/1.1 200");
        assertThat(call(box.gateway(), key, "sim-small")).startsWith("HTTP/1.1 429").contains("insufficient_quota");
        return key;
    }

    private ProcessBuilder onTheBox(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--data", box.data().toString()));
        return DemoProcess.command(all.toArray(String[]::new));
    }

    private static String succeeds(ProcessBuilder command) {
        DemoProcess.Result result = DemoProcess.run(command);
        assertThat(result.exit()).as(result.output()).isZero();
        return result.output();
    }

    /** The whole answer, its status in front. */
    private static String call(String gateway, String key, String model) {
        return DemoProcess.run(new ProcessBuilder("curl", "-si", "--max-time", "30", gateway + "/chat/completions",
                "-H",
                "Authorization: Bearer " + key, "-H", "Content-Type: application/json", "-d", ASK.formatted(model)))
                .output();
    }

    private static long usage(String json, String key) throws IOException {
        for (JsonNode row : new ObjectMapper().readTree(json).findParents("calls")) {
            if (row.toString().contains(key)) {
                return row.path("calls").asLong();
            }
        }
        throw new AssertionError("no usage of " + key + " in " + json);
    }

    private static ProcessBuilder served(Path data) {
        ProcessBuilder builder = DemoProcess.command("serve");
        builder.environment().put("GATEHOUSE_DATA", data.toString());
        builder.environment().put("GATEHOUSE_LISTEN_ADDRESS", "127.0.0.1");
        builder.environment().put("GATEHOUSE_LISTEN_PORT", "0");
        builder.environment().put("GATEHOUSE_LISTEN_TLS", "off");
        return builder;
    }

    /** {@code gatehouse serve} on a data directory. */
    private record Served(Process process, Path data, String token) implements AutoCloseable {

        static Served at(Path data, String token) throws IOException, InterruptedException {
            Process process = served(data).redirectErrorStream(true)
                    .redirectOutput(data.resolve("serve.log").toFile()).start();
            Path place = data.resolve("daemon.json");
            long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            while (!Files.exists(place)) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    process.destroyForcibly();
                    throw new IllegalStateException(Files.readString(data.resolve("serve.log")));
                }
                Thread.sleep(20);
            }
            return new Served(process, data, token);
        }

        String gateway() throws IOException {
            return new ObjectMapper().readTree(data.resolve("daemon.json").toFile()).path("url").asText() + "/v1";
        }

        String run(String... words) {
            List<String> all = new ArrayList<>(List.of(words));
            all.addAll(List.of("--data", data.toString()));
            ProcessBuilder command = DemoProcess.command(all.toArray(String[]::new));
            command.environment().put("GATEHOUSE_ADMIN_TOKEN", token);
            return succeeds(command);
        }

        @Override
        public void close() {
            process.destroy();
            try {
                if (!process.waitFor(30, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
            }
        }
    }
}
