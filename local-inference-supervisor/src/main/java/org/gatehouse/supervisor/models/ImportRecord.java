package org.gatehouse.supervisor.models;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of an import while it is under way, so that another run of the program can take it up.
 *
 * @param plan {@code null} while the source has not been looked at
 * @param outcome how it stands: interrupted (which is also what a running one looks like), paused, or failed
 */
record ImportRecord(String id, ImportWish wish, @Nullable ImportPlan plan, ImportOutcome outcome) {
    private static final String FORMAT = "gatehouse-model-import-1";
    private static final ObjectMapper JSON = new ObjectMapper();

    ImportRecord with(ImportPlan made) {
        return new ImportRecord(id, wish, made, outcome);
    }

    ImportRecord with(ImportOutcome changed) {
        return new ImportRecord(id, wish, plan, changed);
    }

    void write(Path file) throws IOException {
        ObjectNode root = JSON.createObjectNode().put("format", FORMAT).put("id", id).put("name", wish.name())
                .put("by", wish.by()).put("pickles", wish.content().pickles().name())
                .put("code", wish.content().code().name());
        root.set("only", JSON.valueToTree(wish.only()));
        root.set("except", JSON.valueToTree(wish.except()));
        ObjectNode source = root.putObject("source");
        switch (wish.source()) {
            case ModelSource.Directory(Path path, ModelSource.Placement placement) ->
                source.put("kind", "directory").put("path", path.toString()).put("placement", placement.name());
            case ModelSource.Archive(Path path) -> source.put("kind", "archive").put("path", path.toString());
            case ModelSource.Hub hub -> source.put("kind", "hub").put("hub", hub.hub())
                    .put("repository", hub.repository()).put("revision", hub.revision());
        }
        switch (outcome) {
            case ImportOutcome.Paused _ -> root.put("status", "paused");
            case ImportOutcome.Failed(ImportProblem problem) -> root.put("status", "failed").put("kind", problem.kind())
                    .put("message", problem.message()).put("resumable", problem.resumable());
            default -> root.put("status", "running");
        }
        if (plan != null) {
            root.set("plan", JSON.valueToTree(plan));
        }
        Durable.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root));
    }

    /**
     * Reads it back.
     *
     * @throws IOException when it is damaged or of another format
     */
    static ImportRecord read(Path file) throws IOException {
        JsonNode root = JSON.readTree(Files.readAllBytes(file));
        if (!root.path("format").asText().equals(FORMAT)) {
            throw new IOException(file + " is not a record of an import");
        }
        try {
            ContentPolicy content = new ContentPolicy(
                    ContentPolicy.Handling.valueOf(root.path("pickles").asText()),
                    ContentPolicy.Handling.valueOf(root.path("code").asText()));
            ImportWish wish = new ImportWish(root.path("name").asText(), source(root.path("source")),
                    root.path("by").asText(), content, texts(root.path("only")), texts(root.path("except")));
            ImportOutcome outcome = switch (root.path("status").asText()) {
                case "paused" -> new ImportOutcome.Paused();
                case "failed" -> new ImportOutcome.Failed(new ImportProblem.Recorded(root.path("kind").asText(),
                        root.path("message").asText(), root.path("resumable").asBoolean()));
                default -> new ImportOutcome.Interrupted();
            };
            ImportPlan plan = root.has("plan") ? JSON.treeToValue(root.get("plan"), ImportPlan.class) : null;
            return new ImportRecord(root.path("id").asText(), wish, plan, outcome);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " is damaged", e);
        }
    }

    private static ModelSource source(JsonNode node) {
        Path path = Path.of(node.path("path").asText());
        return switch (node.path("kind").asText()) {
            case "directory" -> new ModelSource.Directory(path,
                    ModelSource.Placement.valueOf(node.path("placement").asText()));
            case "archive" -> new ModelSource.Archive(path);
            case "hub" -> new ModelSource.Hub(node.path("hub").asText(), node.path("repository").asText(),
                    node.path("revision").asText());
            default -> throw new IllegalArgumentException("an unknown kind of source");
        };
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
