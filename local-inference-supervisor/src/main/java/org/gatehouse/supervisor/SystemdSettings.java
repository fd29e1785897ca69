package org.gatehouse.supervisor;

import java.nio.file.Path;
import java.util.Objects;

/**
 * The service manager by its own programs, for a daemon that may manage units. Immutable.
 *
 * @param run the program {@code systemd-run}
 * @param control the program {@code systemctl}
 * @param slice the slice of all engines, with the bounds that hold for them together
 * @param user whom engines run as, {@code ""} for the daemon's own user
 */
public record SystemdSettings(Path run, Path control, String slice, String user) implements ServiceManagerAccess {
    /** The usual places, the slice {@code gatehouse-engines.slice}, the daemon's own user. */
    public static final SystemdSettings DEFAULT = new SystemdSettings(Path.of("/usr/bin/systemd-run"),
            Path.of("/usr/bin/systemctl"), "gatehouse-engines.slice", "");

    /** Checks what must be there. */
    public SystemdSettings {
        Objects.requireNonNull(run, "run");
        Objects.requireNonNull(control, "control");
        Objects.requireNonNull(user, "user");
        if (!slice.endsWith(".slice")) {
            throw new IllegalArgumentException("a slice's name ends with .slice, not: " + slice);
        }
    }
}
