package org.gatehouse.gateway.queue;

import java.time.Duration;

/**
 * The bounds of a queue. Immutable.
 *
 * @param places calls that are served at once, at least 1
 * @param waiting calls that wait at most, at least 0
 * @param waitingOfOne of which at most so many of one department, at least 0
 * @param batchEvery while both classes wait, every so many-th turn is the batch class's, at least 2
 * @param longestWait after which a waiting call is turned away
 */
public record QueueTerms(int places, int waiting, int waitingOfOne, int batchEvery, Duration longestWait) {
    /** Each call that waits holds a connection, a body and a reservation. */
    private static final int MOST_WAITING = 256;
    private static final int BATCH_EVERY = 10;
    /** No client library waits longer for an answer. */
    private static final Duration LONGEST_WAIT = Duration.ofHours(1);

    /** Checks the ranges. */
    public QueueTerms {
        if (places < 1 || waiting < 0 || waitingOfOne < 0 || batchEvery < 2 || !longestWait.isPositive()) {
            throw new IllegalArgumentException(
                    "a queue has a place, no negative bound, a batch turn at most every other time, and a longest wait");
        }
    }

    /** With so many places and the usual bounds. */
    public static QueueTerms of(int places) {
        return of(places, MOST_WAITING, MOST_WAITING / 2);
    }

    /** With so many places, and bounds on how many wait. */
    public static QueueTerms of(int places, int waiting, int waitingOfOne) {
        return new QueueTerms(places, waiting, waitingOfOne, BATCH_EVERY, LONGEST_WAIT);
    }
}
