package org.gatehouse.usage;

import java.time.Duration;
import java.time.Instant;

import org.gatehouse.store.Database;

/** Makes the digests of every day that is over, at once. */
public final class AllDigests {
    private AllDigests() {}

    /** Says how many days were made. */
    public static int make(Database database, Instant now) throws InterruptedException {
        return UsageDigests.make(database, now, Duration.ZERO);
    }
}
