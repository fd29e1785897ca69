package org.gatehouse.daemon;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.simulated.terminal.SimulatedTerminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gatehouse.simulated.terminal.SimulatedTerminal.CLEAR;
import static org.gatehouse.simulated.terminal.SimulatedTerminal.DOWN;
import static org.gatehouse.simulated.terminal.SimulatedTerminal.ENTER;
import static org.gatehouse.simulated.terminal.SimulatedTerminal.ESCAPE;

/** {@code gatehouse setup} in a pseudo-terminal of 80 by 24 on a real new box. Skipped by name where there are no pseudo-terminals. */
final class TerminalWizardIT {
    @TempDir
    Path directory;

    @Test
    void newBoxIsSetUpByKeysAlone() throws Exception {
        SimulatedTerminal.whyNot().ifPresent(why -> {
            System.out.println("SKIPPED terminal wizard on a real box: " + why);
            Assumptions.abort(why);
        });
        try (NewBox box = new NewBox(directory)) {
            box.address();
            List<String> command = DemoProcess.command("setup", "--data", box.data().toString()).command();
            try (SimulatedTerminal terminal = SimulatedTerminal.start(24, 80, command,
                    Map.of("TERM", "vt100", "LC_ALL", "C.UTF-8", "GATEHOUSE_NO_BUILD", "1"))) {
                terminal.await("overview", "1  Name, time and network", "Certificate, SHA-256:");
                terminal.press(ENTER);
                terminal.await("step 1 of 9", "Time zone *");
                terminal.press(CLEAR, "gatehouse-7", ENTER, CLEAR, "Europe/Berlin");
                terminal.press(DOWN, DOWN, DOWN, DOWN, DOWN, DOWN, DOWN);
                terminal.await("> [ Check and go on ]");
                terminal.press(ENTER);
                terminal.await("Accept and go on");
                terminal.press(ENTER);
                terminal.awaitScreen(text -> text.contains("step 2 of 9") || text.contains("Go on"), "what was made");
                if (terminal.text().contains("step 1 of 9")) {
                    terminal.press(ENTER);
                }
                for (int step = 2; step <= 9; step++) {
                    terminal.await("step " + step + " of 9", "Esc: back/skip/leave");
                    terminal.press(ESCAPE);
                    terminal.await("3  Skip this step");
                    terminal.press("3");
                    terminal.await("Why is this step left out?", "> Reason");
                    terminal.press("in the console, tomorrow", ENTER, ENTER);
                }
                terminal.await("overview", "skipped: in the console", "> ", "Finish set-up");
                terminal.press(ENTER);
                terminal.await("Set-up is finished. The console is at https://");
                terminal.press(ENTER);
                assertThat(terminal.ended()).isZero();
                assertThat(terminal.fault()).isEmpty();
            }
            JsonNode view = box.view();
            assertThat(view.path("phase").asText()).isEqualTo("finished");
            assertThat(view.at("/steps/0/answer/name").asText()).isEqualTo("gatehouse-7");
            assertThat(view.path("steps").findValuesAsText("status")).containsOnly("done", "skipped");
        }
    }
}
