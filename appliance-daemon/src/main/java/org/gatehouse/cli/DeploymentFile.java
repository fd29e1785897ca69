package org.gatehouse.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;

/**
 * Deployments in a file, YAML or JSON: one, a list of them, several documents, or a declaration with a section of them.
 * Stateless.
 */
final class DeploymentFile {
    private static final ObjectMapper YAML = new ObjectMapper(
            YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build());

    private DeploymentFile() {}

    /** The drafts in it, at least one, each of a name of its own; whether they are right is the box's to say. */
    static List<ObjectNode> read(String file) {
        List<ObjectNode> drafts = new ArrayList<>();
        for (JsonNode document : documents(file)) {
            JsonNode section = document.path("deployments");
            if (!section.isMissingNode()) {
                document.fieldNames().forEachRemaining(name -> {
                    if (!name.equals("deployments") && !name.equals("apiVersion")) {
                        throw new CommandFailed(file + " declares " + name + " too. Use 'gatehouse apply -f' for it.");
                    }
                });
                collect(file, section, drafts);
            } else {
                collect(file, document, drafts);
            }
        }
        if (drafts.isEmpty()) {
            throw wrong(file);
        }
        Set<String> names = new HashSet<>();
        for (ObjectNode draft : drafts) {
            if (!names.add(draft.get("name").asText())) {
                throw new CommandFailed(file + " holds the deployment " + draft.get("name").asText()
                        + " twice. Name each once.");
            }
        }
        return drafts;
    }

    private static void collect(String file, JsonNode tree, List<ObjectNode> drafts) {
        if (tree.isArray()) {
            tree.forEach(one -> collect(file, one, drafts));
        } else if (tree instanceof ObjectNode draft && draft.path("name").isTextual()) {
            drafts.add(draft);
        } else {
            throw wrong(file);
        }
    }

    private static CommandFailed wrong(String file) {
        return new CommandFailed(file + " holds no deployment; write name, publicName and model of each.");
    }

    private static List<JsonNode> documents(String file) {
        try {
            byte[] text = "-".equals(file) ? System.in.readAllBytes() : Files.readAllBytes(Path.of(file));
            try (MappingIterator<JsonNode> documents = YAML.readerFor(JsonNode.class).readValues(text)) {
                return documents.readAll();
            }
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null ? "" : " at line " + e.getLocation().getLineNr();
            throw new CommandFailed(file + " is not valid YAML" + where + ": " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new CommandFailed(file + " can't be read: " + e.getMessage() + ". Name another file with -f.", e);
        }
    }
}
