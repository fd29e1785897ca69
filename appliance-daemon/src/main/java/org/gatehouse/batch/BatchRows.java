package org.gatehouse.batch;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

import org.gatehouse.batch.Batch.Counts;
import org.gatehouse.batch.Batch.State;
import org.gatehouse.store.Database;
import org.gatehouse.store.StoreFailure;
import org.gatehouse.store.StoredText;

/** The table of batches. Thread-safe. */
final class BatchRows {
    /** Sixteen of the longest members, all of it escaped, are 56,000. */
    private static final int METADATA_LENGTH = 100_000;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, String>> METADATA = new TypeReference<>() {};
    private static final TypeReference<List<LineProblem>> PROBLEMS = new TypeReference<>() {};
    private static final String ALL = "SELECT * FROM client_batch ";
    private static final String LIVE = "state IN ('validating', 'in_progress', 'finalizing', 'cancelling')";

    private final Database database;

    BatchRows(Database database) {
        this.database = database;
    }

    void insert(Batch batch) {
        database.jdbi().useTransaction(handle -> handle.createUpdate(
                """
                        INSERT INTO client_batch (id, box, project_id, key_id, key_name, client_address, scenario, endpoint,
                            input_file_id, output_file_id, error_file_id, has_output, has_errors, output_seconds, metadata, state,
                            problems, row_count, completed, failed, created_at, expires_at)
                        VALUES (:id, :box, :project, :key, :keyName, :address, :scenario, :endpoint, :input, :output, :errors,
                            :hasOutput, :hasErrors, :seconds, :metadata, :state, :problems, 0, 0, 0, :created, :expires)""")
                .bind("id", batch.id()).bind("box", batch.box()).bind("project", batch.project())
                .bind("key", batch.key()).bind("keyName", StoredText.fit(batch.keyName(), 255))
                .bind("address", batch.address()).bind("scenario", batch.scenario())
                .bind("endpoint", batch.endpoint().path()).bind("input", batch.inputFile())
                .bind("output", batch.outputFile()).bind("errors", batch.errorFile())
                .bind("hasOutput", batch.hasOutput()).bind("hasErrors", batch.hasErrors())
                .bind("seconds", batch.outputKept().toSeconds())
                .bind("metadata", StoredText.fit(write(batch.metadata()), METADATA_LENGTH))
                .bind("state", batch.state().word()).bind("problems", write(batch.problems()))
                .bind("created", Times.bound(batch.createdAt())).bind("expires", Times.bound(batch.expiresAt()))
                .execute());
    }

    /** Stores what changes in a batch's life. */
    static void update(Handle handle, Batch batch) {
        handle.createUpdate(
                """
                        UPDATE client_batch SET has_output = :hasOutput, has_errors = :hasErrors, state = :state,
                            problems = :problems, row_count = :total, completed = :completed, failed = :failed, began_at = :began,
                            cancelling_at = :cancelling, finalizing_at = :finalizing, ended_at = :ended
                        WHERE id = :id""")
                .bind("id", batch.id()).bind("hasOutput", batch.hasOutput())
                .bind("hasErrors", batch.hasErrors()).bind("state", batch.state().word())
                .bind("problems", write(batch.problems())).bind("total", batch.counts().total())
                .bind("completed", batch.counts().completed()).bind("failed", batch.counts().failed())
                .bind("began", Times.bound(batch.beganAt())).bind("cancelling", Times.bound(batch.cancellingAt()))
                .bind("finalizing", Times.bound(batch.finalizingAt())).bind("ended", Times.bound(batch.endedAt()))
                .execute();
    }

    void update(Batch batch) {
        database.jdbi().useTransaction(handle -> update(handle, batch));
    }

    /** Stores a batch's end, with the files that came of it. */
    void end(Batch batch, List<StoredFile> results) {
        database.jdbi().useTransaction(handle -> {
            results.forEach(file -> FileRows.insert(handle, file));
            update(handle, batch);
        });
    }

    Optional<Batch> find(UUID id) {
        return database.jdbi().withHandle(handle -> handle.createQuery(ALL + "WHERE id = :id").bind("id", id)
                .map((row, _) -> read(row)).findOne());
    }

    /**
     * Batches, newest first.
     *
     * @param project whose; {@code null} for all
     * @param after the last one of the piece before; {@code null} for the first piece
     */
    List<Batch> list(@Nullable UUID project, @Nullable State state, @Nullable UUID after, int most) {
        String sql = ALL + "WHERE 1 = 1" + (project == null ? "" : " AND project_id = :project")
                + (state == null ? "" : " AND state = :state") + (after == null ? "" : " AND id < :after")
                + " ORDER BY id DESC FETCH FIRST :most ROWS ONLY";
        return database.jdbi().withHandle(handle -> {
            Query query = handle.createQuery(sql).bind("most", most);
            if (project != null) {
                query.bind("project", project);
            }
            if (state != null) {
                query.bind("state", state.word());
            }
            if (after != null) {
                query.bind("after", after);
            }
            return query.map((row, _) -> read(row)).list();
        });
    }

    /** Those of a box that have not ended, oldest first. */
    List<Batch> live(UUID box) {
        return database.jdbi().withHandle(handle -> handle.createQuery(ALL + "WHERE box = :box AND " + LIVE
                + " ORDER BY id").bind("box", box).map((row, _) -> read(row)).list());
    }

    long liveOf(UUID project) {
        return database.jdbi().withHandle(handle -> handle
                .createQuery("SELECT COUNT(*) FROM client_batch WHERE project_id = :project AND " + LIVE)
                .bind("project", project).mapTo(Long.class).one());
    }

    /** Whether a batch that has not ended reads that file. */
    boolean needs(UUID inputFile) {
        return database.jdbi().withHandle(handle -> handle
                .createQuery("SELECT COUNT(*) FROM client_batch WHERE input_file_id = :file AND " + LIVE)
                .bind("file", inputFile).mapTo(Long.class).one()) > 0;
    }

    /** Removes those of a box that ended before then; says how many. */
    int prune(UUID box, Instant before) {
        return database.jdbi().inTransaction(
                handle -> handle.createUpdate("DELETE FROM client_batch WHERE box = :box AND ended_at < :before")
                        .bind("box", box).bind("before", Times.bound(before)).execute());
    }

    private static String write(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("plain values can be written", e);
        }
    }

    private static Batch read(ResultSet row) throws SQLException {
        try {
            return new Batch(row.getObject("id", UUID.class), row.getObject("box", UUID.class),
                    row.getObject("project_id", UUID.class), row.getObject("key_id", UUID.class),
                    row.getString("key_name"), row.getString("client_address"), row.getString("scenario"),
                    Endpoint.of(row.getString("endpoint")).orElseThrow(), row.getObject("input_file_id", UUID.class),
                    row.getObject("output_file_id", UUID.class), row.getObject("error_file_id", UUID.class),
                    row.getBoolean("has_output"), row.getBoolean("has_errors"),
                    Duration.ofSeconds(row.getLong("output_seconds")),
                    new HashMap<>(JSON.readValue(row.getString("metadata"), METADATA)),
                    State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
                    JSON.readValue(row.getString("problems"), PROBLEMS),
                    new Counts(row.getLong("row_count"), row.getLong("completed"), row.getLong("failed")),
                    Times.known(row, "created_at"), Times.known(row, "expires_at"), Times.read(row, "began_at"),
                    Times.read(row, "cancelling_at"), Times.read(row, "finalizing_at"), Times.read(row, "ended_at"));
        } catch (JsonProcessingException e) {
            throw new StoreFailure("A batch cannot be read: its row was changed. Remove it, or restore a backup.", e);
        }
    }
}
