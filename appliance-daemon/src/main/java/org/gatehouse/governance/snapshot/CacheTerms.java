package org.gatehouse.governance.snapshot;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;

/**
 * Whether and how the answers of a public model are kept, for the same question asked again. Immutable.
 *
 * @param enabled whether at all; a key's policy must allow it too
 * @param ttl how long an answer is given again, counted from when it was made; more than nothing
 * @param largestEntryBytes what one kept answer may take of memory, 1 to {@value #LARGEST_ENTRY}
 * @param sharing whose keys are given each other's answers
 * @param anyTemperature whether answers are kept too that were drawn by chance: of a temperature that is not 0, without a seed
 */
public record CacheTerms(boolean enabled, Duration ttl, int largestEntryBytes, Sharing sharing,
        boolean anyTemperature) {
    /** The largest entry that can be allowed. */
    public static final int LARGEST_ENTRY = 4 << 20;
    /** Nothing is kept. */
    public static final CacheTerms OFF = new CacheTerms(false, Duration.ofHours(1), 64 << 10, Sharing.KEY, false);

    /** Whose keys are given each other's answers. Nothing is wider than a department. */
    public enum Sharing {
        /** The key's own only. */
        KEY,
        /** The project's keys share. */
        PROJECT,
        /** The department's keys share. */
        DEPARTMENT;

        /** The name in the API, lower case. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Checks the ranges. */
    public CacheTerms {
        Objects.requireNonNull(sharing, "sharing");
        if (!ttl.isPositive() || largestEntryBytes < 1 || largestEntryBytes > LARGEST_ENTRY) {
            throw new IllegalArgumentException("an answer is kept for more than no time, in 1 to " + LARGEST_ENTRY
                    + " bytes");
        }
    }
}
