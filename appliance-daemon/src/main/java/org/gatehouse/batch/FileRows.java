package org.gatehouse.batch;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

import org.gatehouse.batch.StoredFile.Purpose;
import org.gatehouse.store.Database;

/** The table of files. Thread-safe. */
final class FileRows {
    private static final String ALL = "SELECT * FROM client_file ";

    private final Database database;

    FileRows(Database database) {
        this.database = database;
    }

    /** What a project has. */
    record Sum(long files, long bytes) {}

    static void insert(Handle handle, StoredFile file) {
        handle.createUpdate("""
                INSERT INTO client_file (id, box, project_id, key_id, purpose, name, bytes, created_at, expires_at)
                VALUES (:id, :box, :project, :key, :purpose, :name, :bytes, :created, :expires)""")
                .bind("id", file.id()).bind("box", file.box()).bind("project", file.project()).bind("key", file.key())
                .bind("purpose", file.purpose().word()).bind("name", file.name())
                .bind("bytes", file.bytes()).bind("created", Times.bound(file.createdAt()))
                .bind("expires", Times.bound(file.expiresAt())).execute();
    }

    void insert(StoredFile file) {
        database.jdbi().useTransaction(handle -> insert(handle, file));
    }

    Optional<StoredFile> find(UUID id) {
        return database.jdbi().withHandle(handle -> handle.createQuery(ALL + "WHERE id = :id").bind("id", id)
                .map((row, _) -> read(row)).findOne());
    }

    /**
     * Files of a project, newest first unless said otherwise.
     *
     * @param after the last one of the piece before; {@code null} for the first piece
     */
    List<StoredFile> of(UUID project, @Nullable Purpose purpose, @Nullable UUID after, boolean oldestFirst, int most) {
        String sql = ALL + "WHERE project_id = :project"
                + (purpose == null ? "" : " AND purpose = :purpose")
                + (after == null ? "" : oldestFirst ? " AND id > :after" : " AND id < :after")
                + " ORDER BY id " + (oldestFirst ? "ASC" : "DESC") + " FETCH FIRST :most ROWS ONLY";
        return database.jdbi().withHandle(handle -> {
            Query query = handle.createQuery(sql).bind("project", project).bind("most", most);
            if (purpose != null) {
                query.bind("purpose", purpose.word());
            }
            if (after != null) {
                query.bind("after", after);
            }
            return query.map((row, _) -> read(row)).list();
        });
    }

    Sum sumOf(UUID project) {
        return database.jdbi().withHandle(handle -> handle
                .createQuery("SELECT COUNT(*), COALESCE(SUM(bytes), 0) FROM client_file WHERE project_id = :project")
                .bind("project", project).map((row, _) -> new Sum(row.getLong(1), row.getLong(2))).one());
    }

    List<StoredFile> expired(UUID box, Instant now) {
        return database.jdbi().withHandle(handle -> handle.createQuery(ALL + "WHERE box = :box AND expires_at <= :now")
                .bind("box", box).bind("now", Times.bound(now)).map((row, _) -> read(row)).list());
    }

    List<StoredFile> at(UUID box) {
        return database.jdbi().withHandle(handle -> handle.createQuery(ALL + "WHERE box = :box").bind("box", box)
                .map((row, _) -> read(row)).list());
    }

    boolean delete(UUID id) {
        return database.jdbi().inTransaction(
                handle -> handle.createUpdate("DELETE FROM client_file WHERE id = :id").bind("id", id).execute() > 0);
    }

    private static StoredFile read(ResultSet row) throws SQLException {
        return new StoredFile(row.getObject("id", UUID.class), row.getObject("box", UUID.class),
                row.getObject("project_id", UUID.class), row.getObject("key_id", UUID.class),
                Purpose.valueOf(row.getString("purpose").toUpperCase(Locale.ROOT)), row.getString("name"),
                row.getLong("bytes"), Times.known(row, "created_at"), Times.known(row, "expires_at"));
    }
}
