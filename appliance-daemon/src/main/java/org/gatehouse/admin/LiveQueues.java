package org.gatehouse.admin;

import java.time.Duration;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/** How calls stand in line for deployments right now; supplied by whoever carries calls. Thread-safe. */
@FunctionalInterface
public interface LiveQueues {

    /** The line before a deployment; {@code null} when no call has come yet. */
    @Nullable
    Line line(String deployment);

    /**
     * Calls before a deployment.
     *
     * @param places calls that its engines get at once
     * @param running calls that have a place
     * @param waiting calls that wait for one, of both classes
     * @param waitingBatch of which so many of the batch class
     * @param waitingByDepartment those departments that have one waiting
     * @param holdTime for which a call holds its place, on average; zero when unknown
     * @param turnedAway calls that were told to come back later
     */
    record Line(int places, int running, int waiting, int waitingBatch, Map<String, Integer> waitingByDepartment,
            Duration holdTime, long turnedAway) {

        /** Copies the map. */
        public Line {
            waitingByDepartment = Map.copyOf(waitingByDepartment);
        }
    }
}
