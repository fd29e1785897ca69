package org.gatehouse.machine.layers;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.machine.agent.AgentClient;
import org.gatehouse.machine.agent.Progress;
import org.gatehouse.machine.agent.Refused;
import org.gatehouse.machine.layers.LayersState.CheckedLayer;
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

    /**
     * Of this box.
     *
     * @param folder of the daemon's own, where what is received lies
     */
    public Layers(AgentClient agent, Path folder, Fetch fetch, Arrivals.Told told, Clock clock) {
        this.agent = agent;
        this.arrivals = new Arrivals(agent, folder.resolve("incoming.raw"), "layer", LARGEST, fetch, told, clock);
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

    /** The layer that is received, and what is done with it. */
    public Arrivals arrivals() {
        return arrivals;
    }

    /** What looks like a layer on what was plugged in, and what can't be read. */
    public LayerMedia media() throws Refused, IOException {
        ObjectNode plugged = arrivals.ask("layers.media", object());
        return new LayerMedia(Media.files(plugged.path("files")), Media.unreadable(plugged));
    }

    /** Checks all of a layer: the one that was received, or one on a medium. Takes a second for each few hundred megabytes. */
    public CheckedLayer check(@Nullable LayerMedium medium) throws Refused, IOException {
        return checked(arrivals.ask("layers.check", Arrivals.source(medium)));
    }

    /**
     * Begins to install a layer.
     *
     * @param restart whether the box starts anew when it is kept; otherwise the next start mounts it
     */
    public void install(@Nullable LayerMedium medium, boolean restart) throws Refused {
        arrivals.install("layers.install", Arrivals.source(medium), "name", restart);
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
        ObjectNode layer = arrivals.ask(verb, object().put("name", name));
        arrivals.restartIf(restart);
        return checked(layer);
    }

    private static CheckedLayer checked(JsonNode one) {
        return new CheckedLayer(one.path("name").asText(), one.path("version").asText(), text(one, "kernel"),
                words(one.path("layers")));
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
