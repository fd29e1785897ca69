package org.gatehouse.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

import javax.crypto.AEADBadTagException;

import org.jspecify.annotations.Nullable;

/**
 * Puts a box's state back from a backup. Refuses a damaged, truncated, foreign or too new file, a wrong passphrase and a
 * data directory in use, each before anything was touched. What was there before is moved aside, never deleted.
 */
public final class Restore {

    private static final String UNFINISHED = "restoring";

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
        try (ZipFile zip = open(backup)) {
            BackupManifest manifest = check(zip, backup);
            KeyEncryptionKey key = passphrase == null ? null : openKey(zip, backup, passphrase);
            try (DataDirectory data = DataDirectory.open(dataDirectory)) {
                return put(zip, manifest, key, data, settings);
            }
        } catch (IOException e) {
            throw new StoreFailure("The backup could not be put back: " + backup + " (" + e
                    + "). Check the file and the data disk.", e);
        }
    }

    private Summary put(ZipFile zip, BackupManifest manifest, @Nullable KeyEncryptionKey key, DataDirectory data,
            DatabaseSettings settings) throws IOException {
        Path keyFile = data.secret().resolve(KeyEncryptionKey.FILE);
        KeyEncryptionKey present = Files.exists(keyFile)
                ? KeyEncryptionKey.parse(Files.readString(keyFile, StandardCharsets.US_ASCII), keyFile)
                : null;
        Path work = data.root().resolve(UNFINISHED);
        delete(work);
        DataDirectory.createPrivate(work);
        DatabaseSettings target = settings instanceof DatabaseSettings.Embedded
                ? new DatabaseSettings.Embedded(work.resolve("database"))
                : settings;
        long rows = fill(zip, manifest, target);
        // Opened once more: brings an older backup's schema to this version, and shows that it can be opened.
        Database.open(target).close();
        for (BackupManifest.Part part : manifest.parts()) {
            if (part.name().startsWith(BackupManifest.FILE_FOLDER)) {
                Path file = work.resolve(part.name().substring(BackupManifest.FILE_FOLDER.length()));
                DataDirectory.createPrivate(Objects.requireNonNull(file.getParent()));
                try (InputStream in = zip.getInputStream(zip.getEntry(part.name()))) {
                    Files.copy(in, file);
                }
            }
        }
        Path aside = moveAside(data, settings instanceof DatabaseSettings.Embedded, key != null && present != null
                && !present.id().equals(key.id()));
        if (settings instanceof DatabaseSettings.Embedded embedded) {
            Files.move(work.resolve("database"), embedded.directory(), StandardCopyOption.ATOMIC_MOVE);
        }
        if (Files.exists(work.resolve("journal"))) {
            Files.move(work.resolve("journal"), data.journal(), StandardCopyOption.ATOMIC_MOVE);
        }
        if (key != null && !Files.exists(keyFile)) {
            KeyEncryptionKey.put(DataDirectory.createPrivate(data.secret()), key);
        }
        delete(work);
        boolean keyInPlace = key != null || present != null && present.id().equals(manifest.keyEncryptionKeyId());
        return new Summary(rows, manifest.keyEncryptionKeyId(), keyInPlace, aside);
    }

    private static long fill(ZipFile zip, BackupManifest manifest, DatabaseSettings target) throws IOException {
        try (Database database = Database.openAt(target, manifest.schema())) {
            long rows = fill(zip, manifest, database);
            database.force();
            return rows;
        } catch (SQLException e) {
            throw new StoreFailure("The backup's rows could not be put into the database (" + e.getMessage()
                    + "). Nothing of the box was touched; check the disk or the database.", e);
        }
    }

    private static long fill(ZipFile zip, BackupManifest manifest, Database database)
            throws SQLException, IOException {
        try (Connection connection = database.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            requireUnused(connection);
            long rows = 0;
            for (BackupManifest.Part part : manifest.parts()) {
                if (part.name().startsWith(BackupManifest.TABLE_FOLDER)) {
                    String table = part.name().substring(BackupManifest.TABLE_FOLDER.length());
                    try (InputStream in = zip.getInputStream(zip.getEntry(part.name()))) {
                        TableCopy.read(connection, table, in);
                    }
                    rows += part.rows();
                }
            }
            connection.commit();
            return rows;
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

    private @Nullable Path moveAside(DataDirectory data, boolean database, boolean secret) throws IOException {
        Path aside = data.root().resolve("before-restore-" + clock.instant().getEpochSecond());
        boolean moved = false;
        Path copies = LocalCopies.of(data.database());
        for (Path part : List.of(data.database(), copies, data.journal(), data.secret())) {
            boolean wanted = part.equals(data.database()) || part.equals(copies)
                    ? database
                    : !part.equals(data.secret()) || secret;
            if (wanted && Files.exists(part)) {
                DataDirectory.createPrivate(aside);
                Files.move(part, aside.resolve(Objects.requireNonNull(part.getFileName())),
                        StandardCopyOption.ATOMIC_MOVE);
                moved = true;
            }
        }
        return moved ? aside : null;
    }

    private static ZipFile open(Path backup) {
        try {
            return new ZipFile(backup.toFile());
        } catch (IOException e) {
            throw refused(backup, "it is no backup, or it was cut off (" + e.getMessage() + ")");
        }
    }

    /** Reads everything in a backup and compares it with its manifest. */
    static BackupManifest check(ZipFile zip, Path backup) throws IOException {
        BackupManifest manifest;
        try {
            ZipEntry entry = zip.getEntry(BackupManifest.NAME);
            if (entry == null) {
                throw refused(backup, "it was not written by this software");
            }
            try (InputStream in = zip.getInputStream(entry)) {
                manifest = Backup.JSON.readValue(in.readAllBytes(), BackupManifest.class);
            }
        } catch (IOException e) {
            throw refused(backup, "its manifest cannot be read");
        }
        if (!BackupManifest.FORMAT.equals(manifest.format())) {
            throw refused(backup, "it was not written by this software");
        }
        if (manifest.version() != BackupManifest.VERSION || !Migrations.ofThisBuild().knows(manifest.schema())) {
            throw refused(backup, "it was written by a newer version (schema " + manifest.schema()
                    + "): install that version first");
        }
        Set<String> names = new HashSet<>(Set.of(BackupManifest.NAME));
        for (BackupManifest.Part part : manifest.parts()) {
            names.add(part.name());
            if (!isOurs(part.name())) {
                throw refused(backup, "it was not written by this software: it holds " + part.name());
            }
            ZipEntry entry = zip.getEntry(part.name());
            if (entry == null || !part.sha256().equals(digest(zip, entry))) {
                throw refused(backup, "its part " + part.name() + " is damaged or missing");
            }
        }
        if (zip.size() != names.size()) {
            throw refused(backup, "it holds parts that its manifest does not name");
        }
        return manifest;
    }

    /** Only names that backups have: one such as {@code ../../x} must not be followed. */
    private static boolean isOurs(String name) {
        return name.equals(BackupManifest.KEY) || name.matches(BackupManifest.TABLE_FOLDER + "[a-z_0-9]+")
                || name.startsWith(BackupManifest.FILE_FOLDER)
                        && BackupManifest.FILES.contains(name.substring(BackupManifest.FILE_FOLDER.length()));
    }

    private static String digest(ZipFile zip, ZipEntry entry) {
        MessageDigest sha256 = Backup.sha256();
        try (InputStream in = new DigestInputStream(zip.getInputStream(entry), sha256)) {
            byte[] block = new byte[1 << 16];
            while (in.read(block) >= 0) {
                // Read for its digest only.
            }
            return HexFormat.of().formatHex(sha256.digest());
        } catch (IOException e) {
            return "unreadable";
        }
    }

    private static KeyEncryptionKey openKey(ZipFile zip, Path backup, char[] passphrase) throws IOException {
        ZipEntry entry = zip.getEntry(BackupManifest.KEY);
        if (entry == null) {
            throw refused(backup,
                    "it holds no key: it was made without a passphrase. Leave the passphrase out, and put "
                            + "the key file in place yourself");
        }
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] text = PassphraseSeal.open(in.readAllBytes(), passphrase);
            return KeyEncryptionKey.parse(new String(text, StandardCharsets.US_ASCII), backup);
        } catch (AEADBadTagException e) {
            throw refused(backup, "the passphrase is not the one that it was made with");
        }
    }

    private static StoreFailure refused(Path backup, String reason) {
        return new StoreFailure("The backup is refused: " + backup + ": " + reason + ". Nothing was touched.");
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
