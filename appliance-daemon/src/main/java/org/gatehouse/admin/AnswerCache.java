package org.gatehouse.admin;

import java.math.BigDecimal;
import java.util.Map;
import java.util.UUID;

/** The answers that the gateway keeps, as the admin API sees them. Thread-safe. */
public interface AnswerCache {

    /** How they stand. */
    State state();

    /** How many answers of a public model are kept. */
    int kept(UUID model);

    /** Forgets every answer of a public model; says how many there were. */
    int purge(UUID model);

    /** Forgets every answer; says how many there were. */
    int purge();

    /**
     * How the answers stand, since the daemon started.
     *
     * @param hits calls that were answered with a kept answer
     * @param misses calls that would have been, had there been one
     * @param entries answers that are kept now
     * @param bytes what they take of memory
     * @param mostBytes what they may take
     * @param evicted answers that had to go to make room
     * @param savedInputTokens prompt tokens that no model had to read
     * @param savedOutputTokens tokens that no model had to produce
     * @param savedCost what these would have cost, by currency
     */
    record State(long hits, long misses, int entries, long bytes, long mostBytes, long evicted, long savedInputTokens,
            long savedOutputTokens, Map<String, BigDecimal> savedCost) {}
}
