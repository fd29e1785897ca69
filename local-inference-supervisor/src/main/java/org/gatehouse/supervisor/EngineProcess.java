package org.gatehouse.supervisor;

import java.util.function.IntSupplier;

import org.gatehouse.supervisor.engines.Diagnosis;

/** An engine's root process. Only a child's end is told at once. Thread-safe. */
sealed interface EngineProcess {

    /** Its process id. */
    long pid();

    /** Whether it runs; cheap. */
    boolean isAlive();

    /** How it ended: 128 + n for signal n, or {@link Diagnosis#EXIT_UNKNOWN}. Only when it has. */
    int exitCode();

    /** Runs this when it has ended, if that can be told without looking; at any rate somebody must look from time to time. */
    void onExit(Runnable told);

    /** A child of this daemon. */
    record Child(Process process) implements EngineProcess {
        @Override
        public long pid() {
            return process.pid();
        }

        @Override
        public boolean isAlive() {
            return process.isAlive();
        }

        @Override
        public int exitCode() {
            return process.exitValue();
        }

        @Override
        public void onExit(Runnable told) {
            process.onExit().thenRun(told);
        }
    }

    /**
     * Somebody else's child: of an earlier daemon, or of the service manager. Java's own {@code ProcessHandle.onExit} looks at such a
     * process each 0.3 to 5 s, which is too seldom.
     *
     * @param table where it stands
     * @param pid its id
     * @param startedAt tells it from a later process with its id
     * @param ending asks whoever was told how it ended
     */
    record Found(ProcessTable table, long pid, long startedAt, IntSupplier ending) implements EngineProcess {
        @Override
        public boolean isAlive() {
            ProcessEntry entry = table.read(pid);
            return entry != null && entry.startedAt() == startedAt;
        }

        @Override
        public int exitCode() {
            return ending.getAsInt();
        }

        @Override
        public void onExit(Runnable told) {
            // Nobody tells; the actor looks at each of its ticks.
        }
    }
}
