package org.gatehouse.machine.layers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.machine.agent.Programs;
import org.gatehouse.machine.agent.Progress;
import org.gatehouse.machine.agent.Refused;
import org.gatehouse.machine.agent.Verb;
import org.gatehouse.machine.slots.Layout;
import org.gatehouse.machine.slots.Media;
import org.gatehouse.machine.slots.OwnCopy;

/** What the agent does about layers: see {@link #all}. What is mounted changes with the next start alone. */
public final class LayerVerbs {
    private static final OwnCopy LAYER = new OwnCopy("layer", "no_layer_file", Layers.LARGEST);

    private final LayerPlaces places;
    private final LayerImages images;
    private final Shelf shelf;
    private final Media media;

    LayerVerbs(LayerPlaces places, Media media, Programs programs) {
        this.places = places;
        this.images = new LayerImages(places, programs);
        this.shelf = new Shelf(places);
        this.media = media;
    }

    /** Those of a machine. */
    public static LayerVerbs of(Path root, Path mountPlace, Programs programs) {
        return new LayerVerbs(LayerPlaces.under(root),
                new Media(Layout.under(root), programs, mountPlace, "raw"), programs);
    }

    /**
     * {@code layers.state}: what is kept, what is mounted, and why something is not. {@code layers.media}: images on what was
     * plugged in. {@code layers.check}: whether one may be installed. {@code layers.install}: kept, and mounted by the next
     * start. {@code layers.return}: the version of a name that was in use before. {@code layers.remove}: a name is forgotten.
     */
    public List<Verb> all() {
        return List.of(Verb.looking("layers.state", (_, _) -> state()),
                Verb.changing("layers.media", (_, _) -> media()),
                Verb.changing("layers.check", (asked, progress) -> checked(asked, progress, false)),
                Verb.changing("layers.install", (asked, progress) -> checked(asked, progress, true)),
                Verb.changing("layers.return", (asked, _) -> goBack(asked.path("name").asText())),
                Verb.changing("layers.remove", (asked, _) -> remove(asked.path("name").asText())));
    }

    /** Those kept that a release with this kernel would leave out. */
    public List<String> misfits(String kernel) throws IOException {
        return shelf.all().stream().map(Shelf.Kept::chosen)
                .filter(layer -> !layer.kernel().isEmpty() && !layer.kernel().equals(kernel)).map(Layer::toString)
                .toList();
    }

    private ObjectNode state() throws IOException {
        Map<String, JsonNode> outcome = LayerMounting.outcome(places);
        ObjectNode state = object().put("kernel", Files.readString(places.kernelRelease()).strip());
        ArrayNode list = state.putArray("layers");
        for (Shelf.Kept kept : shelf.all()) {
            ObjectNode one = told(list.addObject(), kept.chosen());
            kept.before().ifPresent(before -> one.put("before", before.version()));
            one.put("bytes", Files.size(shelf.image(kept.chosen())));
            Optional.ofNullable(outcome.remove(kept.chosen().name())).ifPresent(then -> outcome(one, then));
        }
        // Removed, and in use until the box starts again.
        outcome.forEach((name, then) -> {
            if (then.has("version")) {
                outcome(list.addObject().put("name", name), then);
            }
        });
        return state;
    }

    private static void outcome(ObjectNode one, JsonNode then) {
        if (then.has("version")) {
            one.put("mounted", then.path("version").asText());
        } else {
            one.put("code", then.path("code").asText()).put("message", then.path("message").asText());
        }
    }

    private static ObjectNode told(ObjectNode one, Layer layer) {
        one.put("name", layer.name()).put("version", layer.version()).put("kernel", layer.kernel());
        layer.layers().forEach(one.putArray("layers")::add);
        return one;
    }

    private ObjectNode media() throws IOException, InterruptedException {
        return media.look().told("files");
    }

    private ObjectNode checked(JsonNode asked, Progress progress, boolean keep)
            throws Refused, IOException, InterruptedException {
        JsonNode medium = asked.path("medium");
        Media.Use<Layer> use = file -> take(file, progress, keep);
        Layer layer = medium.isObject()
                ? media.use(medium.path("device").asText(), medium.path("file").asText(), use)
                : use.of(places.received());
        return told(object(), layer);
    }

    private Layer take(Path source, Progress progress, boolean keep)
            throws Refused, IOException, InterruptedException {
        Files.createDirectories(places.kept());
        Files.deleteIfExists(places.incoming());
        try {
            progress.at("Copying", 0);
            long bytes = LAYER.take(source, places.incoming());
            progress.at("Checking the signature", 40);
            Layer layer = images.check(places.incoming(),
                    done -> progress.at("Checking each block", (int) (45 + 50 * done / Math.max(1, bytes))));
            requireUse(layer);
            if (keep) {
                progress.at("Keeping it", 95);
                shelf.take(places.incoming(), layer);
            }
            return layer;
        } finally {
            Files.deleteIfExists(places.incoming());
        }
    }

    /** It is of use on this box, as it is now. */
    private void requireUse(Layer layer) throws Refused, IOException {
        LayerMounting.requireKernel(places, layer);
        Optional<Shelf.Kept> kept = shelf.of(layer.name());
        if (kept.isPresent() && kept.get().chosen().version().equals(layer.version())) {
            throw new Refused("layer_same", "The layer " + layer + " is there already. Nothing was changed.");
        }
        for (String other : layer.layers()) {
            if (shelf.of(other).isEmpty()) {
                throw new Refused("layer_needs_another", "The layer " + layer + " needs the layer " + other
                        + ", which is not on this box. Install that one first.");
            }
        }
    }

    private ObjectNode goBack(String name) throws Refused, IOException {
        Shelf.Kept kept = shelf.of(name).orElseThrow(() -> Shelf.unknown(name));
        Layer before = kept.before().orElseThrow(() -> new Refused("no_version_before",
                "There is no other version of the layer " + name + " on the box, so there is nothing to go back to."));
        LayerMounting.requireKernel(places, before);
        shelf.choose(before);
        return told(object(), before);
    }

    private ObjectNode remove(String name) throws Refused, IOException {
        for (Shelf.Kept other : shelf.all()) {
            if (other.chosen().layers().contains(name)) {
                throw new Refused("needed_by_another", "The layer " + other.chosen() + " needs the layer " + name
                        + ". Remove that one first.");
            }
        }
        shelf.remove(name);
        return object().put("name", name);
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
