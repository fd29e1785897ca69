package org.gatehouse.machine.layers;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.Json;
import org.gatehouse.machine.agent.AgentClient;
import org.gatehouse.machine.agent.Progress;
import org.gatehouse.machine.agent.Refused;
import org.gatehouse.machine.layers.LayersState.CheckedLayer;
import org.gatehouse.machine.layers.LayersState.LayerFile;
import org.gatehouse.machine.layers.LayersState.LayerMedia;
import org.gatehouse.machine.layers.LayersState.LayerMedium;
import org.gatehouse.machine.layers.LayersState.LayerView;
import org.gatehouse.machine.update.Arrivals;
import org.gatehouse.machine.update.Fetch;
import org.gatehouse.machine.update.Media;

/**
 * Receives vendors' layers and has them kept, one thing at a time. What is mounted changes when the box starts again.
 * Thread-safe.
 */
public final class Layers {
    /** An engine with its libraries has ten gigabytes or so. */
    public static final long LARGEST = 64L << 30;

    private final AgentClient agent;
    private final Arrivals arrivals;
    private final Arrivals.Told told;

    /**
     * Of this box.
     *
     * @param folder of the daemon's own, where what is received lies
     */
    public Layers(AgentClient agent, Path folder, Fetch fetch, Arrivals.Told told, Clock clock) {
        this.agent = agent;
        this.told = told;
        this.arrivals = new Arrivals(folder.resolve("incoming.raw"), "layer", LARGEST, fetch, told, clock);
    }

    /** How the box stands; asks the agent, which takes a second when it has to start. */
    public LayersState state() throws Refused, IOException {
        if (!agent.present()) {
            return LayersState.unsupported();
        }
        ObjectNode state = agent.ask("layers.state", object(), Progress.NONE);
        List<LayerView> layers = new ArrayList<>();
        for (JsonNode one : state.path("layers")) {
            layers.add(new LayerView(one.path("name").asText(), text(one, "version"), text(one, "mounted"),
                    text(one, "before"), text(one, "kernel"), words(one.path("layers")),
                    one.has("bytes") ? (Long) one.path("bytes").asLong() : null, text(one, "code"),
                    text(one, "message")));
        }
        return new LayersState(true, text(state, "kernel"), layers, arrivals.bytes(), arrivals.work(),
                arrivals.trouble());
    }

    /** Takes the next part of a layer; see {@link Arrivals#receive}. */
    public long receive(long offset, byte[] part) throws Refused, IOException {
        requireSupported();
        return arrivals.receive(offset, part);
    }

    /** Throws away what was received. */
    public void discard() throws Refused, IOException {
        arrivals.discard();
    }

    /** Begins to fetch a layer from an address. */
    public void download(URI address, boolean privateAllowed) throws Refused {
        requireSupported();
        arrivals.download(address, privateAllowed);
    }

    /** What looks like a layer on what was plugged in, and what can't be read. */
    public LayerMedia media() throws Refused, IOException {
        requireSupported();
        ObjectNode plugged = agent.ask("layers.media", object(), Progress.NONE);
        List<LayerFile> found = new ArrayList<>();
        for (JsonNode one : plugged.path("files")) {
            found.add(new LayerFile(one.path("device").asText(), one.path("file").asText(),
                    one.path("bytes").asLong()));
        }
        return new LayerMedia(found, Media.unreadable(plugged));
    }

    /** Checks all of a layer: the one that was received, or one on a medium. Takes a second for each few hundred megabytes. */
    public CheckedLayer check(@Nullable LayerMedium medium) throws Refused, IOException {
        requireSupported();
        arrivals.requireIdle();
        return checked(agent.ask("layers.check", source(medium), Progress.NONE));
    }

    /**
     * Begins to install a layer.
     *
     * @param restart whether the box starts anew when it is kept; otherwise the next start mounts it
     */
    public void install(@Nullable LayerMedium medium, boolean restart) throws Refused {
        requireSupported();
        arrivals.begin("install", "Beginning", () -> {
            ObjectNode layer = agent.ask("layers.install", source(medium), arrivals::at);
            if (medium == null) {
                arrivals.used();
            }
            told.ended("install", layer.path("name").asText(), layer.put("restart", restart));
            restartIf(restart);
        });
    }

    /** Has starts mount the version of this name that was in use before. */
    public CheckedLayer goBack(String name, boolean restart) throws Refused, IOException {
        return changed("layers.return", name, restart);
    }

    /** Has starts mount none of this name, and deletes it. */
    public void remove(String name, boolean restart) throws Refused, IOException {
        changed("layers.remove", name, restart);
    }

    private CheckedLayer changed(String verb, String name, boolean restart) throws Refused, IOException {
        requireSupported();
        arrivals.requireIdle();
        ObjectNode layer = agent.ask(verb, object().put("name", name), Progress.NONE);
        restartIf(restart);
        return checked(layer);
    }

    private void restartIf(boolean wanted) throws Refused, IOException {
        if (wanted) {
            agent.ask("power.restart", object(), Progress.NONE);
        }
    }

    private static CheckedLayer checked(JsonNode one) {
        return new CheckedLayer(one.path("name").asText(), one.path("version").asText(), text(one, "kernel"),
                words(one.path("layers")));
    }

    private void requireSupported() throws Refused {
        if (!agent.present()) {
            throw new Refused("not_an_appliance", "This machine's operating system is not the appliance's, so it has no"
                    + " layers. Install the vendor's part the way that system wants it.");
        }
    }

    private static ObjectNode source(@Nullable LayerMedium medium) {
        ObjectNode asked = object();
        if (medium != null) {
            asked.set("medium", Json.tree(medium));
        }
        return asked;
    }

    private static @Nullable String text(JsonNode one, String member) {
        String text = one.path(member).asText();
        return text.isEmpty() ? null : text;
    }

    private static List<String> words(JsonNode list) {
        List<String> words = new ArrayList<>();
        list.forEach(one -> words.add(one.asText()));
        return words;
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
