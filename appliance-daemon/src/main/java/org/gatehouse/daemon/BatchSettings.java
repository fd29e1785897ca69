package org.gatehouse.daemon;

import java.time.Duration;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.gatehouse.batch.BatchLimits;

/**
 * What files and batches of clients may take of the box. Immutable.
 *
 * @param maxFileBytes the largest file; 200 MiB by default, 2,000,000,000 at most
 * @param maxRows the most rows of a batch; 50,000 by default
 * @param maxProjectFiles the most files of a project, results included; 1,000 by default
 * @param maxProjectBytes what a project's files may take together; 4 GiB by default
 * @param maxProjectBatches the most batches of a project that have not ended; 20 by default
 * @param rowsPerBatch rows of a batch that run at once; 16 by default
 * @param rowsOnBox rows of all batches that run at once; 64 by default
 * @param retention how long files are kept unless a client says otherwise; 30 days by default
 */
public record BatchSettings(@Nullable Long maxFileBytes, @Nullable Integer maxRows, @Nullable Integer maxProjectFiles,
        @Nullable Long maxProjectBytes, @Nullable Integer maxProjectBatches, @Nullable Integer rowsPerBatch,
        @Nullable Integer rowsOnBox, @Nullable Duration retention) {
    /** What the web server can count. */
    private static final long MOST_FILE_BYTES = 2_000_000_000;
    private static final int MOST = 1_000_000;

    /** What holds when nothing is said. */
    public static BatchSettings standard() {
        return new BatchSettings(null, null, null, null, null, null, null, null);
    }

    /**
     * The limits as they are to be.
     *
     * @throws SettingsException says which setting is wrong
     */
    BatchLimits limits() {
        BatchLimits usual = BatchLimits.USUAL;
        long file = within("max-file-bytes", Objects.requireNonNullElse(maxFileBytes, usual.fileBytes()),
                MOST_FILE_BYTES);
        Duration kept = Objects.requireNonNullElse(retention, usual.retention());
        if (kept.compareTo(Duration.ofHours(1)) < 0 || kept.compareTo(Duration.ofDays(3650)) > 0) {
            throw new SettingsException(
                    "batches.retention is " + kept + ". Write a length of time from PT1H to P3650D.");
        }
        return new BatchLimits(file, few("max-rows", maxRows, usual.rows()), usual.rowBytes(),
                few("max-project-files", maxProjectFiles, usual.projectFiles()),
                within("max-project-bytes", Objects.requireNonNullElse(maxProjectBytes, usual.projectBytes()),
                        Long.MAX_VALUE),
                few("max-project-batches", maxProjectBatches, usual.projectBatches()),
                few("rows-per-batch", rowsPerBatch, usual.rowsPerBatch()),
                few("rows-on-box", rowsOnBox, usual.rowsOnBox()), usual.window(), kept);
    }

    private static int few(String name, @Nullable Integer said, int usual) {
        return (int) within(name, Objects.requireNonNullElse(said, usual), MOST);
    }

    private static long within(String name, long value, long most) {
        if (value < 1 || value > most) {
            throw new SettingsException(
                    "batches." + name + " is " + value + ". Write a number from 1 to " + most + ".");
        }
        return value;
    }
}
