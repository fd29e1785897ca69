package org.gatehouse.daemon;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.identity.AuthenticatorApp;
import org.gatehouse.simulated.terminal.SimulatedTerminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gatehouse.simulated.terminal.SimulatedTerminal.ENTER;
import static org.gatehouse.simulated.terminal.SimulatedTerminal.ESCAPE;

/** {@code gatehouse console} in a pseudo-terminal of 80 by 24 on a real box, from before its first start on. */
final class BoxConsoleIT {
    private static final Path PICTURES = Path.of("target/terminal-screens");

    @TempDir
    Path directory;

    private int pictures;

    @BeforeEach
    void findTerminal() {
        SimulatedTerminal.whyNot().ifPresent(why -> {
            System.out.println("SKIPPED the box's console in a pseudo-terminal: " + why);
            Assumptions.abort(why);
        });
    }

    private SimulatedTerminal console() {
        List<String> command = DemoProcess.command("console", "--data", directory.resolve("data").toString()).command();
        return SimulatedTerminal.start(24, 80, command,
                Map.of("TERM", "vt100", "LC_ALL", "C.UTF-8", "GATEHOUSE_NO_BUILD", "1"));
    }

    private void see(SimulatedTerminal terminal, String... words) throws Exception {
        terminal.await(words);
        Files.createDirectories(PICTURES);
        Files.writeString(PICTURES.resolve(String.format("BoxConsoleIT-%02d.txt", ++pictures)), terminal.text() + "\n");
        assertThat(terminal.fault()).isEmpty();
    }

    @Test
    void screenTellsFromTheFirstStartOnWhatThereIsToDo() throws Exception {
        try (SimulatedTerminal terminal = console()) {
            see(terminal, "Gatehouse is starting ...");
            try (NewBox box = new NewBox(directory)) {
                box.address();
                see(terminal, "This box is new.", "https://", "/setup/", "SHA-256 fingerprint",
                        Files.readString(box.data().resolve("claim-code")).strip());
                terminal.press(ENTER);
                see(terminal, "overview", "1  Name, time and network");
                terminal.press(ESCAPE);
                see(terminal, "Set-up of this box has begun");
                assertThat(box.setUp(box.answers(), "--take-over").exit()).isZero();
                see(terminal, "Health       well: it carries calls", "no local model", "Certificate  ", "Disk ",
                        "not synchronised", "Enter: menu");

                terminal.press(ENTER);
                see(terminal, "sign in", "> Name *");
                terminal.press("admin", ENTER, "wrong", ENTER, "000000", ENTER, ENTER);
                see(terminal, "! ");
                terminal.press(ESCAPE);
                see(terminal, "Health ");
                terminal.press(ENTER);
                see(terminal, "> Name *");
                terminal.press("admin", ENTER, "correct horse battery staple", ENTER,
                        AuthenticatorApp.with(NewBox.CODE_SECRET).at(Instant.now()), ENTER,
                        ENTER);
                see(terminal, "1  How every part does", "Name, time and network", "Restart the gateway", "Sign out");
                terminal.press("1");
                see(terminal, "ok    store", "Go on");
                terminal.press(ENTER);
                terminal.await("2  Name, time and network");
                terminal.press("2");
                see(terminal, "Time zone *", "gatehouse-1");
                terminal.press(ESCAPE);
                terminal.await("Overview of all steps");
                terminal.press("4");
                terminal.await("Restart the gateway");
                terminal.press("4");
                terminal.await("Calls that are running may end first");
                terminal.press("2");
                terminal.await("It restarts now.");
                terminal.press(ENTER);
                terminal.await("Sign out");
                terminal.press(ESCAPE);
                see(terminal, "Health       well: it carries calls");

                box.powerCut();
                see(terminal, "Gatehouse is starting again ...");
                see(terminal, "Health       well: it carries calls");
            }
            assertThat(terminal.fault()).isEmpty();
        }
    }
}
