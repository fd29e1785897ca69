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
 * @param orphanGrace from SIGTERM to SIGKILL for engines that an earlier daemon left behind and nobody may adopt
 * @param survivorGrace the same for what a crashed engine leaves behind; short, because it holds GPU memory
 * @param adoptionWindow how long an engine of an earlier daemon waits for its deployment to be asked for before it is ended
 * @param backend how engine processes are run
 * @param systemd how the service manager is spoken to, if it runs them
 */
public record SupervisorSettings(Path stateDirectory, Path logDirectory, long logLimitBytes, int logLines,
        Duration orphanGrace, Duration survivorGrace, Duration adoptionWindow, BackendChoice backend,
        ServiceManagerAccess systemd) {
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
        Durations.notNegative(adoptionWindow, "adoptionWindow");
        Objects.requireNonNull(backend, "backend");
        Objects.requireNonNull(systemd, "systemd");
    }

    /**
     * The defaults below one directory: 16 MiB of log and 2000 lines an instance, 10 s for orphans, 3 s for survivors, two minutes
     * to be adopted, the backend that suits the box.
     */
    public static SupervisorSettings in(Path directory) {
        return new SupervisorSettings(directory.resolve("engines"), directory.resolve("engine-logs"), 16 << 20, 2000,
                Duration.ofSeconds(10), Duration.ofSeconds(3), Duration.ofMinutes(2), BackendChoice.AUTOMATIC,
                SystemdSettings.DEFAULT);
    }

    /** The same with another backend. */
    public SupervisorSettings with(BackendChoice other) {
        return new SupervisorSettings(stateDirectory, logDirectory, logLimitBytes, logLines, orphanGrace, survivorGrace,
                adoptionWindow, other, systemd);
    }

    /** The same with another way to the service manager. */
    public SupervisorSettings with(ServiceManagerAccess other) {
        return new SupervisorSettings(stateDirectory, logDirectory, logLimitBytes, logLines, orphanGrace, survivorGrace,
                adoptionWindow, backend, other);
    }

    /** The same with another time to be adopted. */
    public SupervisorSettings withAdoptionWindow(Duration other) {
        return new SupervisorSettings(stateDirectory, logDirectory, logLimitBytes, logLines, orphanGrace, survivorGrace,
                other, backend, systemd);
    }
}
