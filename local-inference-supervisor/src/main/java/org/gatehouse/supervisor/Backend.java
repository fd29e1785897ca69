package org.gatehouse.supervisor;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

import org.gatehouse.supervisor.engines.Diagnosis;

/** A way in which the box runs engine processes and ends them. Thread-safe. */
sealed interface Backend permits ProcessGroups, SystemdUnits {

    /**
     * One process to start.
     *
     * @param deployment what is wished, with the command as it shall run
     * @param generation which of the instance's processes
     * @param environment all of its variables
     * @param log where its output is appended
     */
    record Order(Deployment deployment, long generation, Map<String, String> environment, Path log) {}

    /** Ends one engine's processes; each step may be taken again and again. */
    interface Ender {
        /** Asks the root alone. */
        void askRoot();

        /** Asks who has outlived the root. */
        void askRest(Set<Long> living);

        /** Ends these. */
        void kill(Set<Long> living);
    }

    /** The unit that will hold the process, or {@code ""} where there are none. */
    String unit(String id, long generation);

    /** Whether the process will lead a session of its own. */
    boolean ownSession();

    /**
     * Starts it. May take a few seconds.
     *
     * @throws IOException if it does not run
     */
    EngineProcess start(Order order) throws IOException;

    /** What ends this family, which {@link #start} has brought into being. */
    Ender ender(Family family, String unit);

    /** How the root of a unit that is nobody's child ended, or {@link Diagnosis#EXIT_UNKNOWN}. May take a few hundred milliseconds. */
    int exitCode(String unit);

    /** Nothing of it is left: forgets what was kept for it and for its unit. */
    void cleared(String id, String unit);
}
