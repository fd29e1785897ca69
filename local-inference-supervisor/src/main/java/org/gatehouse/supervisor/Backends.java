package org.gatehouse.supervisor;

import java.nio.file.Files;
import java.nio.file.Path;

/** Which backend a supervisor starts engines with, and which one an engine that is already there was started with. */
final class Backends {
    /** Exists exactly where systemd runs as the first process (sd_booted(3)). */
    private static final Path BOOTED = Path.of("/run/systemd/system");

    private final ProcessGroups groups;
    private final SystemdUnits units;
    private final boolean unitsChosen;

    Backends(SupervisorSettings settings, Host host) {
        this.groups = new ProcessGroups(host);
        this.units = new SystemdUnits(settings, host);
        this.unitsChosen = switch (settings.backend()) {
            case PROCESS_GROUPS -> false;
            case SYSTEMD -> true;
            // Others than root may manage units by a rule that somebody has set up, and then says so in the settings.
            case AUTOMATIC -> Files.isDirectory(BOOTED) && "root".equals(System.getProperty("user.name"));
        };
    }

    /** For new engines. */
    Backend chosen() {
        return unitsChosen ? units : groups;
    }

    /** For this engine. */
    Backend of(Manifest manifest) {
        return manifest.unit().isEmpty() ? groups : units;
    }
}
