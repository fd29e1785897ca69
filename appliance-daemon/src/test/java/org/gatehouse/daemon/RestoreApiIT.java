package org.gatehouse.daemon;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.governance.Role;
import org.gatehouse.governance.UserDraft;
import org.gatehouse.machine.ThisMachine;
import org.gatehouse.simulated.SimulatedServer;

import static org.assertj.core.api.Assertions.assertThat;

/** A box's backup brought onto another one that serves, over the API alone: as an admin does who has no terminal. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RestoreApiIT {
    private static final String RESTORE = "/api/v1/system/restore";
    private static final String PASSPHRASE = "four plain words here";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PART = 100_000;

    private Path scratch;
    private SimulatedServer engine;
    private String key;
    private byte[] backup;
    private byte[] backupWithoutKey;

    @BeforeAll
    void aBoxWithRowsIsBackedUp(@TempDir Path directory) throws IOException, InterruptedException {
        scratch = directory;
        engine = TestDaemon.engine();
        try (TestDaemon old = TestDaemon.restartable(directory.resolve("old"))) {
            TestDaemon.Furnished furnished = old.furnish(engine);
            key = old.key(furnished.project(), "app").text();
            old.daemon.governance().users().create(TestDaemon.TEST, UserDraft.named("ada").with(Role.APPLIANCE_ADMIN));
            for (int call = 0; call < 3; call++) {
                assertThat(old.chat(key, "tokens=2").statusCode()).isEqualTo(200);
            }
            backup = download(old, request(old, "/api/v1/system/backup")
                    .POST(BodyPublishers.ofString("{\"passphrase\":\"" + PASSPHRASE + "\"}")));
            backupWithoutKey = download(old, request(old, "/api/v1/system/backup"));
            assertThat(new String(backup, StandardCharsets.ISO_8859_1)).doesNotContain(Files
                    .readString(directory.resolve("old/secret/key-encryption-key")).substring(16).strip());
            assertThat(old.audit("kind=admin&limit=5")).contains("holdsKey\\\":true").doesNotContain(PASSPHRASE);
        }
    }

    @AfterAll
    void stop() {
        engine.close();
    }

    @Test
    void anotherBoxHasTheUsersTheKeysTheRowsAndTheWholeChain() throws IOException, InterruptedException {
        Path data = scratch.resolve("new");
        try (TestDaemon box = TestDaemon.restartable(data)) {
            String token = box.token("admin-token");
            send(box, backup);
            JsonNode closed = json(post(box, "/check", "{}"));
            assertThat(closed.get("opens").asBoolean()).isFalse();
            assertThat(closed.get("holdsKey").asBoolean()).isTrue();
            JsonNode what = json(post(box, "/check", opening(PASSPHRASE)));
            assertThat(what.get("opens").asBoolean()).isTrue();
            assertThat(what.get("box").asText()).isEqualTo(ThisMachine.hostname());
            assertThat(what.get("users").asLong()).isEqualTo(1);
            assertThat(what.get("keys").asLong()).isEqualTo(1);
            assertThat(what.get("models").asLong()).isEqualTo(1);
            assertThat(what.get("records").asLong()).isGreaterThan(3);

            assertProblem(post(box, "", wish(PASSPHRASE, "another")), 400, "invalid", "the name of this box");
            assertThat(post(box, "", wish(PASSPHRASE, ThisMachine.hostname())).statusCode()).isEqualTo(200);
            box.restart();

            assertThat(box.chat(key, "tokens=2").statusCode()).isEqualTo(200);
            assertThat(get(box, "/api/v1/users").body()).contains("\"ada\"");
            // Three that the old box had, and the one of just now.
            assertThat(box.audit("kind=call").split("\"kind\":\"call\",\"hash\"", -1)).hasSize(1 + 4);
            assertThat(get(box, "/api/v1/audit/verify").body()).contains("\"intact\":true");
            JsonNode last = json(get(box, RESTORE)).get("last");
            assertThat(last.get("outcome").asText()).isEqualTo("restored");
            assertThat(last.get("by").asText()).contains("first");
            assertThat(box.audit("kind=admin&limit=20")).contains("\\\"restored\\\"");
            // Whoever is on this machine goes on with the token that lies there, and the old box's holders with theirs.
            assertThat(box.token("admin-token")).isEqualTo(token);
            String other = Files.readString(scratch.resolve("old/admin-token")).strip();
            assertThat(box.get("/api/v1/system/status", "authorization", "Bearer " + other).statusCode())
                    .isEqualTo(200);
            assertThat(data.resolve("restore/incoming.backup")).doesNotExist();

            assertThat(json(get(box, RESTORE)).get("keptBytes").asLong()).isPositive();
            assertThat(box.send(request(box, RESTORE + "/before").DELETE()).statusCode()).isEqualTo(204);
            assertThat(json(get(box, RESTORE)).get("keptBytes").asLong()).isZero();
            assertThat(box.chat(key, "tokens=2").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void whatCannotBeRestoredIsRefusedAndNothingChanges() throws IOException, InterruptedException {
        Path data = scratch.resolve("refusing");
        try (TestDaemon box = TestDaemon.restartable(data)) {
            assertProblem(post(box, "/check", "{}"), 422, "backup_absent", "No backup");
            Map<String, Long> before = files(data);

            send(box, backup);
            assertRefused(box, wish("five other plain words", ThisMachine.hostname()), "backup_passphrase",
                    "not the one");
            assertRefused(box, "{\"name\":\"" + ThisMachine.hostname() + "\"}", "backup_key", "needs its passphrase");
            send(box, backupWithoutKey);
            assertRefused(box, wish(PASSPHRASE, ThisMachine.hostname()), "backup_key", "opens there only");
            send(box, Arrays.copyOf(backup, backup.length - 1000));
            assertRefused(box, wish(PASSPHRASE, ThisMachine.hostname()), "backup_damaged", "cut off");
            send(box, "a letter to my aunt".getBytes(StandardCharsets.UTF_8));
            assertRefused(box, wish(PASSPHRASE, ThisMachine.hostname()), "backup_damaged", "no backup");
            send(box, changed(backup, "\"gatehouse-backup\"", "\"someone-elses\""));
            assertRefused(box, wish(PASSPHRASE, ThisMachine.hostname()), "backup_foreign", "this software");
            send(box, changed(backup, "\"schema\" : \"[0-9]+\"", "\"schema\" : \"9999\""));
            assertRefused(box, wish(PASSPHRASE, ThisMachine.hostname()), "backup_newer", "newer version");

            HttpResponse<String> gap = box.send(request(box, RESTORE + "/file?offset=7")
                    .PUT(BodyPublishers.ofByteArray(new byte[3])).setHeader("content-type",
                            "application/octet-stream"));
            assertProblem(gap, 409, "wrong_offset", "must begin at");
            assertThat(box.send(request(box, RESTORE + "/file").DELETE()).statusCode()).isEqualTo(204);
            assertThat(files(data).keySet()).isEqualTo(before.keySet());
            assertThat(data.resolve("restore.json")).doesNotExist();
        }
    }

    @Test
    void aBoxThatCannotStartWithItHasWhatItHadBefore() throws IOException, InterruptedException {
        Path data = scratch.resolve("returning");
        try (TestDaemon box = TestDaemon.restartable(data)) {
            TestDaemon.Furnished furnished = box.furnish(engine);
            String own = box.key(furnished.project(), "own").text();
            send(box, backup);
            assertThat(post(box, "", wish(PASSPHRASE, ThisMachine.hostname())).statusCode()).isEqualTo(200);
            TestDaemon.await(() -> Files.exists(data.resolve("restore.json")), "it lies ready");
            // What a disk may do to it before the start.
            Path file = data.resolve("restoring/database/gatehouse.mv.db");
            byte[] spoiled = Files.readAllBytes(file);
            Arrays.fill(spoiled, (byte) 7);
            Files.write(file, spoiled);
            box.restart();

            assertThat(box.chat(own, "tokens=2").statusCode()).isEqualTo(200);
            assertThat(box.chat(key, "tokens=2").statusCode()).isEqualTo(401);
            JsonNode last = json(get(box, RESTORE)).get("last");
            assertThat(last.get("outcome").asText()).isEqualTo("returned");
            assertThat(last.get("reason").asText()).contains("damaged");
            assertThat(box.audit("kind=admin&limit=20")).contains("\\\"returned\\\"");
            assertThat(get(box, "/api/v1/audit/verify").body()).contains("\"intact\":true");
            assertThat(json(get(box, RESTORE)).get("receivedBytes").asLong()).isEqualTo(backup.length);
        }
    }

    @Test
    void aBackupComesFromTheTargetAndOpensOnItsOwnBoxWithoutAPassphrase() throws IOException, InterruptedException {
        Path place = Files.createDirectory(scratch.resolve("place"));
        try (TestDaemon box = TestDaemon.restartable(scratch.resolve("own"))) {
            TestDaemon.Furnished furnished = box.furnish(engine);
            String early = box.key(furnished.project(), "early").text();
            assertThat(box.send(request(box, "/api/v1/system/backup-target").PUT(BodyPublishers.ofString(
                    "{\"kind\":\"directory\",\"directory\":\"" + place + "\"}"))).statusCode()).isEqualTo(200);
            String name = json(box.send(request(box, "/api/v1/system/backup-target/run").POST(
                    BodyPublishers.noBody()))).get("name").asText();
            String late = box.key(furnished.project(), "late").text();

            assertThat(post(box, "/fetch", "{\"name\":\"" + name + "\"}").statusCode()).isEqualTo(200);
            TestDaemon.await(() -> json(get(box, RESTORE)).get("work").isNull(), "it is fetched");
            assertThat(json(post(box, "/check", "{}")).get("opens").asBoolean()).isTrue();
            assertThat(post(box, "", "{\"name\":\"" + ThisMachine.hostname() + "\"}").statusCode()).isEqualTo(200);
            box.restart();
            assertThat(box.chat(early, "tokens=2").statusCode()).isEqualTo(200);
            assertThat(box.chat(late, "tokens=2").statusCode()).isEqualTo(401);

            post(box, "/fetch", "{\"name\":\"gatehouse-20200101-000000.backup\"}");
            TestDaemon.await(() -> json(get(box, RESTORE)).get("work").isNull(), "it has ended");
            assertThat(json(get(box, RESTORE)).at("/trouble/message").asText()).contains("has no backup");
        }
    }

    @Test
    void whoeverHoldsTheClaimOfANewBoxRestoresInsteadOfSettingItUp() throws IOException, InterruptedException {
        try (TestDaemon box = TestDaemon.restartable(scratch.resolve("claimed"))) {
            AtomicReference<String> code = new AtomicReference<>();
            box.daemon.showClaimCodes(shown -> code.set(shown.text()));
            TestDaemon.await(() -> code.get() != null, "it shows a code");
            String claim = json(box.send(HttpRequest.newBuilder(box.uri("/api/v1/setup/claim"))
                    .header("content-type", "application/json").POST(BodyPublishers.ofString(
                            "{\"code\":\"" + code.get() + "\",\"program\":true}"))))
                    .get("token").asText();
            assertThat(box.get("/api/v1/users", "authorization", "Bearer " + claim).body()).doesNotContain("\"ada\"");
            for (int at = 0; at < backup.length; at += PART) {
                assertThat(box.send(HttpRequest.newBuilder(box.uri(RESTORE + "/file?offset=" + at))
                        .header("authorization", "Bearer " + claim).header("content-type", "application/octet-stream")
                        .PUT(BodyPublishers.ofByteArray(
                                Arrays.copyOfRange(backup, at, Math.min(backup.length, at + PART)))))
                        .statusCode()).isEqualTo(200);
            }
            assertThat(box.send(HttpRequest.newBuilder(box.uri(RESTORE)).header("authorization", "Bearer " + claim)
                    .header("content-type", "application/json")
                    .POST(BodyPublishers.ofString(wish(PASSPHRASE, ThisMachine.hostname())))).statusCode())
                    .isEqualTo(200);
            box.restart();
            assertThat(box.get("/api/v1/users", "authorization", "Bearer " + claim).statusCode()).isEqualTo(401);
            assertThat(get(box, "/api/v1/users").body()).contains("\"ada\"");
            assertThat(box.chat(key, "tokens=2").statusCode()).isEqualTo(200);
        }
    }

    private static String opening(String passphrase) {
        return "{\"passphrase\":\"" + passphrase + "\"}";
    }

    private static String wish(String passphrase, String name) {
        return "{\"passphrase\":\"" + passphrase + "\",\"name\":\"" + name + "\"}";
    }

    private static HttpRequest.Builder request(TestDaemon box, String path) {
        return HttpRequest.newBuilder(box.uri(path)).header("authorization", "Bearer " + box.token("admin-token"))
                .header("content-type", "application/json");
    }

    private static HttpResponse<String> get(TestDaemon box, String path) {
        return box.send(request(box, path));
    }

    private static HttpResponse<String> post(TestDaemon box, String path, String body) {
        return box.send(request(box, RESTORE + path).POST(BodyPublishers.ofString(body)));
    }

    private byte[] download(TestDaemon box, HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = box.bytes(request);
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }

    private static void send(TestDaemon box, byte[] file) {
        for (int at = 0; at < file.length; at += PART) {
            HttpResponse<String> answer = box.send(request(box, RESTORE + "/file?offset=" + at)
                    .setHeader("content-type", "application/octet-stream").PUT(BodyPublishers.ofByteArray(
                            Arrays.copyOfRange(file, at, Math.min(file.length, at + PART)))));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        }
    }

    private static void assertRefused(TestDaemon box, String wish, String code, String said) {
        assertProblem(post(box, "", wish), 422, code, said);
        assertThat(json(get(box, RESTORE)).get("work").isNull()).isTrue();
        assertThat(json(get(box, RESTORE)).get("last").isNull()).isTrue();
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String code, String said) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).contains(code).contains(said);
    }

    private static JsonNode json(HttpResponse<String> answer) {
        try {
            return JSON.readTree(answer.body());
        } catch (IOException e) {
            throw new AssertionError(answer.body(), e);
        }
    }

    /** The same backup with a manifest that says something else. */
    private byte[] changed(byte[] whole, String pattern, String other) throws IOException {
        Path file = Files.write(scratch.resolve("changed.backup"), whole);
        try (FileSystem zip = FileSystems.newFileSystem(file)) {
            Path manifest = zip.getPath("manifest.json");
            String text = Files.readString(manifest);
            String changed = text.replaceFirst(pattern, other);
            assertThat(changed).isNotEqualTo(text);
            Files.writeString(manifest, changed);
        }
        return Files.readAllBytes(file);
    }

    private static Map<String, Long> files(Path directory) throws IOException {
        Map<String, Long> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.put(directory.relativize(file).toString(), Files.size(file));
            }
        }
        return files;
    }
}
