package org.gatehouse.store;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import org.jspecify.annotations.Nullable;

/**
 * Writes a box's state into one file while it serves: every table as of one moment, as rows that either database can
 * take back, and what the data directory holds beside it. Secrets stay sealed; the key that opens them goes along only
 * under a passphrase. A zip with a manifest that has the SHA-256 of each part. Thread-safe.
 *
 * <p>
 * Everything acknowledged before it began is in it, provided that the trail was flushed before: the journal's tail is
 * then in the database.
 */
public final class Backup {

    static final ObjectMapper JSON = new ObjectMapper().registerModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS);

    /** H2's own: all of a transaction reads the state as of its first read. */
    private static final int H2_SNAPSHOT = 6;

    private final Database database;
    private final SecretBox secretBox;
    private final Path dataDirectory;
    private final Clock clock;
    private final SecureRandom random;
    private final Supplier<Origin> origin;

    /**
     * Backs up that database and what belongs to it in that data directory.
     *
     * @param dataDirectory as {@link DataDirectory#root} says
     */
    public Backup(Database database, SecretBox secretBox, Path dataDirectory, Clock clock, SecureRandom random) {
        this(database, secretBox, dataDirectory, clock, random, () -> new Origin(null, null));
    }

    private Backup(Database database, SecretBox secretBox, Path dataDirectory, Clock clock, SecureRandom random,
            Supplier<Origin> origin) {
        this.origin = origin;
        this.database = database;
        this.secretBox = secretBox;
        this.dataDirectory = dataDirectory;
        this.clock = clock;
        this.random = random;
    }

    /**
     * Where a backup comes from, for people.
     *
     * @param box the name of the box; {@code null} for none
     * @param software its version; {@code null} for none
     */
    public record Origin(@Nullable String box, @Nullable String software) {}

    /** The same, whose files say where they come from. */
    public Backup from(Supplier<Origin> said) {
        return new Backup(database, secretBox, dataDirectory, clock, random, said);
    }

    /**
     * What was written.
     *
     * @param tables how many
     * @param rows in all of them
     * @param keyEncryptionKeyId which key file a restored box needs
     * @param holdsKey whether that key is in it, under the passphrase
     */
    public record Summary(int tables, long rows, String keyEncryptionKeyId, boolean holdsKey) {}

    /**
     * Writes one.
     *
     * @param out not closed
     * @param passphrase to put the key-encryption key in, sealed under it; {@code null} leaves it out
     * @throws IOException when it cannot be written
     * @throws StoreFailure when the database does not answer
     */
    public Summary write(OutputStream out, char @Nullable [] passphrase) throws IOException {
        Instant now = clock.instant();
        List<BackupManifest.Part> parts = new ArrayList<>();
        ZipOutputStream zip = new ZipOutputStream(new NotClosed(out), StandardCharsets.UTF_8);
        // Before the tables: what the head file remembers must not be newer than the rows.
        for (String name : new TreeSet<>(BackupManifest.FILES)) {
            Path file = dataDirectory.resolve(name);
            if (Files.exists(file)) {
                byte[] bytes = Files.readAllBytes(file);
                parts.add(part(zip, BackupManifest.FILE_FOLDER + name, to -> {
                    to.write(bytes);
                    return 0;
                }));
            }
        }
        if (passphrase != null) {
            byte[] sealed = PassphraseSeal.seal(secretBox.wrapping().text().getBytes(StandardCharsets.US_ASCII),
                    passphrase, random);
            parts.add(part(zip, BackupManifest.KEY, to -> {
                to.write(sealed);
                return 0;
            }));
        }
        int tables = writeTables(database, zip, parts, _ -> true);
        Origin from = origin.get();
        BackupManifest manifest = new BackupManifest(BackupManifest.FORMAT, BackupManifest.VERSION, now,
                Migrations.ofThisBuild().latest(), secretBox.keyEncryptionKeyId(), parts, from.box(), from.software());
        zip.putNextEntry(new ZipEntry(BackupManifest.NAME));
        zip.write(JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(manifest));
        zip.closeEntry();
        zip.finish();
        return new Summary(tables, parts.stream().mapToLong(BackupManifest.Part::rows).sum(),
                manifest.keyEncryptionKeyId(), passphrase != null);
    }

    /** Writes those tables as of one moment; says how many. */
    static int writeTables(Database database, ZipOutputStream zip, List<BackupManifest.Part> parts,
            Predicate<String> wanted) throws IOException {
        try (Connection connection = database.dataSource().getConnection()) {
            int isolation = connection.getTransactionIsolation();
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(
                    database.embedded() ? H2_SNAPSHOT : Connection.TRANSACTION_REPEATABLE_READ);
            lazily(database, connection, true);
            try {
                List<String> tables = TableCopy.tables(connection).stream().filter(wanted).toList();
                for (String table : tables) {
                    parts.add(part(zip, BackupManifest.TABLE_FOLDER + table,
                            to -> TableCopy.write(connection, table, to)));
                }
                return tables.size();
            } finally {
                connection.rollback();
                lazily(database, connection, false);
                connection.rollback();
                connection.setTransactionIsolation(isolation);
            }
        } catch (SQLException e) {
            throw new StoreFailure("The backup could not read the database (" + e.getMessage() + "). Check it.", e);
        }
    }

    /** H2 would collect a whole table before it hands out the first row. */
    private static void lazily(Database database, Connection connection, boolean lazy) throws SQLException {
        if (database.embedded()) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET LAZY_QUERY_EXECUTION " + (lazy ? 1 : 0));
            }
        }
    }

    private interface Writer {
        long write(OutputStream out) throws IOException, SQLException;
    }

    private static BackupManifest.Part part(ZipOutputStream zip, String name, Writer writer) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        DigestOutputStream digest = new DigestOutputStream(new NotClosed(zip), sha256());
        try {
            long rows = writer.write(digest);
            zip.closeEntry();
            return new BackupManifest.Part(name, HexFormat.of().formatHex(digest.getMessageDigest().digest()), rows);
        } catch (SQLException e) {
            throw new StoreFailure("The backup could not read " + name + " (" + e.getMessage()
                    + "). Check the database.", e);
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** For writers that close what they write to. */
    private static final class NotClosed extends FilterOutputStream {
        NotClosed(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
