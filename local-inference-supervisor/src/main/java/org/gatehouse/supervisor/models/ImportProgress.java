package org.gatehouse.supervisor.models;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * How far an import has come.
 *
 * @param phase what it does
 * @param files how many files there are in all; 0 while that is not known
 * @param filesDone how many of them are complete
 * @param bytes how many bytes there are in all; 0 while that is not known
 * @param bytesDone how many of them are there and digested
 * @param bytesPerSecond the rate of the last seconds
 * @param left the time left at that rate; {@code null} while it cannot be told
 * @param current paths of the files that come right now
 */
public record ImportProgress(Phase phase, int files, int filesDone, long bytes, long bytesDone,
        long bytesPerSecond, @Nullable Duration left, List<String> current) {

    /** What an import does, in this order. */
    public enum Phase {
        /** Waits until fewer imports run. */
        WAITING,
        /** Finds out which files there are, and whether they are wanted and fit. */
        LOOKING,
        /** Brings the files and computes their digests. */
        FETCHING,
        /** Looks whether the whole is a model with intact weights. */
        CHECKING,
        /** Writes and signs the manifest, and makes the model visible. */
        SEALING,
        /** Ended; see its outcome. */
        ENDED
    }

    /** Copies the paths. */
    public ImportProgress {
        current = List.copyOf(current);
    }

    /** 0 to 100. */
    public int percent() {
        return bytes == 0 ? 0 : (int) Math.min(100, bytesDone * 100 / bytes);
    }
}
