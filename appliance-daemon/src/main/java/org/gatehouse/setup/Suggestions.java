package org.gatehouse.setup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

import org.gatehouse.governance.form.Json;
import org.gatehouse.governance.form.Reading;

/**
 * Answers to start from, by step, that whoever delivers a box may lay into its data directory. They are shown to whoever
 * sets it up, so they hold no secret that is worth one.
 */
record Suggestions(Path file) {
    private static final System.Logger LOG = System.getLogger(Suggestions.class.getName());
    private static final long LARGEST = 1 << 20;
    private static final String FILE = "setup-suggestions.json";

    static Suggestions in(Path data) {
        return new Suggestions(data.resolve(FILE));
    }

    /** The answer to start from; JSON's null when there is none. */
    JsonNode of(String step) {
        JsonNode none = JsonNodeFactory.instance.nullNode();
        try {
            if (!Files.exists(file) || Files.size(file) > LARGEST) {
                return none;
            }
            return Json.parse(Files.readAllBytes(file)) instanceof Reading.Whole<JsonNode>(JsonNode all)
                    && all.get(step) != null ? all.get(step) : none;
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "The suggestions for the set-up can't be read from " + file + ": "
                    + e.getMessage());
            return none;
        }
    }
}
