package org.gatehouse.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.admin.AdminServer;
import org.gatehouse.admin.StoredModelFiles;
import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Outcome;
import org.gatehouse.audit.SampleCalls;
import org.gatehouse.audit.Usage;
import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

/** The commands against a running admin API. */
final class AdminCommandsIT {
    @TempDir
    Path directory;
    private AdminServer server;
    private Shell shell;

    @BeforeEach
    void start() throws IOException {
        server = new AdminServer(Databases.H2, directory);
        Files.writeString(directory.resolve("daemon.json"),
                "{\"url\":\"http://127.0.0.1:" + server.server.port() + "\",\"pid\":1}");
        shell = new Shell(Map.of("GATEHOUSE_DATA", directory.toString(), "UPSTREAM_KEY", "sk-from-variable"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void keyCanBeMadeRotatedAndRevokedByItsName() {
        furnish();
        Shell.Result made = shell.run("keys", "create", "--project", "Research/Search", "--name", "ci", "--owner",
                "ada",
                "--model", "small", "--limit", "requests_per_minute=60", "--budget", "month=12.50", "--address",
                "10.0.0.0/8", "--expires", "2099-01-01T00:00:00Z");
        assertThat(made.status()).as(made.err()).isZero();
        String secret = made.out().lines().findFirst().orElseThrow();
        assertThat(secret).matches("ghk_[A-Za-z0-9]{8}_[A-Za-z0-9_-]{43}");
        assertThat(shell.run("limits", "list").out()).contains("Research/Search/ci", "requests_per_minute", "60");

        Shell.Result rotated = shell.run("keys", "rotate", "Research/Search/ci", "--overlap", "30m");
        assertThat(rotated.out().lines().findFirst().orElseThrow()).isNotEqualTo(secret);
        assertThat(rotated.out()).contains("valid until");
        assertThat(shell.run("keys", "show", secret.substring(4, 12)).out()).contains("previousPublicId");
        assertThat(shell.run("keys", "disable", "Research/Search/ci").out()).contains("is disabled");
        assertThat(shell.run("keys", "enable", "Research/Search/ci").out()).contains("is active");
        assertThat(shell.run("keys", "revoke", "Research/Search/ci").out()).contains("is revoked");
        assertThat(shell.run("keys", "list", "--state", "revoked").out()).contains("ci");
        assertThat(shell.run("keys", "list", "--output", "json", "--state", "active").out().strip()).isEqualTo("[ ]");
    }

    @Test
    void everyNounCanBeMadeListedShownChangedAndDeleted() {
        furnish();
        assertThat(shell.run("limits", "create", "--scope", "department:Research", "--kind", "total_tokens", "--amount",
                "5").status()).isZero();
        assertThat(shell.run("budgets", "create", "--scope", "organisation", "--period", "day", "--amount", "5.00",
                "--soft").out()).contains("hard").contains("false");
        assertThat(shell.run("policies", "create", "--scope", "project:Research/Search", "--bodies", "both", "--days",
                "3", "--priority", "-4", "--prefix-cache", "key", "--wait-seconds", "30").out())
                .contains("retentionDays=3").contains("-4").contains("key").contains("30");
        assertThat(shell.run("policies", "create", "--scope", "organisation", "--priority", "-11").err())
                .contains("priority").contains("-10");
        assertThat(shell.run("upstreams", "create", "--name", "engine", "--kind", "vllm", "--local", "--base-url",
                "unix:/run/engines/a.sock", "--priority-scheduling").status()).isZero();
        assertThat(shell.run("upstreams", "create", "--name", "far", "--base-url", "unix:/run/engines/a.sock").err())
                .contains("local");
        assertThat(shell.run("prices", "create", "--model", "small", "--input", "0.15", "--output-tokens", "0.60")
                .out()).contains("0.15");
        assertThat(shell.run("models", "update", "small", "--max-output", "100").out()).contains("100");
        assertThat(shell.run("upstreams", "update", "openai", "--idle-timeout", "700").out()).contains("700");
        assertThat(shell.run("upstreams", "test", "openai").out()).contains("present");
        assertThat(shell.run("settings", "update", "--organisation", "ACME 研究所").out()).contains("ACME 研究所");
        assertThat(shell.run("settings", "show").out()).contains("USD");
        assertThat(shell.run("users", "update", "ada", "--email", "null").out()).doesNotContain("ada@example.com");
        assertThat(shell.run("departments", "delete", "Research").err()).contains("1 project").contains("cascade");
        assertThat(shell.run("departments", "delete", "Research", "--cascade").status()).isZero();
        assertThat(shell.run("departments", "list").out()).contains("(none)");
    }

    @Test
    void gpusAreListedShownAndLookedBackAt() throws InterruptedException {
        for (int tries = 0; tries < 300 && shell.run("gpus").out().contains("(none)"); tries++) {
            Thread.sleep(50);
        }

        assertThat(shell.run("gpus").out()).contains("gpu-box", "Simulated GPU 1", " W", "GiB", "simulated");
        assertThat(shell.run("gpus", "show", "1").out()).contains("GPU-simulated-1", "watts",
                "Not there, not_read: ");
        assertThat(shell.run("gpus", "show", "gpu-box/0").out()).contains("GPU-simulated-0", "small");
        assertThat(shell.run("gpus", "history", "0", "--grain", "second", "--metrics", "power").out())
                .contains("POWER").containsPattern("T[0-9:]{8}Z  1 ");
        assertThat(shell.run("gpus", "events").out()).contains("(none)");
        assertThat(shell.run("gpus", "show", "7").status()).isEqualTo(1);
        assertThat(shell.run("gpus", "show", "7").err()).contains("There is no GPU 7.");
        assertThat(shell.run("gpus", "history", "0", "--from", "noon").err()).contains("from must be an RFC 3339 time");
    }

    @Test
    void modelIsImportedListedVerifiedAndRemoved() throws IOException {
        Path source = StoredModelFiles.tiny().with("weights.bin", new byte[10]).writeTo(directory.resolve("source"));

        Shell.Result refused = shell.run("model-store", "import", source.toString(), "--name", "acme/tiny", "--wait");
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err()).contains("`weights.bin`, refused because unpickling");
        Shell.Result imported = shell.run("model-store", "import", source.toString(), "--name", "acme/tiny",
                "--exclude", "*.bin", "--wait");
        assertThat(imported.status()).as(imported.err()).isZero();
        String id = imported.lastLine().substring(imported.lastLine().lastIndexOf(' ') + 1);
        assertThat(id).startsWith("acme--tiny@");
        assertThat(shell.run("model-store", "imports").out()).contains("acme/tiny  failed", "content-refused",
                "acme/tiny  imported", "100 % of 2");
        assertThat(shell.run("model-store").out()).contains(id, "LlamaForCausalLM", "728", "4096");
        assertThat(shell.run("model-store", "list", "--output", "json").out()).contains("\"fileCount\" : 3");
        assertThat(shell.run("model-store", "show", "acme/tiny").out()).contains("config.json", "leftOut",
                "weights.bin", "bfloat16");
        assertThat(shell.run("model-store", "verify", "acme/tiny").out()).contains("is sound (quick)");
        assertThat(shell.run("model-store", "verify", id, "--full").out()).contains("is sound (full)");

        Files.setPosixFilePermissions(server.models.find(id).orElseThrow().directory().resolve("tokenizer.json"),
                PosixFilePermissions.fromString("rw-------"));
        Files.writeString(server.models.find(id).orElseThrow().directory().resolve("tokenizer.json"),
                "{\"version\":\"6.6\"}");
        assertThat(shell.run("model-store", "verify", id).status()).isZero();
        Shell.Result changed = shell.run("model-store", "verify", id, "--full");
        assertThat(changed.status()).isEqualTo(1);
        assertThat(changed.out()).contains("`tokenizer.json` has changed");
        assertThat(changed.err()).hasLineCount(1).contains("is not as it was imported: 1 findings");
        assertThat(shell.run("model-store", "list").out()).contains("full: unsound");

        assertThat(shell.run("model-store", "import", source.toString(), "--name", "acme/tiny").err())
                .contains("`acme/tiny` is taken by model " + id);
        assertThat(shell.run("model-store", "remove", "acme/tiny").err()).contains("no model `acme/tiny`");
        assertThat(shell.run("model-store", "remove", id).out()).contains("is removed");
        assertThat(shell.run("model-store", "show", id).err()).contains("no model '" + id);
        assertThat(shell.run("model-store", "resume", "20260101-000000-1").err()).contains("There is no import");
        assertThat(shell.run("model-store", "import", "acme/tiny").err()).contains("no model hub is set up");
        assertThat(shell.run("model-store", "list").out()).contains("(none)");
    }

    @Test
    void exportedBoxCanBeAppliedToAnother(@TempDir Path other) throws IOException {
        furnish();
        shell.run("keys", "create", "--project", "Research/Search", "--name", "ci");
        Shell.Result export = shell.run("export");
        assertThat(export.out()).contains("env: \"OPENAI_API_KEY\"").doesNotContain("sk-from-variable");
        Path file = Files.writeString(other.resolve("box.yaml"), export.out());
        try (AdminServer empty = new AdminServer(Databases.H2, other)) {
            Shell there = new Shell(Map.of("GATEHOUSE_URL", "http://127.0.0.1:" + empty.server.port(),
                    "GATEHOUSE_ADMIN_TOKEN", empty.token));
            Shell.Result unset = there.run("apply", "-f", file.toString());
            assertThat(unset.status()).isEqualTo(1);
            assertThat(unset.err()).contains("OPENAI_API_KEY is not set");
            there.export("OPENAI_API_KEY", "sk-other");
            Shell.Result dry = there.run("apply", "-f", file.toString(), "--dry-run");
            assertThat(dry.out()).contains("+ departments Research").contains("Would apply");
            assertThat(there.run("departments", "list").out()).contains("(none)");
            Shell.Result applied = there.run("apply", "-f", file.toString());
            assertThat(applied.lastLine()).contains("Applied").as(applied.err()).isNotEmpty();
            assertThat(there.run("export").out()).isEqualTo(export.out());
            assertThat(there.run("apply", "-f", file.toString()).lastLine()).contains("0 to create, 0 to update");
        }
    }

    /** Returns when the database has it. {@code flush} alone waits only for what is durable already when it is called. */
    private void append(CallRecord call) {
        server.trail.appendDurably(call, null, Duration.ofSeconds(10));
        assertThat(server.trail.flush(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void trailAndUsageCanBeAskedFor(@TempDir Path other) throws IOException {
        furnish();
        append(new SampleCalls(3).completed(Instant.parse("2026-11-20T12:00:00Z")));
        assertThat(shell.run("audit", "search", "--kind", "admin", "--object-type", "users").out())
                .contains("token:first", "users create");
        Shell.Result calls = shell.run("audit", "search", "--kind", "call", "--output", "json");
        String id = new ObjectMapper().readTree(calls.out()).get("items").get(0).get("record").get("id").asText();
        assertThat(shell.run("audit", "show", id, "--bodies").out()).contains("\"request\" : null");
        Shell.Result usage = shell.run("usage", "--from", "2026-11-20T00:00:00Z", "--to", "2026-11-21T00:00:00Z",
                "--by",
                "department,model", "--bucket", "day");
        assertThat(usage.out()).as(usage.err()).contains("Department ").contains("USD");
        Shell.Result tooFine = shell.run("usage", "--from", "2020-01-01T00:00:00Z", "--bucket", "minute");
        assertThat(tooFine.status()).isEqualTo(1);
        assertThat(tooFine.err()).contains("bucket must be day or coarser").contains("kept for 2 days only");
        assertThat(shell.run("audit", "--kind", "call", "--limit", "1").out()).contains("completed 200");
        assertThat(shell.run("users").out()).contains("ada@example.com");
        assertThat(shell.run("audit", "verify").out()).contains("as they were written");

        Path file = other.resolve("audit.jsonl");
        assertThat(shell.run("audit", "export", file.toString()).status()).isZero();
        assertThat(new Shell(Map.of()).run("audit", "verify", "--file", file.toString()).status()).isZero();
        assertThat(shell.run("audit", "export").out()).isEqualTo(Files.readString(file));
        Files.writeString(file, Files.readString(file).replace("ada@example.com", "eve@example.com"));
        Shell.Result broken = new Shell(Map.of()).run("audit", "verify", "--file", file.toString());
        assertThat(broken.status()).isEqualTo(1);
        assertThat(broken.err()).contains("The trail is broken: record ");
    }

    @Test
    void estimatedUsageIsSaidToBeOneWhereverItShows() throws IOException {
        SampleCalls samples = new SampleCalls(4);
        Instant noon = Instant.parse("2026-11-20T12:00:00Z");
        CallRecord call = samples.call(noon, samples.caller(0, 0), Outcome.CLIENT_GONE, 9, 1024);
        append(new CallRecord(call.id(), call.traceId(), call.requestId(), noon, call.caller(),
                call.clientAddress(), call.dialect(), call.surface(), false, null, "m", "m", "u", false, 499,
                Outcome.CLIENT_GONE, null, Usage.tokens(9, 1024, Usage.Source.ESTIMATED), call.cost(), null, 5, null,
                null));
        append(samples.call(noon, samples.caller(0, 0), Outcome.COMPLETED, 1, 1));

        String rows = shell.run("audit", "search", "--kind", "call").out();
        assertThat(rows.lines().filter(line -> line.contains("client_gone")))
                .singleElement().asString().contains("1024", "estimated");
        assertThat(rows.lines().filter(line -> line.contains("completed")))
                .singleElement().asString().contains("reported").doesNotContain("estimated");
        assertThat(shell.run("audit", "show", call.id().toString()).out()).contains("\"source\" : \"estimated\"");
        String[] sums = shell.run("usage", "--from", "2026-11-20T00:00:00Z", "--to", "2026-11-21T00:00:00Z").out()
                .lines().toArray(String[]::new);
        assertThat(sums[0].strip().split("\\s+")).startsWith("CALLS", "REFUSALS", "FAILURES", "ESTIMATED");
        assertThat(sums[1].strip().split("\\s+")).startsWith("2", "0", "0", "1");
    }

    @Test
    void statusSaysWhatIsWrongAndBackupIsSavedWhole(@TempDir Path other) throws IOException {
        Shell.Result status = shell.run("status");
        assertThat(status.out()).contains("engines", "Start one.");
        assertThat(status.status()).isEqualTo(1);
        Path file = other.resolve("box.backup");
        assertThat(shell.run("backup", file.toString()).status()).isZero();
        assertThat(file).hasContent("backup");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
        Path word = Files.writeString(other.resolve("word"), "short");
        assertThat(shell.run("backup", file.toString(), "--passphrase-file", word.toString()).err())
                .contains("shorter than 12");
        Files.writeString(word, "long enough, at last");
        Path keyed = other.resolve("keyed.backup");
        assertThat(shell.run("backup", keyed.toString(), "--passphrase-file", word.toString(), "--data",
                other.toString(), "--server", "http://127.0.0.1:" + server.server.port(), "--token", server.token)
                .err()).contains("Only on the box itself");
        assertThat(keyed).doesNotExist();
        assertThat(other.toFile().list()).hasSize(2);
        server.box.full = true;
        assertThat(shell.run("backup", other.resolve("second.backup").toString()).err()).contains("The disk is full");
        assertThat(other.resolve("second.backup")).doesNotExist();
        assertThat(shell.run("backup", other.resolve("no/where").toString()).err()).contains("no directory");
    }

    @Test
    void failuresAreOneLineAndStatusOne() {
        for (Shell.Result failed : java.util.List.of(shell.run("keys", "show", "No/Such/Key"),
                shell.run("departments", "list", "--token", "gha_wrong"),
                shell.run("departments", "list", "--server", "http://127.0.0.1:1"),
                shell.run("departments", "list", "--server", "ftp://x"),
                shell.run("departments", "list", "--data", "/nonexistent"),
                shell.run("departments", "create", "--name", "a\nb"),
                shell.run("apply", "-f", "/nonexistent.yaml"),
                shell.run("limits", "create", "--scope", "planet:earth", "--kind", "x", "--amount", "1"))) {
            assertThat(failed.status()).as(failed.out() + failed.err()).isEqualTo(1);
            assertThat(failed.err().strip().lines()).hasSize(1);
            assertThat(failed.err()).doesNotContain("Exception");
            assertThat(failed.out()).isEmpty();
        }
    }

    @Test
    void wrongUsageIsStatusTwo() {
        assertThat(shell.run("keys", "create").status()).isEqualTo(2);
        assertThat(shell.run("departments", "list", "--colour").status()).isEqualTo(2);
        assertThat(shell.run("departments", "list", "--output", "xml").status()).isEqualTo(2);
        assertThat(shell.run("departments", "show").status()).isEqualTo(2);
    }

    @Test
    void jsonOutputIsJson() throws IOException {
        furnish();
        for (String noun : java.util.List.of("departments", "projects", "users", "upstreams", "models")) {
            assertThat(new ObjectMapper().readTree(shell.run(noun, "list", "--output", "json").out())).hasSize(1);
        }
    }

    private void furnish() {
        assertThat(shell.run("departments", "create", "--name", "Research").status()).isZero();
        assertThat(shell.run("projects", "create", "--department", "Research", "--name", "Search").status()).isZero();
        assertThat(shell.run("users", "create", "--name", "ada", "--email", "ada@example.com").status()).isZero();
        Shell.Result upstream = shell.run("upstreams", "create", "--name", "openai", "--base-url",
                "https://api.openai.com/v1", "--api-key-env", "UPSTREAM_KEY");
        assertThat(upstream.status()).as(upstream.err()).isZero();
        assertThat(upstream.out()).doesNotContain("sk-from-variable");
        Shell.Result model = shell.run("models", "create", "--name", "small", "--target", "openai=gpt-4o-mini");
        assertThat(model.status()).as(model.err()).isZero();
    }
}
