package org.gatehouse.supervisor;

import java.nio.file.Files;
import java.nio.file.Path;

/** How engine processes are run. */
public enum BackendChoice {
    /** Units where systemd runs the box and the daemon is root; else process groups. */
    AUTOMATIC,
    /** Children of the daemon in sessions of their own. */
    PROCESS_GROUPS,
    /** Transient services of systemd, children of the first process: confined, and as a whole known to the kernel. */
    SYSTEMD;

    /** Exists exactly where systemd runs as the first process (sd_booted(3)). */
    private static final Path BOOTED = Path.of("/run/systemd/system");

    /** Whether engines become units on this box, by this daemon. Whatever depends on it asks here, so that all have one answer. */
    public boolean usesUnits() {
        return usesUnits(Files.isDirectory(BOOTED), String.valueOf(System.getProperty("user.name")));
    }

    boolean usesUnits(boolean booted, String user) {
        return switch (this) {
            case PROCESS_GROUPS -> false;
            case SYSTEMD -> true;
            // Others than root may manage units by a rule that somebody has set up, and then says so in the settings.
            case AUTOMATIC -> booted && user.equals("root");
        };
    }
}
