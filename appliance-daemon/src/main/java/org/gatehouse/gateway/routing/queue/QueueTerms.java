package org.gatehouse.gateway.routing.queue;

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

    /** Checks the ranges. */
    public QueueTerms {
        if (places < 1 || waiting < 0 || waitingOfOne < 0 || batchEvery < 2 || !longestWait.isPositive()) {
            throw new IllegalArgumentException(
                    "a queue has a place, no negative bound, a batch turn at most every other time, and a longest wait");
        }
    }
}
