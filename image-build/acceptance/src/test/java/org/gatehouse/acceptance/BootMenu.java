package org.gatehouse.acceptance;

import java.io.IOException;
import java.time.Duration;
import java.util.regex.Pattern;

import org.gatehouse.acceptance.machine.SerialLine;

/** The boot loader's menu on the serial line, which shows itself for three seconds. Stateless. */
final class BootMenu {
    /** How far below the newest release the entries are; the firmware's own one comes in between. */
    static final int RESET = 1;
    static final int ENROLL_KEYS = 3;
    private static final Pattern SHOWN = Pattern.compile("Boot in");
    private static final String ARROW_DOWN = "\u001b[B";
    private static final Duration MOMENT = Duration.ofMillis(400);

    private BootMenu() {}

    /**
     * Waits for it and chooses an entry.
     *
     * @param mark how many lines of the serial line to pass over
     */
    static void choose(SerialLine serial, int mark, int entry) throws IOException, InterruptedException {
        serial.await(SHOWN, mark, Lab.BOOT);
        for (int i = 0; i < entry; i++) {
            serial.press(ARROW_DOWN);
            // What a terminal sends for one key is told from another key by the time between them.
            Thread.sleep(MOMENT);
        }
        serial.press("\r");
    }
}
