package org.gatehouse.audit;

import java.util.UUID;

/**
 * A node among those that share a database. Immutable.
 *
 * @param id its identity
 * @param number its small number in this database, at least 0
 */
record TrailNode(UUID id, int number) {

    /** The lower bits of a position: enough for 500,000 records a second for a year. */
    private static final int SEQUENCE_BITS = 44;

    /** Where a record of this node stands in the table. */
    long position(long sequence) {
        return ((long) number << SEQUENCE_BITS) + sequence;
    }

    /** Beyond any record of this node. */
    long end() {
        return position((1L << SEQUENCE_BITS) - 1);
    }
}
