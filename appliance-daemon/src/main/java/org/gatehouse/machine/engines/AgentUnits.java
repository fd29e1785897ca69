package org.gatehouse.machine.engines;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.machine.agent.AgentClient;
import org.gatehouse.machine.agent.Progress;
import org.gatehouse.machine.agent.Refused;
import org.gatehouse.supervisor.Listen;
import org.gatehouse.supervisor.ServiceManager;

/** Has an appliance's agent run engines' units. It decides what they may do; of a wish's confinement it takes the GPUs. Thread-safe. */
public record AgentUnits(AgentClient agent) implements ServiceManager {

    /** That of this machine, for a daemon with these data; empty where there is no agent, or it knows other data. */
    public static Optional<ServiceManager> here(AgentClient agent, Path data) {
        return agent.present() && EnginePlaces.under(Path.of("/")).data().equals(data.toAbsolutePath().normalize())
                ? Optional.of(new AgentUnits(agent))
                : Optional.empty();
    }

    @Override
    public void start(Unit unit) throws IOException {
        ObjectNode asked = named(unit.name()).put("directory", unit.command().workingDirectory().toString())
                .put("onPort", unit.listen() instanceof Listen.LoopbackPort)
                .put("graceMillis", unit.grace().toMillis());
        unit.command().argv().forEach(asked.putArray("command")::add);
        unit.environment().forEach(asked.putObject("variables")::put);
        unit.confinement().devices().forEach(asked.putArray("devices")::add);
        ask(EngineVerbs.START, asked);
    }

    @Override
    public String show(String unit) throws IOException {
        return ask(EngineVerbs.LOOK, named(unit)).path("shown").asText();
    }

    @Override
    public boolean askToEnd(String unit) throws IOException {
        return ask(EngineVerbs.END, named(unit)).path("known").asBoolean();
    }

    @Override
    public boolean kill(String unit) throws IOException {
        return ask(EngineVerbs.KILL, named(unit)).path("known").asBoolean();
    }

    @Override
    public void forget(String unit) throws IOException {
        ask(EngineVerbs.FORGET, named(unit));
    }

    private ObjectNode ask(String verb, ObjectNode asked) throws IOException {
        try {
            return agent.ask(verb, asked, Progress.NONE);
        } catch (Refused e) {
            throw new IOException(e.message(), e);
        }
    }

    private static ObjectNode named(String unit) {
        return JsonNodeFactory.instance.objectNode().put("unit", unit);
    }
}
