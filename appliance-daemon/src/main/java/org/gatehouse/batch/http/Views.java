package org.gatehouse.batch.http;

import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.batch.Batch;
import org.gatehouse.batch.LineProblem;
import org.gatehouse.batch.PublicIds;
import org.gatehouse.batch.StoredFile;

/** Files and batches as OpenAI's clients know them. Stateless. */
final class Views {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String OBJECT = "object";

    private Views() {}

    static ObjectNode file(StoredFile file) {
        return JSON.objectNode().put("id", file.publicId()).put(OBJECT, "file").put("bytes", file.bytes())
                .put("created_at", file.createdAt().getEpochSecond())
                .put("expires_at", file.expiresAt().getEpochSecond()).put("filename", file.name())
                .put("purpose", file.purpose().word()).put("status", "processed").putNull("status_details");
    }

    static ObjectNode deleted(StoredFile file) {
        return JSON.objectNode().put("id", file.publicId()).put(OBJECT, "file").put("deleted", true);
    }

    static ObjectNode batch(Batch batch) {
        ObjectNode view = JSON.objectNode().put("id", batch.publicId()).put(OBJECT, "batch")
                .put("endpoint", batch.endpoint().path());
        view.set("errors", errors(batch.problems()));
        view.put("input_file_id", PublicIds.FILE.write(batch.inputFile())).put("completion_window", BatchForm.WINDOW)
                .put("status", batch.state().word())
                .put("output_file_id", batch.hasOutput() ? PublicIds.FILE.write(batch.outputFile()) : null)
                .put("error_file_id", batch.hasErrors() ? PublicIds.FILE.write(batch.errorFile()) : null)
                .put("created_at", batch.createdAt().getEpochSecond());
        time(view, "in_progress_at", batch.beganAt());
        view.put("expires_at", batch.expiresAt().getEpochSecond());
        time(view, "finalizing_at", batch.finalizingAt());
        time(view, "completed_at", batch.state() == Batch.State.COMPLETED ? batch.endedAt() : null);
        time(view, "failed_at", batch.state() == Batch.State.FAILED ? batch.endedAt() : null);
        time(view, "expired_at", batch.state() == Batch.State.EXPIRED ? batch.endedAt() : null);
        time(view, "cancelling_at", batch.cancellingAt());
        time(view, "cancelled_at", batch.state() == Batch.State.CANCELLED ? batch.endedAt() : null);
        view.putObject("request_counts").put("total", batch.counts().total())
                .put("completed", batch.counts().completed()).put("failed", batch.counts().failed());
        if (batch.metadata().isEmpty()) {
            view.putNull("metadata");
        } else {
            ObjectNode metadata = view.putObject("metadata");
            new TreeMap<>(batch.metadata()).forEach(metadata::put);
        }
        return view;
    }

    private static @Nullable ObjectNode errors(List<LineProblem> problems) {
        if (problems.isEmpty()) {
            return null;
        }
        ObjectNode errors = JSON.objectNode().put(OBJECT, "list");
        ArrayNode data = errors.putArray("data");
        for (LineProblem problem : problems) {
            data.addObject().put("code", problem.code()).put("message", problem.message())
                    .put("param", problem.param()).put("line", problem.line());
        }
        return errors;
    }

    private static void time(ObjectNode view, String name, @Nullable Instant time) {
        if (time == null) {
            view.putNull(name);
        } else {
            view.put(name, time.getEpochSecond());
        }
    }

    /**
     * A piece of a list.
     *
     * @param found with one more than fits into the piece, when there are more
     */
    static <T> ObjectNode list(List<T> found, int limit, Function<T, ObjectNode> view) {
        List<ObjectNode> shown = found.stream().limit(limit).map(view).toList();
        ObjectNode list = JSON.objectNode().put(OBJECT, "list");
        list.putArray("data").addAll(shown);
        list.put("first_id", shown.isEmpty() ? null : shown.getFirst().get("id").asText());
        list.put("last_id", shown.isEmpty() ? null : shown.getLast().get("id").asText());
        return list.put("has_more", found.size() > limit);
    }
}
