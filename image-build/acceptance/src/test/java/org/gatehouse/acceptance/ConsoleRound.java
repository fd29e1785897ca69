package org.gatehouse.acceptance;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.gatehouse.acceptance.box.Administrator;
import org.gatehouse.acceptance.machine.SerialLine;

import static org.assertj.core.api.Assertions.assertThat;

/** What somebody does at the box itself, on its serial line: sign in, and switch the machine off. */
@Order(2)
@ExtendWith(Steps.Given.class)
final class ConsoleRound {
    private static final Duration ANSWER = Duration.ofMinutes(3);
    private static final String ENTER = "\r";
    private static final String ESCAPE = "\u001b";

    @Test
    void administratorSwitchesTheMachineOffAtItsConsole(Steps steps) throws Exception {
        try (Station station = Station.copyOfSetUpBox(Lab.here().folder("console"))) {
            steps.run("shows how the box does, and nothing of what systemd starts", () -> {
                station.switchOn();
                station.box().awaitReady(Lab.BOOT);
                SerialLine serial = station.machine().serial();
                serial.awaitScreen(ANSWER, "Health", "well: it carries calls", "Enter: menu");
                assertThat(String.join("\n", serial.screen())).doesNotContain("[  OK  ]");
            });
            steps.run("a wrong password opens no menu", () -> {
                SerialLine serial = station.machine().serial();
                serial.press(ENTER);
                serial.awaitScreen(ANSWER, "sign in", "Name *");
                type(serial, Administrator.OF_TESTS.name(), "wrong", "000000", "");
                serial.awaitScreen(ANSWER, "! ");
                assertThat(String.join("\n", serial.screen())).doesNotContain("Factory reset");
                serial.press(ESCAPE);
                serial.awaitScreen(ANSWER, "Health");
            });
            steps.run("the administrator sees what can be done to the machine", () -> {
                SerialLine serial = station.machine().serial();
                serial.press(ENTER);
                serial.awaitScreen(ANSWER, "sign in", "Name *");
                type(serial, Administrator.OF_TESTS.name(), Administrator.OF_TESTS.password(),
                        Administrator.OF_TESTS.code(), "");
                serial.awaitScreen(ANSWER, "Restart the machine", "Switch the machine off", "Factory reset");
            });
            steps.run("another name resets nothing", () -> {
                SerialLine serial = station.machine().serial();
                serial.press("7");
                serial.awaitScreen(ANSWER, "EVERYTHING ON THIS BOX IS OVERWRITTEN", "Type gatehouse-1");
                type(serial, "gatehouse-2", "");
                serial.awaitScreen(ANSWER, "This box is called gatehouse-1.");
                serial.press(ESCAPE);
                serial.awaitScreen(ANSWER, "Sign out");
            });
            steps.run("the box's own name switches it off", () -> {
                SerialLine serial = station.machine().serial();
                serial.press("6");
                serial.awaitScreen(ANSWER, "Type gatehouse-1");
                type(serial, "gatehouse-1", "");
                station.machine().awaitOff(Lab.SHUTDOWN);
            });
        }
    }

    /** Each, and Enter. */
    private static void type(SerialLine serial, String... words) throws Exception {
        for (String word : List.of(words)) {
            serial.press(word + ENTER);
        }
    }
}
