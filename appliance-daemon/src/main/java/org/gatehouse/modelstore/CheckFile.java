package org.gatehouse.modelstore;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;

import org.gatehouse.governance.form.About;
import org.gatehouse.governance.form.Json;
import org.gatehouse.governance.form.Reading;

/**
 * The last check of each model, kept beside the models over restarts. What is lost with the file is when a model was looked at, nothing
 * else. Not thread-safe.
 */
final class CheckFile {
    private static final System.Logger LOG = System.getLogger(CheckFile.class.getName());
    private final Path file;

    CheckFile(Path file) {
        this.file = file;
    }

    /** The whole of the file. */
    record Kept(@About("By the model's id.") Map<String, ModelCheck> checks) {}

    Map<String, ModelCheck> read() {
        try {
            if (Files.exists(file)
                    && Json.parse(Files.readAllBytes(file)) instanceof Reading.Whole<JsonNode>(JsonNode tree)
                    && Json.read(tree, Kept.class) instanceof Reading.Whole<Kept>(Kept kept)) {
                return new LinkedHashMap<>(kept.checks());
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "When models were verified is not known: " + file
                    + " cannot be read. Verify them again.", e);
        }
        return new LinkedHashMap<>();
    }

    void write(Map<String, ModelCheck> checks) {
        try {
            Path fresh = file.resolveSibling(file.getFileName() + ".fresh");
            Files.write(fresh, Json.bytes(Json.tree(new Kept(checks))));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "When models were verified cannot be kept in " + file
                    + ". Check the store's disk.", e);
        }
    }
}
