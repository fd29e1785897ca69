package org.gatehouse.simulated.providers;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;

import org.jspecify.annotations.Nullable;

/** Decides which calls fail, and how. Thread-safe; the same seed spoils the same calls in the same order. */
final class FailureWall {

    /**
     * One call's failure.
     *
     * @param after output tokens before it shows; -1 for three
     * @param retryAfterSeconds for refusals; -1 for none
     */
    record Fault(Failure failure, int after, int retryAfterSeconds) {
        private static final int USUAL_AFTER = 3;

        int tokensBefore() {
            return after < 0 ? USUAL_AFTER : after;
        }
    }

    private final Deque<Fault> planned = new ArrayDeque<>();
    private List<Failure> kinds = List.of();
    private double probability;
    private SplittableRandom random = new SplittableRandom(1);
    private int turn;

    synchronized void plan(Fault fault, int times) {
        for (int i = 0; i < times; i++) {
            planned.addLast(fault);
        }
    }

    synchronized void randomly(double share, long seed, List<Failure> failures) {
        probability = share;
        random = new SplittableRandom(seed);
        kinds = failures;
        turn = 0;
    }

    synchronized void heal() {
        planned.clear();
        probability = 0;
    }

    /** The next call's failure, or null when it is to go well. Planned ones first; random ones take turns. */
    synchronized @Nullable Fault next() {
        Fault first = planned.pollFirst();
        if (first != null) {
            return first;
        }
        if (probability > 0 && !kinds.isEmpty() && random.nextDouble() < probability) {
            return new Fault(kinds.get(turn++ % kinds.size()), random.nextInt(6), -1);
        }
        return null;
    }
}
