package org.gatehouse.machine.layers;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.governance.form.Json;
import org.gatehouse.governance.form.Reading;
import org.gatehouse.machine.agent.Refused;

/**
 * What a layer says of itself, from inside of its image. Immutable.
 *
 * @param kernel the very version that it was built for; empty for any
 * @param layers the others that it wants
 */
record Layer(String name, String version, String kernel, List<String> layers) {
    /** What it may be called: its name and its version become names of files. */
    static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,40}");
    private static final Pattern VERSION = Pattern.compile("[0-9A-Za-z][0-9A-Za-z.+~-]{0,60}");
    private static final String FILE = "gatehouse-layer_%s_%s";

    Layer {
        layers = List.copyOf(layers);
    }

    /** Reads the text that an image holds of itself. */
    static Layer read(byte[] text) throws Refused {
        if (!(Json.parse(text) instanceof Reading.Whole<JsonNode>(JsonNode told))) {
            throw LayerImages.damaged("it does not say which layer it is");
        }
        String name = told.path("name").asText();
        String version = told.path("version").asText();
        if (!NAME.matcher(name).matches() || !VERSION.matcher(version).matches()) {
            throw LayerImages.damaged("it has no name or no version");
        }
        List<String> others = new ArrayList<>();
        told.path("needs").path("layers").forEach(one -> others.add(one.asText()));
        return new Layer(name, version, told.path("needs").path("kernel").asText(), others);
    }

    /** The same text again. */
    byte[] text() {
        ObjectNode told = JsonNodeFactory.instance.objectNode().put("name", name).put("version", version);
        ObjectNode needs = told.putObject("needs").put("kernel", kernel);
        layers.forEach(needs.putArray("layers")::add);
        return Json.text(told).getBytes(StandardCharsets.UTF_8);
    }

    /** The file that its image lies in. */
    String image() {
        return FILE.formatted(name, version) + ".raw";
    }

    /** Beside it: what it said of itself when its signature was checked. */
    String said() {
        return FILE.formatted(name, version) + ".json";
    }

    @Override
    public String toString() {
        return name + " " + version;
    }
}
