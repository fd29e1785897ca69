package org.gatehouse.supervisor;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/**
 * Where a supervisor keeps its things, and its bounds.
 *
 * @param stateDirectory the manifests; one supervisor at a time, guarded by a lock file; made if missing
 * @param logDirectory the engines' output, {@code <id>.log} and {@code <id>.log.1}; made if missing
 * @param logLimitBytes bound of one instance's two log files together, 64 KiB or more
 * @param logLines lines kept in memory for each instance, 100 or more
 * @param orphanGrace from SIGTERM to SIGKILL for engines that an earlier daemon left behind
 * @param survivorGrace the same for what a crashed engine leaves behind; short, because it holds GPU memory
 */
public record SupervisorSettings(Path stateDirectory, Path logDirectory, long logLimitBytes, int logLines,
        Duration orphanGrace, Duration survivorGrace) {
    private static final long SMALLEST_LOG_BYTES = 64 << 10;
    private static final int FEWEST_LOG_LINES = 100;

    /** Makes the paths absolute and checks the bounds. */
    public SupervisorSettings {
        stateDirectory = Objects.requireNonNull(stateDirectory, "stateDirectory").toAbsolutePath().normalize();
        logDirectory = Objects.requireNonNull(logDirectory, "logDirectory").toAbsolutePath().normalize();
        if (logLimitBytes < SMALLEST_LOG_BYTES || logLines < FEWEST_LOG_LINES) {
            throw new IllegalArgumentException("logLimitBytes must be " + SMALLEST_LOG_BYTES + " or more and logLines "
                    + FEWEST_LOG_LINES + " or more");
        }
        Durations.notNegative(orphanGrace, "orphanGrace");
        Durations.notNegative(survivorGrace, "survivorGrace");
    }

    /** The defaults below one directory: 16 MiB of log and 2000 lines an instance, 10 s for orphans, 3 s for survivors. */
    public static SupervisorSettings in(Path directory) {
        return new SupervisorSettings(directory.resolve("engines"), directory.resolve("engine-logs"), 16 << 20, 2000,
                Duration.ofSeconds(10), Duration.ofSeconds(3));
    }
}
