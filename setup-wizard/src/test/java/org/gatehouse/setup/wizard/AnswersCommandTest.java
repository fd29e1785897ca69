package org.gatehouse.setup.wizard;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code gatehouse setup --answers} against a played box: what it sends, says, and how it ends. */
final class AnswersCommandTest {
    private static final String GOOD = """
            apiVersion: gatehouse/setup/v1
            steps:
              machine:
                name: gatehouse-1
                network: {mode: unchanged}
              administrator:
                name: admin
                password: {fromEnv: ADMIN_PASSWORD}
                oneTimeCodeSecret: JBSWY3DPEHPK3PXP
              sign-on: {skip: no identity provider yet}
              providers:
                upstreams:
                  - name: main
                    kind: openai
                    apiKey: {fromFile: key.txt}
                    models:
                      - {name: gpt-4o, inputPerMillion: 2.50}
              organization:
                departments:
                  - {name: Research, monthlyBudget: 5000, projects: [search]}
                preset: balanced
              first-key: {department: Research, project: search, models: [gpt-4o]}
            """;

    @TempDir
    Path directory;

    private FakeBox box;
    private final Map<String, String> environment = new HashMap<>(Map.of("ADMIN_PASSWORD", "long enough it is"));

    @BeforeEach
    void start() throws IOException {
        box = new FakeBox(Files.createDirectory(directory.resolve("data")));
        Files.writeString(directory.resolve("key.txt"), "sk-from-a-file\n");
        environment.put("XDG_STATE_HOME", directory.resolve("state").toString());
    }

    @AfterEach
    void stop() {
        box.close();
    }

    @Test
    void answersMakeABoxFinishedAndTheSecondRunChangesNothing() throws IOException {
        Path key = directory.resolve("key.out");

        Result first = onTheBox(GOOD, "--key-out", key.toString());

        assertThat(first.exit).as(first.err).isZero();
        assertThat(first.err).isEmpty();
        assertThat(first.out).contains("machine        done", "sign-on        skipped", "no identity provider yet",
                "certificate    skipped", "not in the answers file", "Set-up is finished.")
                .doesNotContain("sk-from-a-file", "long enough", "ghk_");
        assertThat(box.phase()).isEqualTo("finished");
        assertThat(box.answered("machine").path("timeZone").asText()).isEqualTo("Etc/UTC");
        assertThat(box.answered("administrator").path("password").asText()).isEqualTo("long enough it is");
        assertThat(box.answered("providers").at("/upstreams/0/apiKey").asText()).isEqualTo("sk-from-a-file");
        assertThat(box.answered("providers").at("/upstreams/0/models/0/inputPerMillion").asText()).isEqualTo("2.50");
        assertThat(box.answered("organization").at("/departments/0/monthlyBudget").asText()).isEqualTo("5000");
        assertThat(Files.readString(key)).isEqualTo("ghk_12345678_secret\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key))).isEqualTo("rw-------");
        assertThat(box.data().resolve("setup-token")).doesNotExist();

        Result second = onTheBox(GOOD, "--key-out", key.toString());

        assertThat(second.exit).as(second.err).isZero();
        assertThat(second.out).contains("machine        unchanged", "nothing changed").doesNotContain(" done ");
        assertThat(Files.readString(key)).isEqualTo("ghk_12345678_secret\n");
    }

    @Test
    void dryRunTriesEverythingAndChangesNothing() {
        Result tried = onTheBox(GOOD, "--dry-run");

        assertThat(tried.exit).as(tried.err).isZero();
        assertThat(tried.out).contains("machine        ok        live: It answers. (7 ms)", "first-key      later",
                "All answers would be accepted; nothing was changed.");
        assertThat(box.changes()).isEmpty();
        assertThat(box.phase()).isEqualTo("unclaimed");
    }

    @Test
    void dryRunSaysEachCheckThatFailsAndGoesOn() {
        Result tried = onTheBox(GOOD.replace("name: main", "name: refused"), "--dry-run");

        assertThat(tried.exit).isEqualTo(3);
        assertThat(tried.out).contains("providers      FAILED    live: Nobody answers there.", "organization   ok",
                "Not all answers would be accepted");
        assertThat(box.changes()).isEmpty();
    }

    @Test
    void failedCheckStopsThereAndTheNextRunGoesOn() {
        Result failed = onTheBox(GOOD.replace("name: main", "name: refused"));

        assertThat(failed.exit).isEqualTo(3);
        assertThat(failed.out).contains("organization   done", "providers      FAILED").doesNotContain("safekeeping");
        assertThat(failed.err).contains("answers.yaml:", "Mend what failed (live)");
        assertThat(box.step("providers").path("status").asText()).isEqualTo("open");

        Result mended = onTheBox(GOOD);

        assertThat(mended.exit).as(mended.err).isZero();
        assertThat(mended.out).contains("administrator  unchanged", "providers      done");
        assertThat(box.changes().stream().filter(call -> call.endsWith("/claim"))).hasSize(1);
    }

    @Test
    void fieldThatTheBoxFindsWrongIsNamedWithItsLine() {
        Result wrong = onTheBox(GOOD.replace("kind: openai", "kind: wrong"));
        assertThat(wrong.exit).isEqualTo(2);
        assertThat(wrong.err)
                .contains("answers.yaml:14: steps.providers.upstreams[0].kind: is none that this box takes.");
    }

    @Test
    void everythingWrongIsSaidAtOnceAndTheBoxIsNotAsked() {
        Result wrong = onTheBox("""
                apiVersion: gatehouse/setup/v2
                stepz: {}
                steps:
                  machine:
                    nmae: x
                    network: {mode: sometimes}
                  safekeeping:
                    backup: {directory: /mnt, hour: early}
                  sign-on: {skip: ""}
                  kitchen: {}
                  organization:
                    departments: {name: x}
                  administrator:
                    name: a
                    password: {fromEnv: NOT_SET}
                    oneTimeCodeSecret: {fromFile: nowhere.txt}
                """);
        assertThat(wrong.exit).isEqualTo(2);
        assertThat(wrong.err.lines().map(line -> line.replaceFirst("^.*answers.yaml", "").replaceFirst(" .*", "")))
                .containsExactlyInAnyOrder(":2:", ":1:", ":10:", ":5:", ":5:", ":6:", ":8:", ":9:", ":12:", ":15:",
                        ":16:");
        assertThat(wrong.err).contains("steps.machine.nmae: there is no such field here; there are name, timeZone",
                "steps.machine.name: it is missing.", "'sometimes' is none of unchanged, dhcp, static",
                "steps.safekeeping.backup.hour: it takes a whole number",
                "the environment variable NOT_SET is not set", "nowhere.txt can't be read");
        assertThat(box.calls()).isEmpty();
    }

    @Test
    void fileThatIsNoAnswersFileIsSaidSo() {
        assertThat(onTheBox("").err).contains("answers.yaml:1: the file is empty");
        assertThat(onTheBox("a: [1").err).contains("this is no YAML");
        assertThat(onTheBox("a: &x 1\nb: *x").err).contains("anchors");
        assertThat(onTheBox("a: 1\na: 2").err).contains("answers.yaml:2: 'a' stands here a second time");
        assertThat(onTheBox("- 1").err).contains("and this is a list");
        assertThat(onTheBox("steps: {}\n---\nsteps: {}").err).contains("a second document");
        assertThat(onTheBox("a: " + "[".repeat(50) + "]".repeat(50)).err).contains("deep");
        assertThat(run("setup", "--answers", directory.resolve("none.yaml").toString()).err)
                .contains("the file can't be read");
    }

    @Test
    void boxElsewhereNeedsACodeAndKeepsTheClaimForTheNextRun() throws IOException {
        Path file = Files.writeString(directory.resolve("answers.yaml"), GOOD);
        String url = box.uri().toString();

        Result without = run("--answers", file.toString(), "--url", url);
        assertThat(without.exit).isEqualTo(5);
        assertThat(without.err).contains("--claim-code");
        Result wrong = run("--answers", file.toString(), "--url", url, "--claim-code", "XXXX-XXXX");
        assertThat(wrong.exit).isEqualTo(5);
        assertThat(wrong.err).contains("claim code is wrong");

        Result dry = run("--answers", file.toString(), "--url", url, "--claim-code", "abcd-efgh".toUpperCase(
                java.util.Locale.ROOT), "--dry-run");
        assertThat(dry.exit).as(dry.err).isZero();
        Result done = run("--answers", file.toString(), "--url", url);
        assertThat(done.exit).as(done.err).isZero();

        Result again = run("--answers", file.toString(), "--url", url);
        assertThat(again.exit).isEqualTo(5);
        assertThat(again.err).contains("finished", "GATEHOUSE_ADMIN_TOKEN");
        environment.put("GATEHOUSE_ADMIN_TOKEN", FakeBox.ADMIN);
        assertThat(run("--answers", file.toString(), "--url", url).exit).isZero();
    }

    @Test
    void whoeverClaimedKeepsTheBoxUntilItIsTakenOverOnPurpose() {
        box.takenOver();
        Result taken = onTheBox(GOOD);
        assertThat(taken.exit).isEqualTo(5);
        assertThat(taken.err).contains("Somebody claimed", "--take-over");
        assertThat(box.changes()).isEmpty();

        assertThat(onTheBox(GOOD, "--take-over").exit).isZero();
    }

    @Test
    void boxThatIsNotThereIsSaidSo() throws IOException {
        box.close();
        Result gone = onTheBox(GOOD);
        assertThat(gone.exit).isEqualTo(4);
        assertThat(gone.err).hasLineCount(1).contains("No answer from", "nobody listens there");
        Files.delete(box.data().resolve("daemon.json"));
        assertThat(onTheBox(GOOD).err).contains("no daemon runs on");
        assertThat(onTheBox(GOOD, "--url", "ftp://x").exit).isEqualTo(4);
        assertThat(onTheBox(GOOD, "--url", "::").exit).isEqualTo(4);
    }

    @Test
    void keyThatCouldNotBeWrittenIsSaidBeforeAnythingIsDone() {
        Result bad = onTheBox(GOOD, "--key-out", directory.resolve("none/key").toString());
        assertThat(bad.exit).isEqualTo(2);
        assertThat(box.changes().stream().filter(call -> call.startsWith("PUT"))).isEmpty();
    }

    @Test
    void templateIsAnAnswersFileOnceItsReferencesAreThere() {
        String template = run("answers-template").out;
        assertThat(template.lines()).allMatch(line -> line.length() <= 200);
        for (String name : List.of("GATEHOUSE_ADMIN_PASSWORD", "GATEHOUSE_ADMIN_CODE_SECRET", "OPENAI_API_KEY")) {
            assertThat(template).contains("{fromEnv: " + name + "}");
            environment.put(name, "something");
        }
        Result done = onTheBox(template);
        assertThat(done.exit).as(done.err).isZero();
        assertThat(box.answered("local-models").at("/deployments/0/engine").isMissingNode()).isTrue();
        assertThat(box.answered("sign-on").at("/oidc/clientId").asText()).isEqualTo("gatehouse");
        assertThat(box.answered("sign-on").has("ldap")).isFalse();
    }

    @Test
    void alertsByMailAreAnsweredWithTheirPassword() {
        environment.put("MAIL_PASSWORD", "pass word");
        Result done = onTheBox("""
                apiVersion: gatehouse/setup/v1
                steps:
                  safekeeping:
                    alerts:
                      kind: mail
                      mail: {host: mail.example.com, user: box, from: box@example.com, recipients: [it@example.com]}
                      mailPassword: {fromEnv: MAIL_PASSWORD}
                """);
        assertThat(done.err).doesNotContain("safekeeping");
        assertThat(box.answered("safekeeping").at("/alerts/mail/recipients/0").asText()).isEqualTo("it@example.com");
        assertThat(box.answered("safekeeping").at("/alerts/mailPassword").asText()).isEqualTo("pass word");
        assertThat(done.out + done.err).doesNotContain("pass word");
    }

    @Test
    void exampleOfTheDocumentIsAnAnswersFile() throws IOException {
        String document = Files.readString(Path.of("..", "docs", "answers-file.md"));
        String example = document.replaceFirst("(?s).*<!-- answers -->\\s*```yaml\n(.*?)```.*", "$1");
        assertThat(example).startsWith("apiVersion:");
        Files.writeString(directory.resolve("admin-code.secret"), "JBSWY3DPEHPK3PXP\n");
        environment.putAll(Map.of("GATEHOUSE_ADMIN_PASSWORD", "long enough it is", "OPENAI_API_KEY", "sk-x",
                "MAIL_PASSWORD", "pass word"));
        Result done = onTheBox(example);
        assertThat(done.exit).as(done.err).isZero();
        assertThat(box.answered("safekeeping").at("/backup/keep").asInt()).isEqualTo(14);
    }

    private record Result(int exit, String out, String err) {}

    private Result onTheBox(String answers, String... more) {
        try {
            Path file = Files.writeString(directory.resolve("answers.yaml"), answers);
            List<String> line = new ArrayList<>(List.of("--answers", file.toString(), "--data",
                    box.data().toString()));
            line.addAll(List.of(more));
            return run(line.toArray(String[]::new));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private Result run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = SetupCommand.commandLine(environment).setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true));
        int exit = line.execute(arguments[0].equals("setup")
                ? List.of(arguments).subList(1, arguments.length).toArray(String[]::new)
                : arguments);
        return new Result(exit, out.toString(), err.toString());
    }
}
