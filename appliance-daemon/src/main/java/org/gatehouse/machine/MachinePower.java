package org.gatehouse.machine;

import java.io.IOException;

import org.gatehouse.machine.agent.Refused;

/** The machine's power, and its way back to how it was shipped. Thread-safe. */
public interface MachinePower {

    /** Whether this machine is the appliance's own; nothing else here works otherwise. */
    boolean present();

    /** Starts the machine again, in a moment; running calls may end first. */
    void restart() throws Refused, IOException;

    /** Shuts the machine down, in a moment; running calls may end first. */
    void off() throws Refused, IOException;

    /** Starts the machine again, and overwrites all that is on its data partition before anything else reads it. */
    void reset() throws Refused, IOException;
}
