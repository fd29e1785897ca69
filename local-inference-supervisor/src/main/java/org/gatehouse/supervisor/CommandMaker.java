package org.gatehouse.supervisor;

import org.gatehouse.supervisor.engines.Adjustments;

/**
 * Makes an instance's command anew when a failure taught how it would do better, such as with a shorter context. Called on the
 * instance's own thread: must return within milliseconds. What it throws makes the instance failed.
 */
public interface CommandMaker {

    /** The command with these adjustments and otherwise as it was wished. */
    EngineCommand command(Adjustments adjustments);

    /** How many sequences at a time the wished command allows. */
    int sequences();
}
