package org.gatehouse.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * The embedded database's directory: knows whether it was closed, and puts a rebuilt database in the place of a damaged
 * one. Each step can be cut short by a kill and is finished at the next start. For one thread.
 */
final class EmbeddedFile {

    private static final String IN_USE = "in-use";
    private static final String REBUILT = "rebuilt.json";
    private static final String BEING_MADE = "being-made";
    /** H2's own name for the file of the database {@value Database#NAME}. */
    private static final String ROWS = Database.NAME + ".mv.db";
    private static final int DAMAGED_RETAINED = 2;

    private final Path directory;
    private final Path rebuilding;

    EmbeddedFile(Path directory) {
        this.directory = directory.toAbsolutePath().normalize();
        this.rebuilding = sibling("-rebuilding");
    }

    /** Finishes a swap that was cut short between its two renames; forgets a rebuilt database that was not finished. */
    void finishRebuild() throws IOException {
        if (Files.exists(rebuilding.resolve(REBUILT)) && !Files.exists(directory)) {
            Files.move(rebuilding, directory, StandardCopyOption.ATOMIC_MOVE);
        }
        Restore.delete(rebuilding);
    }

    /**
     * Before the schema is made or brought up to date. H2 keeps each statement by itself, so a kill in the middle of a script leaves a part
     * of it. Of a database that was never finished nothing is of value: it is made anew. (Scripts for those that have rows can be run again:
     * docs/decisions/0013.)
     */
    void beginMaking() throws IOException {
        if (isBeingMade()) {
            Files.deleteIfExists(directory.resolve(ROWS));
        } else if (!Files.exists(directory.resolve(ROWS))) {
            writeForced(DataDirectory.createPrivate(directory).resolve(BEING_MADE), new byte[0]);
        }
    }

    /** Whether it never had a schema of this or another release. */
    boolean isBeingMade() {
        return Files.exists(directory.resolve(BEING_MADE));
    }

    /** From here on it is of value: what was written is on the disk. */
    void made() throws IOException {
        Files.delete(directory.resolve(BEING_MADE));
        force(directory);
    }

    /** Whether the last life ended without closing it. */
    boolean wasLeftOpen() {
        return Files.exists(directory.resolve(IN_USE));
    }

    void opened() throws IOException {
        if (!wasLeftOpen()) {
            Files.createFile(directory.resolve(IN_USE));
        }
    }

    void closed() throws IOException {
        Files.deleteIfExists(directory.resolve(IN_USE));
    }

    /** What the trail has not recorded yet; {@code null} when this is not a rebuilt database. */
    @Nullable
    Rebuilt rebuilt() throws IOException {
        Path file = directory.resolve(REBUILT);
        return Files.exists(file) ? Backup.JSON.readValue(Files.readAllBytes(file), Rebuilt.class) : null;
    }

    void rebuiltIsRecorded() throws IOException {
        Files.deleteIfExists(directory.resolve(REBUILT));
    }

    /** Rows that the last rebuild could not bring back. */
    List<MissingRows> missing() throws IOException {
        return MissingRows.noted(directory);
    }

    void noteMissing(List<MissingRows> missing) throws IOException {
        MissingRows.note(directory, missing);
    }

    /**
     * Makes a database of the newest whole copies and puts it in the damaged one's place, which is moved aside.
     *
     * @throws StoreFailure when there are no copies; the damaged one stays where it is
     */
    void rebuild(String reason, Instant now, Throwable cause) throws IOException {
        LocalCopies copies = new LocalCopies(directory);
        try (LocalCopies.Copy settings = copies.newest(LocalCopies.Part.SETTINGS);
                LocalCopies.Copy sums = copies.newest(LocalCopies.Part.SUMS)) {
            if (settings == null || sums == null) {
                throw new StoreFailure("The database file is damaged: " + directory + " (" + reason
                        + "). There is no whole local copy in " + LocalCopies.of(directory)
                        + " to rebuild it from. Nothing was changed. Put the last backup back with \"gatehouse restore\".",
                        cause);
            }
            Restore.delete(rebuilding);
            DatabaseSettings target = new DatabaseSettings.Embedded(rebuilding);
            if (!settings.manifest().schema().equals(sums.manifest().schema())) {
                throw new StoreFailure("The database file is damaged: " + directory + " (" + reason
                        + "), and its local copies are of two versions. Put the last backup back with \"gatehouse "
                        + "restore\".", cause);
            }
            try (Database database = Database.openAt(target, settings.manifest().schema())) {
                fill(database, settings, sums);
                database.force();
            } catch (SQLException e) {
                throw new StoreFailure("The database file is damaged and cannot be rebuilt from its local copies: "
                        + directory + " (" + e.getMessage()
                        + "). Check the disk's space, or put the last backup back with \"gatehouse restore\".", e);
            }
            Path aside = sibling("-damaged-" + now.truncatedTo(ChronoUnit.SECONDS).toString().replace(":", ""));
            writeForced(rebuilding.resolve(REBUILT), Backup.JSON.writeValueAsBytes(new Rebuilt(now, reason,
                    aside.toString(), settings.manifest().createdAt(), sums.manifest().createdAt())));
            Restore.delete(aside);
            Files.move(directory, aside, StandardCopyOption.ATOMIC_MOVE);
            Files.move(rebuilding, directory, StandardCopyOption.ATOMIC_MOVE);
            force(Objects.requireNonNull(directory.getParent()));
            removeOldDamaged();
        }
    }

    private static void fill(Database database, LocalCopies.Copy settings, LocalCopies.Copy sums)
            throws SQLException, IOException {
        try (Connection connection = database.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                for (String table : TableCopy.tables(connection).reversed()) {
                    statement.executeUpdate("DELETE FROM " + table);
                }
            }
            fill(connection, settings);
            fill(connection, sums);
            connection.commit();
        }
    }

    private static void fill(Connection connection, LocalCopies.Copy copy) throws SQLException, IOException {
        for (BackupManifest.Part part : copy.manifest().parts()) {
            try (InputStream in = copy.zip().getInputStream(copy.zip().getEntry(part.name()))) {
                TableCopy.read(connection, part.name().substring(BackupManifest.TABLE_FOLDER.length()), in);
            }
        }
    }

    private void removeOldDamaged() throws IOException {
        String prefix = Objects.requireNonNull(sibling("-damaged-").getFileName()).toString();
        try (Stream<Path> all = Files.list(Objects.requireNonNull(directory.getParent()))) {
            List<Path> damaged = all
                    .filter(path -> Objects.requireNonNull(path.getFileName()).toString().startsWith(prefix))
                    .sorted(Comparator.reverseOrder()).toList();
            for (Path old : damaged.subList(Math.min(DAMAGED_RETAINED, damaged.size()), damaged.size())) {
                Restore.delete(old);
            }
        }
    }

    /** Writes a whole file in the place of the one before. */
    static void writeForced(Path file, byte[] bytes) throws IOException {
        Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
        try (FileChannel out = FileChannel.open(unfinished, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            out.write(ByteBuffer.wrap(bytes));
            out.force(true);
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        force(Objects.requireNonNull(file.getParent()));
    }

    private static void force(Path names) throws IOException {
        try (FileChannel channel = FileChannel.open(names, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private Path sibling(String suffix) {
        return directory.resolveSibling(directory.getFileName() + suffix);
    }
}
