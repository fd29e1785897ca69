package org.gatehouse.machine.power;

import java.io.IOException;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;

import org.gatehouse.machine.MachinePower;
import org.gatehouse.machine.agent.AgentClient;
import org.gatehouse.machine.agent.Progress;
import org.gatehouse.machine.agent.Refused;

/** That of an appliance, by its agent. Thread-safe. */
public record AppliancePower(AgentClient agent) implements MachinePower {

    @Override
    public boolean present() {
        return agent.present();
    }

    @Override
    public void restart() throws Refused, IOException {
        ask(PowerVerbs.RESTART);
    }

    @Override
    public void off() throws Refused, IOException {
        ask(PowerVerbs.OFF);
    }

    @Override
    public void reset() throws Refused, IOException {
        ask(PowerVerbs.RESET);
    }

    private void ask(String verb) throws Refused, IOException {
        if (!present()) {
            throw new Refused("no_appliance", "The operating system of this machine is somebody else's, so the daemon"
                    + " leaves its power alone. Use the means of that system.");
        }
        agent.ask(verb, JsonNodeFactory.instance.objectNode(), Progress.NONE);
    }
}
