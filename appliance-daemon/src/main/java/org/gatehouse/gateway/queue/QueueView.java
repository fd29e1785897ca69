package org.gatehouse.gateway.queue;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A queue at one moment. Immutable.
 *
 * @param places calls that are served at once
 * @param served calls at the model
 * @param waiting calls that wait, of both classes
 * @param waitingBatch of which so many of the batch class
 * @param waitingByDepartment those departments that have one waiting
 * @param holdTime for which a call holds its place, on average; zero when unknown
 * @param turnedAway calls that were not let in, by the bound that stood against them
 * @param gaveUp calls that left before their turn: their time was up, or their clients left
 * @param interactiveWaits how long the interactive calls waited that had their turn
 * @param batchWaits how long the batch calls did
 */
public record QueueView(int places, int served, int waiting, int waitingBatch,
        Map<String, Integer> waitingByDepartment, Duration holdTime, Map<Entry.Why, Long> turnedAway, long gaveUp,
        Waits interactiveWaits, Waits batchWaits) {
    /** The upper ends of the steps that waits are counted in, in seconds. */
    public static final List<Double> STEPS = List.of(0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
            60.0, 300.0);

    /** Copies the maps. */
    public QueueView {
        waitingByDepartment = Map.copyOf(waitingByDepartment);
        turnedAway = Map.copyOf(turnedAway);
    }

    /**
     * How long calls waited.
     *
     * @param counts calls by the {@link QueueView#STEPS} that their waits fall into, and those beyond the last
     * @param seconds of all of them together
     */
    public record Waits(List<Long> counts, double seconds) {

        /** Copies the list. */
        public Waits {
            counts = List.copyOf(counts);
        }
    }
}
