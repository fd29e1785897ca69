package org.gatehouse.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Why the daemon could not start, in a file of its data directory: an appliance's screen shows it, for nobody reads logs there. Stateless. */
final class StartFailure {
    private static final String FILE = "start-failure";
    private static final int LONGEST = 1_000;

    private StartFailure() {}

    /** Writes down why. A directory that takes nothing can't tell. */
    static void keep(Path data, String why) {
        try {
            if (Files.isDirectory(data)) {
                Files.writeString(data.resolve(FILE), why.substring(0, Math.min(LONGEST, why.length())) + "\n");
            }
        } catch (IOException _) {
            // The log has it.
        }
    }

    /** It runs. */
    static void forget(Path data) {
        try {
            Files.deleteIfExists(data.resolve(FILE));
        } catch (IOException _) {
            // It is shown for some minutes only, and to nobody while the daemon answers.
        }
    }
}
