package org.gatehouse.usage;

import java.time.Instant;
import java.util.Map;

import org.gatehouse.store.StoreFailure;

/** Knows the calls that have no row in the database yet. */
@FunctionalInterface
public interface CallsUnderWay {

    /**
     * When the oldest call began that is under way, by upstream. All other calls that began until now have their row in the database when
     * this returns; it may take some seconds.
     *
     * @throws StoreFailure when the database does not take rows: ask again later
     */
    Map<String, Instant> oldest();

    /** Nothing is ever under way. */
    static CallsUnderWay none() {
        return Map::of;
    }
}
