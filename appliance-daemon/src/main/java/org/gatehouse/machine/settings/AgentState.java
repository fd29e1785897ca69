package org.gatehouse.machine.settings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;

import org.gatehouse.governance.form.Json;
import org.gatehouse.machine.MachineSettings;
import org.gatehouse.machine.SystemChanges.Trial;
import org.gatehouse.machine.SystemChanges.Undone;

/** What the agent wrote down for the daemon: everybody may read it, only root writes it. Immutable. */
public record AgentState(Path root) {
    /** Below the root. */
    static final String FOLDER = "var/lib/gatehouse-agent/";
    /** There while a change may still be undone by itself. */
    static final String TRIAL = FOLDER + "trial.json";
    static final String UNDONE = FOLDER + "undone.json";

    /** What was asked for last and is in force, on trial or for good. */
    public Optional<MachineSettings> settings() {
        return file(SettingsFiles.SETTINGS).map(tree -> Json.trusted(Json.text(tree), MachineSettings.class));
    }

    /** The change that is on trial. */
    public Optional<Trial> trial() {
        return file(TRIAL).filter(tree -> tree.hasNonNull("until"))
                .map(tree -> new Trial(tree.path("id").asText(), Instant.parse(tree.path("until").asText())));
    }

    /** The last change, if it was undone. */
    public Optional<Undone> undone() {
        return file(UNDONE).map(tree -> new Undone(tree.path("id").asText(), Instant.parse(tree.path("at").asText()),
                tree.path("reason").asText()));
    }

    private Optional<JsonNode> file(String path) {
        try {
            return Optional.of(Json.trusted(Files.readString(root.resolve(path))));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("The agent's " + path + " can't be read", e);
        }
    }
}
