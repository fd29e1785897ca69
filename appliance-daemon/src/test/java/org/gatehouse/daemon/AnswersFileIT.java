package org.gatehouse.daemon;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A new box by answers file: the real program twice, as the daemon and as {@code gatehouse setup}, over TLS. */
final class AnswersFileIT {
    private static final Duration MOST = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @Test
    void freshBoxGivesItsFirstGovernedAnswerWithinAMinute() throws Exception {
        long begun = System.nanoTime();
        try (NewBox box = new NewBox(directory)) {
            Path key = directory.resolve("first.key");
            DemoProcess.Result first = box.setUp(box.answers(), "--key-out", key.toString());
            assertThat(first.exit()).as(first.output()).isZero();
            Duration setUp = Duration.ofNanos(System.nanoTime() - begun);
            assertThat(box.chat(Files.readString(key).strip()).statusCode()).isEqualTo(200);
            Duration answered = Duration.ofNanos(System.nanoTime() - begun);
            System.out.println("Answers file: set up after " + setUp.toMillis() + " ms, first governed answer after "
                    + answered.toMillis() + " ms from the start of the daemon");
            System.out.println(first.output());
            assertThat(answered).isLessThan(MOST);
            assertThat(first.output()).contains("Set-up is finished.").doesNotContain("correct horse",
                    NewBox.PROVIDER_KEY, Files.readString(key).strip());
            assertThat(box.data().resolve("claim-code")).doesNotExist();
            assertThat(box.data().resolve("setup-token")).doesNotExist();

            JsonNode before = box.view();
            assertThat(before.path("phase").asText()).isEqualTo("finished");
            DemoProcess.Result second = box.setUp(box.answers(), "--key-out", key.toString());
            assertThat(second.exit()).as(second.output()).isZero();
            assertThat(second.output()).contains("nothing changed").doesNotContain(" done ");
            DemoProcess.Result dry = box.setUp(box.answers(), "--dry-run");
            assertThat(dry.exit()).as(dry.output()).isZero();
            assertThat(box.view().path("steps").findValuesAsText("status"))
                    .isEqualTo(before.path("steps").findValuesAsText("status"));
            assertThat(box.chat(Files.readString(key).strip()).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void dryRunOfAFreshBoxChangesNothingAndEveryKindOfBadAnswerHasItsExit() throws Exception {
        try (NewBox box = new NewBox(directory)) {
            DemoProcess.Result dry = box.setUp(box.answers(), "--dry-run");
            assertThat(dry.exit()).as(dry.output()).isZero();
            assertThat(dry.output()).contains("All answers would be accepted; nothing was changed.",
                    "first-key      later");
            JsonNode untouched = box.view();
            assertThat(untouched.path("phase").asText()).isEqualTo("unclaimed");
            assertThat(untouched.path("steps").findValuesAsText("version")).containsOnly("0");

            DemoProcess.Result unknown = box.setUp(box.answers().replace("monthlyBudget", "monthlyBuget"));
            assertThat(unknown.exit()).as(unknown.output()).isEqualTo(2);
            assertThat(unknown.output()).contains("answers.yaml:22: steps.organization.departments[0].monthlyBuget:");
            DemoProcess.Result wrong = box.setUp(box.answers().replace("Europe/Berlin", "Middle/Earth"));
            assertThat(wrong.exit()).as(wrong.output()).isEqualTo(2);
            assertThat(wrong.output()).contains("answers.yaml:3: steps.machine");
            DemoProcess.Result refused = box.setUp(box.answers().replace("{fromFile: provider.key}", "another-key"));
            assertThat(refused.exit()).as(refused.output()).isEqualTo(3);
            assertThat(refused.output()).contains("organization   done", "providers      FAILED")
                    .doesNotContain("safekeeping");
            assertThat(box.setUp(box.answers(), "--url", "https://127.0.0.1:1").exit()).isEqualTo(4);

            box.powerCut();
            DemoProcess.Result mended = box.setUp(box.answers());
            assertThat(mended.exit()).as(mended.output()).isZero();
            assertThat(mended.output()).contains("machine        unchanged", "administrator  unchanged",
                    "organization   unchanged",
                    "providers      done");
        }
    }

    @Test
    void boxThatSomebodyElseClaimedIsTheirsUntilItIsTakenOverOnPurpose() throws Exception {
        try (NewBox box = new NewBox(directory)) {
            box.address();
            String code = Files.readString(box.data().resolve("claim-code")).strip();
            String claim = "{\"code\":\"" + code + "\",\"program\":true}";
            assertThat(box.send("POST", "/api/v1/setup/claim", "", claim).statusCode()).isEqualTo(200);

            DemoProcess.Result taken = box.setUp(box.answers());
            assertThat(taken.exit()).as(taken.output()).isEqualTo(5);
            assertThat(taken.output()).contains("Somebody claimed", "--take-over");
            assertThat(box.setUp(box.answers(), "--url", box.address().toString()).exit()).isEqualTo(4);

            String fresh = box.command("setup", "code", "--data", box.data().toString()).output().lines()
                    .findFirst().orElseThrow();
            String fingerprint = box.view().path("certificateFingerprint").asText();
            DemoProcess.Result elsewhere = box.setUp(box.answers(), "--url", box.address().toString(), "--claim-code",
                    fresh, "--fingerprint", fingerprint);
            assertThat(elsewhere.exit()).as(elsewhere.output()).isZero();
        }
    }
}
