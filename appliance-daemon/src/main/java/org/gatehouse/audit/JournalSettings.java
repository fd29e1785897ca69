package org.gatehouse.audit;

import java.nio.file.Path;
import java.util.Objects;

/**
 * The journal's place and bounds. Immutable.
 *
 * @param directory where its files lie; made when missing
 * @param segmentBytes the length of one file, 1 MiB to 1 GiB; two of them always take up disk space
 * @param maximumBytes how much may wait for the database before records are refused, at least two segments
 */
public record JournalSettings(Path directory, int segmentBytes, long maximumBytes) {

    private static final int MIB = 1 << 20;

    /** Checks the ranges. */
    public JournalSettings {
        Objects.requireNonNull(directory, "directory");
        if (segmentBytes < MIB || segmentBytes > 1024 * MIB || maximumBytes < 2L * segmentBytes) {
            throw new IllegalArgumentException("a journal segment is 1 MiB to 1 GiB, and the journal at least two");
        }
    }

    /** 16 MiB a file, 512 MiB in all: about 400,000 calls. */
    public static JournalSettings in(Path directory) {
        return new JournalSettings(directory, 16 * MIB, 512L * MIB);
    }
}
