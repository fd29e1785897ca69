package org.gatehouse.machine.layers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.governance.form.Json;
import org.gatehouse.machine.agent.Programs;
import org.gatehouse.machine.agent.Refused;

/**
 * What a start makes of the layers, before the gateway: each is mounted below its name, its {@code start} is run, its
 * programs and libraries are put where the gateway finds them. One that is refused is left out, and the box starts without
 * it. One use, one thread.
 */
public final class LayerMounting {
    private static final System.Logger LOG = System.getLogger(LayerMounting.class.getName());
    private static final Duration LONGEST_START = Duration.ofMinutes(5);
    private static final String USUAL_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin";
    /** Where people and drop-ins find a layer: a link of the base to where they are mounted. */
    private static final String HOME = "/opt/gatehouse/layers/";

    private final LayerPlaces places;
    private final LayerImages images;
    private final Shelf shelf;
    private final Programs programs;
    private final Map<String, Layer> mounted = new TreeMap<>();
    private final Map<String, Refused> refused = new TreeMap<>();

    LayerMounting(LayerPlaces places, Programs programs) {
        this.places = places;
        this.images = new LayerImages(places, programs);
        this.shelf = new Shelf(places);
        this.programs = programs;
    }

    /** Of this machine. */
    public static LayerMounting ofAppliance(Programs programs) {
        return new LayerMounting(LayerPlaces.under(Path.of("/")), programs);
    }

    /** Mounts all that can be, and writes down what became of each. */
    public void run() throws IOException, InterruptedException {
        Files.createDirectories(places.mounted());
        for (Shelf.Kept kept : shelf.all()) {
            Layer layer = kept.chosen();
            try {
                mount(layer);
                mounted.put(layer.name(), layer);
            } catch (Refused e) {
                refused.put(layer.name(), e);
            }
        }
        List<Layer> started = start();
        dropIns(started);
        ObjectNode outcome = JsonNodeFactory.instance.objectNode();
        started.forEach(layer -> outcome.putObject(layer.name()).put("version", layer.version()));
        refused.forEach((name, why) -> {
            LOG.log(System.Logger.Level.ERROR, "The layer {0} is left out: {1}", name, why.message());
            outcome.putObject(name).put("code", why.code()).put("message", why.message());
        });
        Files.writeString(places.outcome(), Json.text(outcome));
    }

    /** What the last start made of them: by name a version, or a code with a message. */
    static Map<String, JsonNode> outcome(LayerPlaces places) throws IOException {
        Map<String, JsonNode> outcome = new LinkedHashMap<>();
        if (Files.exists(places.outcome())) {
            Json.trusted(Files.readString(places.outcome())).properties()
                    .forEach(one -> outcome.put(one.getKey(), one.getValue()));
        }
        return outcome;
    }

    private void mount(Layer layer) throws Refused, IOException, InterruptedException {
        requireKernel(places, layer);
        Path at = places.mounted().resolve(layer.name());
        images.mount(shelf.image(layer), at);
        if (!images.self(at).equals(layer)) {
            images.unmount(at);
            throw LayerImages.damaged("it is another one than was installed");
        }
    }

    /** A driver for another kernel would not load, or worse. */
    static void requireKernel(LayerPlaces places, Layer layer) throws Refused, IOException {
        String running = Files.readString(places.kernelRelease()).strip();
        if (!layer.kernel().isEmpty() && !layer.kernel().equals(running)) {
            throw new Refused("layer_for_another_kernel", "The layer " + layer + " was made for the kernel "
                    + layer.kernel() + ", and this release has " + running
                    + ". Install the layer that was made for this release.");
        }
    }

    /** Those that need others after these; whose needs are not met is taken away again. */
    private List<Layer> start() throws IOException, InterruptedException {
        List<Layer> started = new ArrayList<>();
        boolean further = true;
        while (further) {
            further = false;
            for (Layer layer : List.copyOf(mounted.values())) {
                if (started.stream().map(Layer::name).toList().containsAll(layer.layers())) {
                    mounted.remove(layer.name());
                    further = true;
                    if (starts(layer)) {
                        started.add(layer);
                    }
                }
            }
        }
        for (Layer layer : mounted.values()) {
            leaveOut(layer, new Refused("layer_needs_another", "The layer " + layer + " needs the layers "
                    + String.join(", ", layer.layers()) + ", and they are not all there. Install them."));
        }
        return started;
    }

    private boolean starts(Layer layer) throws IOException, InterruptedException {
        Path program = places.mounted().resolve(layer.name()).resolve("start");
        if (!Files.isExecutable(program)) {
            return true;
        }
        try {
            programs.must(LONGEST_START, program.toString(), HOME + layer.name());
            return true;
        } catch (IOException e) {
            leaveOut(layer, new Refused("layer_not_started", "The layer " + layer + " could not start: "
                    + e.getMessage() + ". Look whether its hardware is there, or install another version."));
            return false;
        }
    }

    private void leaveOut(Layer layer, Refused why) throws InterruptedException {
        refused.put(layer.name(), why);
        try {
            images.unmount(places.mounted().resolve(layer.name()));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "{0} stays mounted: {1}", layer, e.getMessage());
        }
    }

    /** Programs and libraries of all of them are one variable each; whatever else a layer wants stands in a file of its own. */
    private void dropIns(List<Layer> layers) throws IOException, InterruptedException {
        if (Files.isDirectory(places.dropIns())) {
            try (Stream<Path> old = Files.list(places.dropIns())) {
                for (Path file : old.toList()) {
                    Files.delete(file);
                }
            }
        }
        if (layers.isEmpty()) {
            return;
        }
        Files.createDirectories(places.dropIns());
        StringBuilder common = new StringBuilder("[Service]\n");
        String bin = having(layers, "bin");
        String lib = having(layers, "lib");
        if (!bin.isEmpty()) {
            common.append("Environment=PATH=").append(bin).append(':').append(USUAL_PATH).append('\n');
        }
        if (!lib.isEmpty()) {
            common.append("Environment=LD_LIBRARY_PATH=").append(lib).append('\n');
        }
        Files.writeString(places.dropIns().resolve("40-layers.conf"), common);
        for (Layer layer : layers) {
            Path own = places.mounted().resolve(layer.name()).resolve("gatehouse.conf");
            if (Files.isRegularFile(own)) {
                Files.write(places.dropIns().resolve("50-layer-" + layer.name() + ".conf"), Files.readAllBytes(own));
            }
        }
        programs.must(LONGEST_START, "systemctl", "daemon-reload");
    }

    private String having(List<Layer> layers, String folder) {
        return String.join(":", layers.stream().map(Layer::name)
                .filter(name -> Files.isDirectory(places.mounted().resolve(name).resolve(folder)))
                .map(name -> HOME + name + "/" + folder).toList());
    }
}
