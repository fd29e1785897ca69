package org.gatehouse.machine.settings;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.Json;
import org.gatehouse.machine.MachineSettings;
import org.gatehouse.machine.SystemChanges.Trial;
import org.gatehouse.machine.agent.Refused;

/**
 * Changes a machine's settings, all of them or none. Before anything else, what is there is written to a file of its own:
 * as long as that file lies there, the change may be undone, and is undone when the box starts. A change of the network
 * keeps it until somebody keeps the change; a timer of systemd undoes it otherwise, for this process may have ended by
 * then. One process at a time changes anything, by a lock on a file.
 */
final class SettingsChange {
    private static final System.Logger LOG = System.getLogger(SettingsChange.class.getName());
    private static final Duration IN_FORCE = Duration.ofSeconds(2);
    private static final String LOCK = AgentState.FOLDER + "lock";

    private final DurableFiles files;
    private final AgentState state;
    private final Activation activation;
    private final InstantSource clock;
    private final Supplier<String> ids;

    /**
     * Changes the files below that root.
     *
     * @param ids of trials; letters and digits
     */
    SettingsChange(Path root, DurableFiles files, Activation activation, InstantSource clock, Supplier<String> ids) {
        this.files = files;
        this.state = new AgentState(root);
        this.activation = activation;
        this.clock = clock;
        this.ids = ids;
    }

    /** Something that is done while no other process changes anything. */
    private interface Work<T> {
        T run() throws Refused, IOException, InterruptedException;
    }

    private <T> T alone(Work<T> work) throws Refused, IOException, InterruptedException {
        Path lock = files.at(LOCK);
        Files.createDirectories(Objects.requireNonNull(lock.getParent()));
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock _ = channel.lock()) {
            return work.run();
        }
    }

    /**
     * Brings the machine into that state.
     *
     * @param asked the daemon's wish; never trusted
     * @return whether anything was different, and the trial if it waits to be kept
     */
    ObjectNode apply(JsonNode asked, Duration within) throws Refused, IOException, InterruptedException {
        MachineSettings wanted = SettingsCheck.read(asked, files);
        return alone(() -> {
            if (isOnTrial() && state.trial().isEmpty()) {
                // An end of this process broke it off, and nothing has started since.
                back("failed", true);
            }
            Optional<MachineSettings> before = state.settings();
            MachineSettings merged = SettingsFiles.merged(wanted,
                    before.map(MachineSettings::network).orElse(MachineSettings.Network.UNCHANGED));
            if (before.filter(merged::equals).isPresent()) {
                return result(false);
            }
            if (isOnTrial()) {
                throw new Refused("trial_running", "Another change of the network waits to be kept. Keep it or undo it,"
                        + " then change more.");
            }
            Map<String, Content> after = SettingsFiles.of(merged,
                    wanted.network().mode() != MachineSettings.Mode.UNCHANGED);
            change(after, within);
            return result(true);
        });
    }

    private boolean isOnTrial() {
        return Files.exists(files.at(AgentState.TRIAL));
    }

    private ObjectNode result(boolean changed) {
        ObjectNode result = JsonNodeFactory.instance.objectNode().put("changed", changed);
        state.trial().ifPresent(trial -> result.putObject("trial").put("id", trial.id())
                .put("until", trial.until().toString()));
        return result;
    }

    private void change(Map<String, Content> after, Duration within) throws IOException, InterruptedException {
        Map<String, Content> before = new LinkedHashMap<>();
        for (Map.Entry<String, Content> file : after.entrySet()) {
            Content now = files.read(file.getKey());
            if (!now.equals(file.getValue())) {
                before.put(file.getKey(), now);
            }
        }
        boolean network = before.keySet().stream().anyMatch(NetworkFiles.ALL::contains);
        String id = ids.get();
        Instant now = clock.instant();
        files.put(AgentState.TRIAL, new Content.Text(trial(id, now, before, network ? now.plus(within) : null)));
        try {
            if (network) {
                activation.arm(id, within);
            }
            for (String path : before.keySet()) {
                files.put(path, Objects.requireNonNull(after.get(path)));
            }
            activation.now(before.keySet());
        } catch (IOException | RuntimeException e) {
            back("failed", true);
            throw e;
        }
        if (network) {
            activation.network(before, () -> undo(id, "failed"));
        } else {
            files.put(AgentState.TRIAL, new Content.Nothing());
        }
    }

    private static String trial(String id, Instant begun, Map<String, Content> before, @Nullable Instant until) {
        ObjectNode trial = JsonNodeFactory.instance.objectNode().put("id", id)
                .put("begun", begun.toString()).put("until", until == null ? null : until.toString());
        ObjectNode paths = trial.putObject("before");
        before.forEach((path, content) -> paths.set(path, content.tree()));
        return Json.text(trial) + "\n";
    }

    /** Keeps what is on trial. */
    ObjectNode keep() throws Refused, IOException, InterruptedException {
        return alone(() -> {
            Trial trial = running();
            if (isYoung()) {
                throw new Refused("trial_too_young", "The change comes into force this moment. Keep it when you reached"
                        + " the box over its new network.");
            }
            files.put(AgentState.UNDONE, new Content.Nothing());
            files.put(AgentState.TRIAL, new Content.Nothing());
            activation.disarm(trial.id());
            return result(true);
        });
    }

    /** Whoever kept it now, would do so over the network of before. */
    private boolean isYoung() throws IOException {
        Duration age = Duration.between(Instant.parse(Json.trusted(Files.readString(files.at(AgentState.TRIAL)))
                .path("begun").asText()), clock.instant());
        return !age.isNegative() && age.compareTo(IN_FORCE) < 0;
    }

    /** Undoes what is on trial, because somebody asked. */
    ObjectNode undo() throws Refused, IOException, InterruptedException {
        return alone(() -> {
            Trial trial = running();
            back("asked", true);
            activation.disarm(trial.id());
            return result(true);
        });
    }

    private Trial running() throws Refused {
        return state.trial().orElseThrow(() -> new Refused("no_trial",
                "No change of the network waits to be kept" + state.undone()
                        .map(undone -> "; the last one was undone at " + undone.at()).orElse("") + "."));
    }

    /** Undoes what is on trial, if it still is that one. */
    void undo(String id, String reason) throws IOException, InterruptedException {
        try {
            alone(() -> {
                if (state.trial().filter(trial -> trial.id().equals(id)).isPresent()) {
                    back(reason, true);
                }
                return true;
            });
        } catch (Refused e) {
            throw new IllegalStateException(e);
        }
    }

    /** The box starts: what nobody kept, or what was never finished, is undone before the network comes up. */
    void undoAtStart() throws IOException, InterruptedException {
        try {
            alone(() -> {
                back("restart", false);
                return true;
            });
        } catch (Refused e) {
            throw new IllegalStateException(e);
        }
    }

    /** May be cut at any place and begun again: what was is known until all of it is back. */
    private void back(String reason, boolean activate) throws IOException, InterruptedException {
        if (!isOnTrial()) {
            return;
        }
        JsonNode trial = Json.trusted(Files.readString(files.at(AgentState.TRIAL)));
        Map<String, Content> here = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> file : trial.path("before").properties()) {
            here.put(file.getKey(), files.read(file.getKey()));
            files.put(file.getKey(), Content.of(file.getValue()));
        }
        if (trial.hasNonNull("until")) {
            ObjectNode undone = JsonNodeFactory.instance.objectNode().put("id", trial.path("id").asText())
                    .put("at", clock.instant().toString()).put("reason", reason);
            files.put(AgentState.UNDONE, new Content.Text(Json.text(undone) + "\n"));
        }
        files.put(AgentState.TRIAL, new Content.Nothing());
        LOG.log(System.Logger.Level.WARNING, "A change of the machine was undone: {0}", reason);
        activation.now(here.keySet());
        if (activate && here.keySet().stream().anyMatch(NetworkFiles.ALL::contains)) {
            activation.networkBack(here);
        }
    }
}
