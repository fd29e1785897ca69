package org.gatehouse.supervisor;

import java.io.IOException;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;

import org.gatehouse.supervisor.engines.Diagnosis;

/** Reads how a unit's main process ended from what {@code systemctl show} says (org.freedesktop.systemd1(5), wait(2)). */
final class UnitEnd {
    private static final int SIGNALLED = 128;

    private UnitEnd() {}

    /**
     * The exit code, 128 + n for signal n, {@link Diagnosis#EXIT_UNKNOWN} if systemd does not know it or no longer, empty if it has not
     * seen the end yet.
     *
     * @param shown lines {@code Name=value} with LoadState, ExecMainCode (the {@code si_code} of SIGCHLD) and ExecMainStatus
     */
    static OptionalInt exitCode(String shown) {
        Map<String, String> values = values(shown);
        String status = values.getOrDefault("ExecMainStatus", "");
        // A unit that ended well is unloaded at once.
        if (!"loaded".equals(values.get("LoadState")) || !status.matches("[0-9]{1,9}")) {
            return OptionalInt.of(Diagnosis.EXIT_UNKNOWN);
        }
        return switch (values.getOrDefault("ExecMainCode", "")) {
            case "0" -> OptionalInt.empty();
            case "1" -> OptionalInt.of(Integer.parseInt(status));
            case "2", "3" -> OptionalInt.of(SIGNALLED + Integer.parseInt(status));
            default -> OptionalInt.of(Diagnosis.EXIT_UNKNOWN);
        };
    }

    /** The main process, 0 if there is none any more. */
    static long mainPid(String shown) throws IOException {
        String pid = values(shown).getOrDefault("MainPID", "");
        if (!pid.matches("[0-9]{1,9}")) {
            throw new IOException("systemd does not tell the unit's process: " + shown);
        }
        return Long.parseLong(pid);
    }

    private static Map<String, String> values(String shown) {
        return shown.lines().filter(line -> line.indexOf('=') > 0)
                .collect(Collectors.toMap(line -> line.substring(0, line.indexOf('=')),
                        line -> line.substring(line.indexOf('=') + 1), (first, _) -> first));
    }
}
