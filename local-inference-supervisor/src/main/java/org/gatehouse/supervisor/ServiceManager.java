package org.gatehouse.supervisor;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * Who runs engines as units of their own: systemd, spoken to by its programs or by somebody who may speak to it. Thread-safe; each
 * call may take some seconds.
 */
public interface ServiceManager {

    /**
     * One engine's process as a unit.
     *
     * @param name the unit's, such as {@code gatehouse-engine-chat-0-g3.service}
     * @param id the instance
     * @param command what it shall run
     * @param environment all of its variables; may hold secrets
     * @param log where its output is appended; the file is there
     * @param listen where it will answer
     * @param confinement what it may touch
     * @param grace from SIGTERM to SIGKILL
     */
    record Unit(String name, String id, EngineCommand command, Map<String, String> environment, Path log,
            Listen listen, Confinement confinement, Duration grace) {

        /** Copies the variables. */
        public Unit {
            environment = Map.copyOf(environment);
        }

        /** Names the unit only: commands and variables may hold secrets. */
        @Override
        public String toString() {
            return "Unit[" + name + "]";
        }
    }

    /**
     * Starts it and returns when its program runs.
     *
     * @throws IOException with what hinders it; then nothing of it is left
     */
    void start(Unit unit) throws IOException;

    /**
     * How a unit stands: lines {@code Name=value} with LoadState, MainPID, ExecMainCode and ExecMainStatus, as {@code systemctl show}
     * says them (org.freedesktop.systemd1(5)).
     */
    String show(String unit) throws IOException;

    /** Has its main process asked to end, and whoever outlives that; does not wait. Returns whether the unit is known. */
    boolean askToEnd(String unit) throws IOException;

    /** Has all of its processes killed. Returns whether the unit is known. */
    boolean kill(String unit) throws IOException;

    /** Forgets an ended unit with its exit code. */
    void forget(String unit) throws IOException;
}
