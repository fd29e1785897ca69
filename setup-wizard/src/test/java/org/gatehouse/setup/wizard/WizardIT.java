package org.gatehouse.setup.wizard;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.simulated.terminal.SimulatedTerminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gatehouse.simulated.terminal.SimulatedTerminal.DOWN;
import static org.gatehouse.simulated.terminal.SimulatedTerminal.ENTER;
import static org.gatehouse.simulated.terminal.SimulatedTerminal.ESCAPE;
import static org.gatehouse.simulated.terminal.SimulatedTerminal.UP;

/**
 * The terminal wizard in a real pseudo-terminal of 80 by 24, by keys alone, against a played box. Every screen that was waited for lies in
 * {@code target/terminal-screens}. Skipped by name where there are no pseudo-terminals.
 */
final class WizardIT {
    private static final Path PICTURES = Path.of("target/terminal-screens");

    @TempDir
    Path data;

    private FakeBox box;
    private int pictures;

    @BeforeEach
    void start() {
        SimulatedTerminal.whyNot().ifPresent(why -> {
            System.out.println("SKIPPED terminal wizard in a pseudo-terminal: " + why);
            Assumptions.abort(why);
        });
        box = new FakeBox(data);
    }

    @AfterEach
    void stop() {
        if (box != null) {
            box.close();
        }
    }

    private SimulatedTerminal wizard(String type) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx64m", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
                WizardProgram.class.getName(), "--data", data.toString()));
        return SimulatedTerminal.start(24, 80, command, Map.of("TERM", type, "LC_ALL", "C.UTF-8"));
    }

    /** Waits for a screen and keeps a picture of it. */
    private void see(SimulatedTerminal terminal, String name, String... words) {
        terminal.await(words);
        try {
            Files.createDirectories(PICTURES);
            Files.writeString(PICTURES.resolve(String.format("%s-%02d-%s.txt", getClass().getSimpleName(), ++pictures,
                    name)), terminal.text() + "\n");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        assertThat(terminal.fault()).isEmpty();
    }

    @Test
    void wholeWayByKeysAloneStaysWithin80By24() {
        try (SimulatedTerminal terminal = wizard("vt100")) {
            see(terminal, "overview", "overview", "1  Name, time and network", "open", "Finish set-up");
            terminal.press(ENTER);
            see(terminal, "machine", "step 1 of 9", "[fresh-box", "[Europe/Berlin", "(1 as it is now)");
            terminal.press(DOWN, DOWN, DOWN, "3");
            see(terminal, "machine-static", "(3 fixed)", "Gateway *");
            terminal.press(DOWN, "eth0", ENTER, "192.0.2.10/24", ENTER, "192.0.2.1");
            terminal.press(DOWN, DOWN, DOWN, DOWN, DOWN, DOWN, DOWN, DOWN);
            see(terminal, "machine-end", "> [ Check and go on ]", "more above");
            terminal.press(ENTER);
            see(terminal, "machine-checks", "ok    live: It answers.", "1  Accept and go on");
            terminal.press(ENTER);

            see(terminal, "certificate", "step 2 of 9", "(1 by the box)");
            terminal.press(ESCAPE);
            see(terminal, "menu", "3  Skip this step, with a reason", "5  Leave");
            terminal.press("3");
            see(terminal, "skip", "Why is this step left out?");
            terminal.press("later, with our own CA", ENTER, ENTER);

            see(terminal, "administrator", "step 3 of 9", "Password *");
            terminal.press(DOWN, "it@example.com", ENTER, "correct horse battery", ENTER, ENTER);
            see(terminal, "administrator-checks", "Accept and go on");
            terminal.press(ENTER);
            see(terminal, "one-time-code", "JBSWY3DPEHPK3PXP", "Code *");
            terminal.press("000000", ENTER, ENTER);
            see(terminal, "one-time-code-wrong", "! That was not it.");
            terminal.press(UP, SimulatedTerminal.CLEAR, "123456", ENTER, ENTER);

            see(terminal, "sign-on", "step 4 of 9");
            terminal.press(ESCAPE);
            terminal.await("Skip this step");
            terminal.press("3");
            terminal.await("Why is");
            terminal.press("none yet", ENTER, ENTER);

            see(terminal, "organization", "step 5 of 9");
            terminal.press(ENTER);
            terminal.await("There is none yet.");
            terminal.press(ENTER);
            terminal.await("Monthly budget");
            terminal.press("Research", ENTER, "5000", ENTER, "search, assistant", ENTER, ENTER);
            terminal.await("Change Research");
            terminal.press(ENTER);
            terminal.await("step 5 of 9", "1: Research");
            terminal.press(DOWN, DOWN, ENTER);
            terminal.await("Accept and go on");
            terminal.press(ENTER);

            see(terminal, "providers", "step 6 of 9", "none yet   (Enter: open)");
            terminal.press(ENTER);
            see(terminal, "upstreams", "There is none yet.", "1  Add one");
            terminal.press(ENTER);
            terminal.await("API key");
            terminal.press("main", ENTER, "openai", ENTER, ENTER, "sk-very-secret", ENTER);
            see(terminal, "upstream", "**************");
            terminal.press(ENTER);
            terminal.await("There is none yet.");
            terminal.press(ENTER);
            terminal.await("Public name *");
            terminal.press("gpt-4o", ENTER, "gpt-4o", ENTER, "2.50", ENTER, "10", ENTER, ENTER);
            see(terminal, "models", "Change gpt-4o", "That is all");
            terminal.press(ENTER);
            terminal.await("API key", "1: gpt-4o");
            terminal.press(DOWN, DOWN);
            terminal.await("> [ Keep it ]");
            terminal.press(ENTER);
            terminal.await("Change main");
            terminal.press(ENTER);
            terminal.await("step 6 of 9", "1: main");
            terminal.press(ENTER);
            see(terminal, "providers-checks", "Accept and go on");
            terminal.press(ENTER);

            see(terminal, "local-models", "step 7 of 9");
            terminal.press(ESCAPE);
            terminal.await("Skip this step");
            terminal.press("3");
            terminal.await("Why is");
            terminal.press("no GPUs in it", ENTER, ENTER);

            see(terminal, "safekeeping", "step 8 of 9", "Backup:", "Alerts:");
            terminal.press("/mnt/backup", ENTER, ENTER, ENTER, ENTER, ENTER);
            see(terminal, "safekeeping-end", "> [ Check and go on ]");
            terminal.press(ENTER);
            terminal.await("Accept and go on");
            terminal.press(ENTER);

            see(terminal, "first-key", "step 9 of 9");
            terminal.press("Research", ENTER, "search", ENTER, ENTER, "gpt-4o", ENTER, ENTER, ENTER);
            terminal.await("Accept and go on");
            terminal.press(ENTER);
            see(terminal, "key", "Shown this once", "ghk_12345678_secret", "answer: Hello.");
            terminal.press(ENTER);

            see(terminal, "overview-done", "overview", "skipped: none yet", "Finish set-up");
            terminal.press(ENTER);
            see(terminal, "finished", "Set-up is finished. The console is at");
            terminal.press(ENTER);
            assertThat(terminal.ended()).isZero();

            assertThat(terminal.fault()).isEmpty();
            assertThat(terminal.everything()).doesNotContain("correct horse", "sk-very-secret")
                    .matches(text -> text.chars().allMatch(letter -> letter < 127), "ASCII only");
        }
        assertThat(box.phase()).isEqualTo("finished");
        assertThat(box.answered("machine").at("/network/gateway").asText()).isEqualTo("192.0.2.1");
        assertThat(box.answered("machine").has("proxy")).isFalse();
        assertThat(box.answered("administrator").path("password").asText()).isEqualTo("correct horse battery");
        assertThat(box.answered("providers").at("/upstreams/0/apiKey").asText()).isEqualTo("sk-very-secret");
        assertThat(box.answered("providers").at("/upstreams/0/models/0/outputPerMillion").asText()).isEqualTo("10");
        assertThat(box.answered("safekeeping").at("/backup/hour").asInt()).isEqualTo(3);
        assertThat(box.answered("safekeeping").has("alerts")).isFalse();
        assertThat(box.step("certificate").path("reason").asText()).isEqualTo("later, with our own CA");
    }

    @Test
    void whoLeavesGoesOnWhereTheyWere() {
        try (SimulatedTerminal terminal = wizard("xterm-256color")) {
            terminal.await("overview", "\u2500\u2500\u2500");
            terminal.press(ENTER);
            terminal.await("step 1 of 9");
            terminal.press(ESCAPE);
            terminal.await("Skip this step");
            terminal.press("3");
            terminal.await("Why is");
            terminal.press("another time", ENTER, ENTER);
            terminal.await("step 2 of 9");
            terminal.press(ESCAPE);
            terminal.await("5  Leave");
            terminal.press("5");
            assertThat(terminal.ended()).isZero();
            terminal.await("'gatehouse setup' goes on where it was.");
            assertThat(terminal.fault()).isEmpty();
        }
        try (SimulatedTerminal terminal = wizard("xterm-256color")) {
            terminal.await("skipped: another time", "> 2  Certificate");
            terminal.press("\u0003");
            assertThat(terminal.ended()).isZero();
        }
        assertThat(box.changes().stream().filter(call -> call.endsWith("/claim"))).hasSize(1);
    }

    @Test
    void whoeverIsTakenOverHearsItAndCanGetInAgain() {
        try (SimulatedTerminal terminal = wizard("vt100")) {
            terminal.await("overview");
            box.takenOver();
            terminal.press(ENTER);
            see(terminal, "taken-over", "Somebody claimed the box with a newer code", "Get in again");
            terminal.press("1");
            see(terminal, "take-over", "Somebody claimed", "Take over: whoever has it now loses it");
            terminal.press("2");
            terminal.await("overview", "1  Name, time and network");
            terminal.press(ESCAPE);
            assertThat(terminal.ended()).isZero();
        }
    }

    @Test
    void whoeverSitsAtTheBoxSeesACodeForABrowserThatLostTheSetUp() {
        try (SimulatedTerminal terminal = wizard("vt100")) {
            terminal.await("overview");
            box.takenOver();
            terminal.press(ENTER);
            terminal.await("Get in again");
            terminal.press("1");
            terminal.await("Show a code to go on with in a browser");
            terminal.press("3");
            see(terminal, "code-for-a-browser", "Claim code: FRSH0002", "within 15 minutes");
            terminal.press(ENTER);
            see(terminal, "take-over", "Somebody claimed", "Take over: whoever has it now loses it");
        }
    }

    @Test
    void failedChecksAndWrongFieldsSayWhatToDoAndKeepTheEntries() {
        try (SimulatedTerminal terminal = wizard("vt100")) {
            terminal.await("overview");
            terminal.press("1");
            terminal.await("step 1 of 9");
            terminal.press(SimulatedTerminal.CLEAR, ENTER);
            terminal.press(DOWN, DOWN, DOWN, DOWN, DOWN, DOWN, DOWN);
            terminal.await("> [ Check and go on ]");
            terminal.press(ENTER);
            see(terminal, "missing", "! Please fill this in.", "> Name *");
            terminal.press("refused", DOWN, DOWN, DOWN, DOWN, DOWN, DOWN, DOWN, DOWN);
            terminal.await("> [ Check and go on ]");
            terminal.press(ENTER);
            see(terminal, "failed", "FAIL  live: Nobody answers there. Look at the address.", "Change something");
            terminal.press(ENTER);
            terminal.await("[refused");
            terminal.press(SimulatedTerminal.CLEAR, "wrong", DOWN, DOWN, DOWN, DOWN, DOWN, DOWN, DOWN, DOWN);
            terminal.await("> [ Check and go on ]");
            terminal.press(ENTER);
            see(terminal, "wrong", "! It is none that this box takes.", "[wrong");
            assertThat(box.step("machine").path("status").asText()).isEqualTo("open");
        }
    }

    @Test
    void dumbTerminalGetsEachScreenBelowTheOneBefore() {
        try (SimulatedTerminal terminal = wizard("dumb")) {
            terminal.await("> 1  Name, time and network");
            terminal.press(ENTER);
            terminal.await("Name *", "[fresh-box");
            terminal.press(ESCAPE);
            terminal.await("5  Leave");
            terminal.press("5");
            assertThat(terminal.ended()).isZero();
            assertThat(terminal.everything()).doesNotContain("\u001b[");
        }
    }
}
