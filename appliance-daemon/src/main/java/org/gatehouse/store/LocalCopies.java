package org.gatehouse.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

import org.jspecify.annotations.Nullable;

/**
 * Copies of the embedded database beside it, as rows, from which it is rebuilt when its file cannot be read any more:
 * {@code database-copies/settings-*.copy} and {@code sums-*.copy}, two of each, every one read back before it counts.
 * Trail rows and recorded bodies are in neither; the trail keeps its own. Not thread-safe: one writer at a time.
 */
final class LocalCopies {

    /** What changes together and is copied together. */
    enum Part {
        /** What people set: governance, secrets (sealed), tokens. Copied at each change. */
        SETTINGS,
        /** What is counted from the trail, and up to which record; and from which on it is kept. Copied once an hour. */
        SUMS;

        private static final Set<String> COUNTED = Set.of("usage_rollup", "usage_name", "key_last_use",
                "trail_position", "trail_start", "gpu_energy");
        private static final Set<String> KEPT_ELSEWHERE = Set.of("trail", "call_body");
        /**
         * Readings of a week, a thousand times the size of the settings, and the energy of single calls, which is in the sums; what is
         * derived to make searches and reports quick; how long calls took, and alerts. A rebuilt box begins to collect anew.
         */
        private static final Set<String> NOT_KEPT = Set.of("gpu_device", "gpu_minute", "gpu_event", "call_energy",
                "trail_block", "usage_digest", "usage_digest_mark", "latency_rollup", "alert");

        boolean holds(String table) {
            return !KEPT_ELSEWHERE.contains(table) && !NOT_KEPT.contains(table)
                    && COUNTED.contains(table) == (this == SUMS);
        }

        private String prefix() {
            return name().toLowerCase(Locale.ROOT) + "-";
        }
    }

    private static final String SUFFIX = ".copy";
    private static final int RETAINED = 2;

    private final Path directory;

    LocalCopies(Path databaseDirectory) {
        this.directory = of(databaseDirectory);
    }

    /** Where the copies of a database lie. */
    static Path of(Path databaseDirectory) {
        return databaseDirectory.resolveSibling(databaseDirectory.getFileName() + "-copies");
    }

    /** Writes one, reads it back, and removes all but the newest two. */
    void write(Database database, Part part, Instant now) throws IOException {
        DataDirectory.createPrivate(directory);
        Path unfinished = directory.resolve(part.prefix() + "unfinished");
        try (FileChannel file = FileChannel.open(unfinished, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            OutputStream out = Channels.newOutputStream(file);
            ZipOutputStream zip = new ZipOutputStream(out);
            zip.setLevel(1);
            List<BackupManifest.Part> parts = new ArrayList<>();
            Backup.writeTables(database, zip, parts, part::holds);
            zip.putNextEntry(new ZipEntry(BackupManifest.NAME));
            zip.write(Backup.JSON.writeValueAsBytes(new BackupManifest(BackupManifest.FORMAT, BackupManifest.VERSION,
                    now, Migrations.ofThisBuild().latest(), "", parts, null, null)));
            zip.closeEntry();
            zip.finish();
            file.force(true);
        }
        try (ZipFile zip = new ZipFile(unfinished.toFile())) {
            BackupFile.check(zip, unfinished);
        }
        List<Path> before = files(part);
        long number = before.isEmpty() ? 1 : number(part, before.getFirst()) + 1;
        Files.move(unfinished, directory.resolve(part.prefix() + "%016d".formatted(number) + SUFFIX),
                StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
            names.force(true);
        }
        for (Path old : before.subList(Math.min(RETAINED - 1, before.size()), before.size())) {
            Files.deleteIfExists(old);
        }
    }

    /**
     * A copy that can be put back; whoever takes it closes it.
     *
     * @param manifest its content
     */
    record Copy(ZipFile zip, BackupManifest manifest) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            zip.close();
        }
    }

    /** The newest whole one; {@code null} when there is none. */
    @Nullable
    Copy newest(Part part) throws IOException {
        for (Path file : files(part)) {
            ZipFile zip = null;
            try {
                zip = new ZipFile(file.toFile());
                return new Copy(zip, BackupFile.check(zip, file));
            } catch (IOException | StoreFailure e) {
                if (zip != null) {
                    zip.close();
                }
                System.getLogger(LocalCopies.class.getName()).log(System.Logger.Level.WARNING,
                        "A local copy cannot be used, the one before it is tried: " + e.getMessage());
            }
        }
        return null;
    }

    /** Whether the database was ever copied. */
    boolean any() throws IOException {
        return !files(Part.SETTINGS).isEmpty();
    }

    /** How many transactions the newest whole copy of the settings counts; 0 when there is none. */
    long changes() throws IOException {
        try (Copy copy = newest(Part.SETTINGS)) {
            ZipEntry entry = copy == null ? null : copy.zip().getEntry(BackupManifest.TABLE_FOLDER + "change_count");
            if (copy == null || entry == null) {
                return 0;
            }
            try (InputStream in = copy.zip().getInputStream(entry)) {
                // The names of the columns, then the one row.
                String[] lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).strip().split("\n");
                return lines.length < 2 ? 0 : Backup.JSON.readTree(lines[1]).get(0).asLong();
            }
        }
    }

    /** Newest first. */
    private List<Path> files(Part part) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> number(part, file) > 0)
                    .sorted(Comparator.comparingLong((Path file) -> number(part, file)).reversed()).toList();
        }
    }

    private static long number(Part part, Path file) {
        String name = Objects.requireNonNull(file.getFileName()).toString();
        return name.matches(part.prefix() + "[0-9]{16}\\" + SUFFIX)
                ? Long.parseLong(name.substring(part.prefix().length(), name.length() - SUFFIX.length()))
                : 0;
    }
}
