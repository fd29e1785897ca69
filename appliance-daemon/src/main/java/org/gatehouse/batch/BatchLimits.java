package org.gatehouse.batch;

import java.time.Duration;

/**
 * What files and batches may take of the box. Immutable.
 *
 * @param fileBytes the largest file that a client may hand in
 * @param rows the most rows of a batch
 * @param rowBytes the longest row; a row is in memory while it runs
 * @param projectFiles the most files of a project, results included
 * @param projectBytes what the files of a project may take together
 * @param projectBatches the most batches of a project that have not ended
 * @param rowsPerBatch the most rows of a batch that run at once
 * @param rowsOnBox the most rows of all batches that run at once
 * @param window how long a batch may take; OpenAI knows 24 hours only
 * @param retention how long files are kept when nobody says otherwise, and batches after their end
 */
public record BatchLimits(long fileBytes, int rows, int rowBytes, int projectFiles, long projectBytes,
        int projectBatches, int rowsPerBatch, int rowsOnBox, Duration window, Duration retention) {

    /** What holds when nothing is said. */
    public static final BatchLimits USUAL = new BatchLimits(200L << 20, 50_000, 16 << 20, 1_000, 4L << 30, 20, 16, 64,
            Duration.ofHours(24), Duration.ofDays(30));

    /** Checks that each leaves room for something. */
    public BatchLimits {
        if (fileBytes < 1 || rows < 1 || rowBytes < 1 || projectFiles < 1 || projectBytes < 1 || projectBatches < 1
                || rowsPerBatch < 1 || rowsOnBox < 1 || !window.isPositive() || !retention.isPositive()) {
            throw new IllegalArgumentException("every limit of batches must be above 0");
        }
    }
}
