package org.gatehouse.audit;

import java.nio.file.Path;
import java.util.Objects;

/**
 * The journal's place and bounds. Immutable.
 *
 * @param directory where its files lie; made when missing
 * @param segmentBytes the length of one file, 1 MiB to 1 GiB; two of them always take up disk space
 * @param maximumBytes how much may wait for the database before records are refused, at least two segments
 * @param keptMaximumBytes how much disk space the records may take that are kept for a rebuild of the embedded
 *        database, at least one segment; the oldest go first
 */
public record JournalSettings(Path directory, int segmentBytes, long maximumBytes, long keptMaximumBytes) {

    /** 16 GiB. */
    public static final long USUAL_KEPT_BYTES = 16L << 30;

    private static final int MIB = 1 << 20;

    /** Checks the ranges. */
    public JournalSettings {
        Objects.requireNonNull(directory, "directory");
        if (segmentBytes < MIB || segmentBytes > 1024 * MIB || maximumBytes < 2L * segmentBytes
                || keptMaximumBytes < segmentBytes) {
            throw new IllegalArgumentException(
                    "a journal segment is 1 MiB to 1 GiB, the journal at least two, and what "
                            + "is kept for a rebuild at least one");
        }
    }

    /** With the usual space for what is kept. */
    public JournalSettings(Path directory, int segmentBytes, long maximumBytes) {
        this(directory, segmentBytes, maximumBytes, USUAL_KEPT_BYTES);
    }

    /** The same with another bound for what is kept. */
    public JournalSettings keeping(long bytes) {
        return new JournalSettings(directory, segmentBytes, maximumBytes, bytes);
    }

    /** 16 MiB a file, 512 MiB in all: about 400,000 calls. */
    public static JournalSettings in(Path directory) {
        return new JournalSettings(directory, 16 * MIB, 512L * MIB);
    }
}
