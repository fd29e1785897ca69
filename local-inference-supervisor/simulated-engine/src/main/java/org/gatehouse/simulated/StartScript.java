package org.gatehouse.simulated;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * What happens to the program between its start and its end, where it shall not go well.
 *
 * @param stallAfter the step of the load after which it falls silent for ever; {@code null} for none
 * @param failure how the load fails; {@code null} when it does not
 * @param crashAfter how long after it began to listen the engine crashes; {@code null} for never
 * @param crashStatus the exit status of that crash
 * @param child the engine core's process
 */
record StartScript(@Nullable LoadStep stallAfter, @Nullable KnownFailure failure, @Nullable Duration crashAfter,
        int crashStatus, Child child) {

    /** Whether a child process plays the engine core, which outlives a server that is killed. */
    enum Child {
        /** There is none. */
        NONE,
        /** In the same process group. */
        GROUP,
        /** In a session of its own, where no signal to the group finds it. */
        SESSION
    }
}
