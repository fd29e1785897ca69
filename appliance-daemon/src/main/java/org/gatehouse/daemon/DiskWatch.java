package org.gatehouse.daemon;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.gatehouse.alerts.Finding;

/**
 * What alerts look at of a disk: its space, the number of files that it can still take, whether it can be written at all, and whether the kernel met
 * errors in a file system. Not thread-safe.
 */
final class DiskWatch {
    /** A folder for each ext4 that is mounted (Documentation/ABI/testing/sysfs-fs-ext4 of Linux). */
    static final Path FILE_SYSTEMS = Path.of("/sys/fs/ext4");

    private static final double PERCENT = 100;
    private static final Duration INODES_EVERY = Duration.ofMinutes(1);
    private static final int LONGEST_SECONDS = 5;

    private final Path path;
    private final Path fileSystems;
    private final LongSupplier nanoTime;
    private final Inodes inodes;
    private double inodesUsed;
    private long askedAt;

    /** How much of what a file system has for files is taken. */
    interface Inodes {
        /** By the system's own program: Java tells nothing of them. */
        Inodes OF_SYSTEM = path -> {
            Process stat = new ProcessBuilder("stat", "-f", "-c", "%c %d", path.toString()).redirectErrorStream(true)
                    .start();
            String said = new String(stat.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (!stat.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS) || !said.matches("\\d+ \\d+")) {
                stat.destroyForcibly();
                return 0;
            }
            double all = Double.parseDouble(said.substring(0, said.indexOf(' ')));
            double free = Double.parseDouble(said.substring(said.indexOf(' ') + 1));
            // File systems that make inodes as they need them say that they have none.
            return all == 0 ? 0 : PERCENT - free * PERCENT / all;
        };

        /** In percent. */
        double used(Path path) throws IOException, InterruptedException;
    }

    /**
     * Of the disk that holds that path.
     *
     * @param fileSystems where the kernel tells of its file systems: {@link #FILE_SYSTEMS} but in tests
     */
    DiskWatch(Path path, Path fileSystems, LongSupplier nanoTime, Inodes inodes) {
        this.path = path;
        this.fileSystems = fileSystems;
        this.nanoTime = nanoTime;
        this.inodes = inodes;
        this.askedAt = nanoTime.getAsLong() - INODES_EVERY.toNanos();
    }

    List<Finding> findings() {
        try {
            FileStore disk = Files.getFileStore(path);
            List<Finding> found = new ArrayList<>();
            if (disk.isReadOnly()) {
                found.add(new Finding(disk + " read-only", "disk of " + path, PERCENT, "The disk that holds " + path
                        + " can't be written any more: the system took it for damaged, or somebody made it so. The trail"
                        + " refuses calls. Take a backup, restart the machine, and replace the disk if it happens again;"
                        + " the support bundle has the system's log."));
            }
            long total = disk.getTotalSpace();
            if (total > 0) {
                double used = PERCENT - disk.getUsableSpace() * PERCENT / total;
                found.add(new Finding(disk.toString(), "disk of " + path, used, "The disk that holds " + path
                        + " is full to " + (int) used + " %: " + (disk.getUsableSpace() >> 20)
                        + " MiB are left. Make room; the trail refuses calls when nothing is left."));
            }
            double files = inodes();
            found.add(new Finding(disk + " inodes", "files on the disk of " + path, files, "The disk that holds " + path
                    + " has " + (int) files + " % of the files that it can take. Remove what is not needed; nothing can"
                    + " be written when it has all of them."));
            found.addAll(damaged());
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the kernel counted stays until the file system was checked, so an error of last week is still known. */
    private List<Finding> damaged() throws IOException {
        if (!Files.isDirectory(fileSystems)) {
            return List.of();
        }
        List<Finding> found = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(fileSystems)) {
            for (Path one : all) {
                Path count = one.resolve("errors_count");
                String errors = Files.isReadable(count) ? Files.readString(count).strip() : "0";
                if (!errors.equals("0")) {
                    String name = String.valueOf(one.getFileName());
                    found.add(new Finding(name + " errors", "file system on " + name, PERCENT, "The file system on "
                            + name + " has met errors (" + errors + "): the disk may be failing. Take a backup that is"
                            + " kept elsewhere, restart the machine, which checks the file system, and replace the disk if"
                            + " this comes back."));
                }
            }
        }
        return found;
    }

    private double inodes() throws IOException {
        long now = nanoTime.getAsLong();
        if (now - askedAt >= INODES_EVERY.toNanos()) {
            askedAt = now;
            try {
                inodesUsed = inodes.used(path);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
        return inodesUsed;
    }
}
