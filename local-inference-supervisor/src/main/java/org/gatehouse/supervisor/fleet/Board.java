package org.gatehouse.supervisor.fleet;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/** Where the fleet's thread shows where calls may go, and callers look and wait. Thread-safe. */
final class Board {
    private final Object changes = new Object();
    /** What to run for those who wait, by whatever stands for each of them. */
    private final Map<Object, Runnable> watchers = new ConcurrentHashMap<>();
    private volatile Map<String, Route> routes = Map.of();

    /**
     * The way to one model.
     *
     * @param deployment whose
     * @param meter where its calls are counted
     * @param replicas those that serve, by id
     * @param otherwise what to answer where none does
     */
    record Route(String deployment, DemandMeter meter, List<Replica> replicas, Admission otherwise) {
        /** The least busy one that lets a call in; the call is in then. */
        @Nullable
        Replica enter() {
            if (replicas.size() == 1) {
                return replicas.getFirst().gate.enter() ? replicas.getFirst() : null;
            }
            // Read once: it changes while it is sorted.
            Map<Replica, Double> busy = new HashMap<>();
            replicas.forEach(replica -> busy.put(replica, replica.busyness()));
            return replicas.stream()
                    .sorted(Comparator.comparingDouble((Replica replica) -> busy.getOrDefault(replica, 0.0))
                            .thenComparing(replica -> replica.id))
                    .filter(replica -> replica.gate.enter()).findFirst().orElse(null);
        }
    }

    /** Shows these routes and wakes whoever waits. */
    void show(Map<String, Route> next) {
        routes = Map.copyOf(next);
        synchronized (changes) {
            changes.notifyAll();
        }
        watchers.values().forEach(Runnable::run);
    }

    /** Has the action run each time that something was shown, until {@link #forget}. */
    void watch(Object whose, Runnable action) {
        watchers.put(whose, action);
    }

    void forget(Object whose) {
        watchers.remove(whose);
    }

    @Nullable
    Route route(String publicName) {
        return routes.get(publicName);
    }

    /** Waits until something was shown since this route was looked up, or so long. */
    void await(Route seen, String publicName, long nanos) throws InterruptedException {
        synchronized (changes) {
            if (routes.get(publicName) == seen) {
                TimeUnit.NANOSECONDS.timedWait(changes, nanos);
            }
        }
    }
}
