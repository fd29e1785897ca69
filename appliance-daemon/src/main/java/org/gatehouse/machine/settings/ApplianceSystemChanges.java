package org.gatehouse.machine.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.TimeZone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.governance.form.Json;
import org.gatehouse.machine.MachineSettings;
import org.gatehouse.machine.SystemChanges;
import org.gatehouse.machine.ThisMachine;
import org.gatehouse.machine.agent.AgentClient;
import org.gatehouse.machine.agent.Progress;
import org.gatehouse.machine.agent.Refused;

/** Changes an appliance, by its agent. Thread-safe. */
public final class ApplianceSystemChanges implements SystemChanges {
    private final AgentClient agent;
    private final Path root;
    private final AgentState state;

    /** Asks that agent about the machine below that root, {@code /} outside of tests. */
    public ApplianceSystemChanges(AgentClient agent, Path root) {
        this.agent = agent;
        this.root = root;
        this.state = new AgentState(root);
    }

    @Override
    public boolean recorded() {
        return false;
    }

    /** The name from its file: the daemon lives behind a wall from where the kernel's name never changes (ProtectHostname). */
    @Override
    public Facts facts() {
        try {
            return new Facts(Files.readString(root.resolve(SettingsFiles.HOSTNAME)).strip(), zone(),
                    ThisMachine.cards());
        } catch (IOException _) {
            return new Facts(ThisMachine.hostname(), zone(), ThisMachine.cards());
        }
    }

    private String zone() {
        try {
            String target = Files.readSymbolicLink(root.resolve(SettingsFiles.ZONE)).toString();
            int name = target.indexOf("zoneinfo/");
            return name < 0 ? TimeZone.getDefault().getID() : target.substring(name + "zoneinfo/".length());
        } catch (IOException _) {
            return TimeZone.getDefault().getID();
        }
    }

    @Override
    public Optional<MachineSettings> applied() {
        return state.settings();
    }

    @Override
    public Applied apply(MachineSettings wanted, Duration within) throws Refused, IOException {
        ObjectNode asked = JsonNodeFactory.instance.objectNode().put("withinSeconds", within.toSeconds());
        ObjectNode settings = Json.tree(wanted);
        // Governed by the daemon; nothing of it is the system's business.
        settings.putNull("proxy");
        asked.set("settings", settings);
        JsonNode done = agent.ask("settings.apply", asked, Progress.NONE);
        adoptZone();
        JsonNode trial = done.path("trial");
        return new Applied(done.path("changed").asBoolean(), trial.isObject()
                ? new Trial(trial.path("id").asText(), Instant.parse(trial.path("until").asText()))
                : null);
    }

    /** Java reads the machine's zone once, when it starts; days in reports and the hour of backups follow it. */
    public void adoptZone() {
        String zone = zone();
        if (!TimeZone.getDefault().getID().equals(zone)) {
            TimeZone.setDefault(TimeZone.getTimeZone(zone));
        }
    }

    @Override
    public Optional<Trial> trial() {
        return state.trial();
    }

    @Override
    public Optional<Undone> undone() {
        return state.undone();
    }

    @Override
    public void keep() throws Refused, IOException {
        agent.ask("settings.confirm", JsonNodeFactory.instance.objectNode(), Progress.NONE);
    }

    @Override
    public void undo() throws Refused, IOException {
        agent.ask("settings.revert", JsonNodeFactory.instance.objectNode(), Progress.NONE);
        adoptZone();
    }
}
