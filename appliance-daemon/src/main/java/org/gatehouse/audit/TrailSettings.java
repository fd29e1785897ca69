package org.gatehouse.audit;

import java.time.Duration;
import java.util.Objects;

/**
 * How the trail is kept. Immutable.
 *
 * @param journal where records become durable
 * @param checkpointRecords after how many records a checkpoint is signed, at least 1
 * @param checkpointAfter after how much time at the latest, when there are new records
 */
public record TrailSettings(JournalSettings journal, int checkpointRecords, Duration checkpointAfter) {

    /** Checks the ranges. */
    public TrailSettings {
        Objects.requireNonNull(journal, "journal");
        Objects.requireNonNull(checkpointAfter, "checkpointAfter");
        if (checkpointRecords < 1) {
            throw new IllegalArgumentException("checkpoints need at least one record between them");
        }
    }

    /** A checkpoint each 1,000 records or 5 minutes. */
    public static TrailSettings with(JournalSettings journal) {
        return new TrailSettings(journal, 1_000, Duration.ofMinutes(5));
    }
}
