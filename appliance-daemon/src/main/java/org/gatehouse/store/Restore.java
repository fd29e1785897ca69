package org.gatehouse.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

import org.jspecify.annotations.Nullable;

/**
 * Puts a box's state back from a backup. Refuses a damaged, truncated, foreign or too new file, a wrong passphrase and a
 * data directory in use, each before anything was touched. What was there before is moved aside, never deleted.
 */
public final class Restore {

    private static final String DATABASE = "database";
    private static final String JOURNAL = "journal";
    private static final String SECRET = "secret";

    private final Clock clock;

    /** @param clock names what is moved aside */
    public Restore(Clock clock) {
        this.clock = clock;
    }

    /**
     * What was put back.
     *
     * @param rows in all tables
     * @param keyEncryptionKeyId the key file that the box needs
     * @param keyInPlace whether it is there; if not, it must be put there before the daemon starts
     * @param movedAside where the state of before lies; {@code null} when there was none
     */
    public record Summary(long rows, String keyEncryptionKeyId, boolean keyInPlace, @Nullable Path movedAside) {}

    /**
     * Restores into a data directory whose daemon is stopped, and into its database.
     *
     * @param settings the embedded database in that directory, or an empty PostgreSQL one
     * @param passphrase of the key in the backup; {@code null} leaves the key out
     * @throws StoreFailure when it is refused, with what to do
     */
    public Summary run(Path backup, Path dataDirectory, DatabaseSettings settings, char @Nullable [] passphrase) {
        try (ZipFile zip = BackupFile.open(backup)) {
            BackupManifest manifest = BackupFile.check(zip, backup);
            KeyEncryptionKey key = BackupFile.key(zip, backup, passphrase);
            try (DataDirectory data = DataDirectory.open(dataDirectory)) {
                Replacement replacement = new Replacement(data.root());
                replacement.proceed();
                KeyEncryptionKey present = present(data.root());
                stage(zip, manifest, key, present, data.root(), settings);
                Replacement.Plan plan = replacement.begin(
                        aside(settings instanceof DatabaseSettings.Embedded, replaces(key, present)), false,
                        note(zip, manifest, "the command line"));
                replacement.proceed();
                return new Summary(plan.note().rows(), manifest.keyEncryptionKeyId(),
                        key != null || present != null && present.id().equals(manifest.keyEncryptionKeyId()),
                        plan.old().isEmpty() ? null : data.root().resolve(plan.aside()));
            }
        } catch (IOException e) {
            throw unread(backup, e);
        }
    }

    /**
     * Says what a backup is, when all of it is as it was written.
     *
     * @throws BackupRefused when it is not
     */
    public static BackupContents inspect(Path backup) {
        try (ZipFile zip = BackupFile.open(backup)) {
            return BackupFile.contents(zip, BackupFile.check(zip, backup));
        } catch (IOException e) {
            throw unread(backup, e);
        }
    }

    /**
     * Whether the box has the key that a whole backup needs, or the passphrase opens the one in it.
     *
     * @throws BackupRefused when the passphrase does not, or when there is none and it needs one
     */
    public static void requireKey(Path backup, Path dataDirectory, char @Nullable [] passphrase) {
        try (ZipFile zip = BackupFile.open(backup)) {
            requireKey(zip, BackupFile.check(zip, backup), backup, present(dataDirectory), passphrase);
        } catch (IOException e) {
            throw unread(backup, e);
        }
    }

    /** The key to be put in place; {@code null} when the one that is there is the right one. */
    private static @Nullable KeyEncryptionKey requireKey(ZipFile zip, BackupManifest manifest, Path backup,
            @Nullable KeyEncryptionKey present, char @Nullable [] passphrase) throws IOException {
        KeyEncryptionKey key = BackupFile.contents(zip, manifest).holdsKey()
                ? BackupFile.key(zip, backup, passphrase)
                : null;
        if (key == null && (present == null || !present.id().equals(manifest.keyEncryptionKeyId()))) {
            throw new BackupRefused(BackupRefused.Reason.KEY, backup, BackupFile.contents(zip, manifest).holdsKey()
                    ? "it was made on another box, so it needs its passphrase"
                    : "it was made on another box without a passphrase, so it holds no key and opens there only");
        }
        return key;
    }

    /**
     * Has a backup lie ready beside the state of a box that serves, checked, unpacked and opened once; the box's next start
     * puts it in place, and the old state back if it can't be opened.
     *
     * @param by who wants it, in words
     * @param passphrase of the key in the backup; {@code null} when the box's own key opens it
     * @throws StoreFailure when it is refused, with what to do; everything is as it was
     */
    public Replacement.Plan prepare(Path backup, Path dataDirectory, char @Nullable [] passphrase, String by) {
        DatabaseSettings settings = new DatabaseSettings.Embedded(dataDirectory.resolve(DATABASE));
        try (ZipFile zip = BackupFile.open(backup)) {
            BackupManifest manifest = BackupFile.check(zip, backup);
            KeyEncryptionKey present = present(dataDirectory);
            KeyEncryptionKey key = requireKey(zip, manifest, backup, present, passphrase);
            Replacement replacement = new Replacement(dataDirectory);
            if (replacement.last().filter(plan -> plan.step() == Replacement.Step.MOVING).isPresent()) {
                throw new StoreFailure("Another backup waits to be put in place by the box's next start. Wait for it.");
            }
            try {
                stage(zip, manifest, key, present, dataDirectory, settings);
            } catch (IOException | RuntimeException e) {
                delete(dataDirectory.resolve(Replacement.READY));
                throw e;
            }
            return replacement.begin(aside(true, replaces(key, present)), true, note(zip, manifest, by));
        } catch (IOException e) {
            throw unread(backup, e);
        }
    }

    private Replacement.Note note(ZipFile zip, BackupManifest manifest, String by) {
        return new Replacement.Note(clock.instant(), by, manifest.createdAt(), manifest.box(), manifest.schema(),
                BackupFile.contents(zip, manifest).rows());
    }

    private static StoreFailure unread(Path backup, IOException e) {
        return new StoreFailure("The backup could not be put back: " + backup + " (" + e
                + "). Check the file and the data disk.", e);
    }

    private static @Nullable KeyEncryptionKey present(Path root) throws IOException {
        Path file = root.resolve(SECRET).resolve(KeyEncryptionKey.FILE);
        return Files.exists(file)
                ? KeyEncryptionKey.parse(Files.readString(file, StandardCharsets.US_ASCII), file)
                : null;
    }

    private static boolean replaces(@Nullable KeyEncryptionKey key, @Nullable KeyEncryptionKey present) {
        return key != null && (present == null || !present.id().equals(key.id()));
    }

    /** What goes aside. Files of clients are sealed under the box's own key: another box's rows don't know them. */
    private static List<String> aside(boolean database, boolean key) {
        List<String> parts = new ArrayList<>();
        if (database) {
            parts.addAll(List.of(DATABASE, DATABASE + "-copies"));
        }
        parts.add(JOURNAL);
        if (key) {
            parts.addAll(List.of(SECRET, "batches"));
        }
        return parts;
    }

    private static void stage(ZipFile zip, BackupManifest manifest, @Nullable KeyEncryptionKey key,
            @Nullable KeyEncryptionKey present, Path root, DatabaseSettings settings) throws IOException {
        Path work = root.resolve(Replacement.READY);
        delete(work);
        DataDirectory.createPrivate(work);
        DatabaseSettings target = settings instanceof DatabaseSettings.Embedded
                ? new DatabaseSettings.Embedded(work.resolve(DATABASE))
                : settings;
        fill(zip, manifest, target);
        // Opened once more: brings an older backup's schema to this version, and shows that it can be opened.
        Database.open(target).close();
        delete(LocalCopies.of(work.resolve(DATABASE)));
        for (BackupManifest.Part part : manifest.parts()) {
            if (part.name().startsWith(BackupManifest.FILE_FOLDER)) {
                Path file = work.resolve(part.name().substring(BackupManifest.FILE_FOLDER.length()));
                DataDirectory.createPrivate(Objects.requireNonNull(file.getParent()));
                try (InputStream in = zip.getInputStream(zip.getEntry(part.name()))) {
                    Files.copy(in, file);
                }
            }
        }
        if (key != null && replaces(key, present)) {
            KeyEncryptionKey.put(DataDirectory.createPrivate(work.resolve(SECRET)), key);
        }
    }

    private static void fill(ZipFile zip, BackupManifest manifest, DatabaseSettings target) throws IOException {
        try (Database database = Database.openAt(target, manifest.schema())) {
            fill(zip, manifest, database);
            database.force();
        } catch (SQLException e) {
            throw new StoreFailure("The backup's rows could not be put into the database (" + e.getMessage()
                    + "). Nothing of the box was touched; check the disk or the database.", e);
        }
    }

    private static void fill(ZipFile zip, BackupManifest manifest, Database database)
            throws SQLException, IOException {
        try (Connection connection = database.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            requireUnused(connection);
            for (BackupManifest.Part part : manifest.parts()) {
                if (part.name().startsWith(BackupManifest.TABLE_FOLDER)) {
                    String table = part.name().substring(BackupManifest.TABLE_FOLDER.length());
                    try (InputStream in = zip.getInputStream(zip.getEntry(part.name()))) {
                        TableCopy.read(connection, table, in);
                    }
                }
            }
            connection.commit();
        }
    }

    /** Any box makes a data key when it first starts. What migrations put into a new schema makes room. */
    private static void requireUnused(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            try (ResultSet row = statement.executeQuery("SELECT 1 FROM data_key FETCH FIRST 1 ROW ONLY")) {
                if (row.next()) {
                    throw new StoreFailure("The database is not empty: a box has used it. Restore into a new, empty "
                            + "database.");
                }
            }
            for (String table : TableCopy.tables(connection).reversed()) {
                statement.executeUpdate("DELETE FROM " + table);
            }
        }
    }

    static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
