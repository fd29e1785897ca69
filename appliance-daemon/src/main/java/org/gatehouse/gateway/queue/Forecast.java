package org.gatehouse.gateway.queue;

import java.time.Duration;
import java.util.List;

/** How long a call that comes now would wait, if all goes on as it does. Under the queue's lock. */
final class Forecast {
    private static final long LEAST_NANOS = 1_000_000_000L;
    private static final long MOST_NANOS = 300_000_000_000L;

    private Forecast() {}

    /**
     * Nanoseconds until one more call of a department has its turn, in a queue that has no room: what goes before it by the
     * shares of the departments, at the pace of the moment; 0 where no pace is known yet.
     */
    static double of(QueueTerms terms, Pace pace, List<Department> active, Department of, boolean batch, long now) {
        double ownClass = ahead(pace, active, of, batch);
        double others = 0;
        for (Department department : active) {
            others += department.line(!batch).size();
        }
        // While both classes wait, one turn in so many is the batch class's.
        double between = batch
                ? Math.min(others, (ownClass + 1) * (terms.batchEvery() - 1))
                : Math.min(others, ownClass / (terms.batchEvery() - 1));
        return pace.holdNanos(now) * (ownClass + between + 1) / terms.places();
    }

    /** Calls of the class that have their turn before one more of the department. */
    private static double ahead(Pace pace, List<Department> active, Department of, boolean batch) {
        double own = of.line(batch).size();
        double reached = counter(active, of) + (own + 1) * pace.cost() / of.weight;
        double ahead = own;
        for (Department other : active) {
            if (other != of) {
                double until = (reached - other.counter) * other.weight / pace.cost();
                ahead += Math.clamp(until, 0, other.line(batch).size());
            }
        }
        return ahead;
    }

    /** Where a department's counter stands when its next call comes: idleness saves nothing up. */
    static double counter(List<Department> active, Department of) {
        if (of.active()) {
            return of.counter;
        }
        double least = Double.MAX_VALUE;
        for (Department other : active) {
            least = Math.min(least, other.counter);
        }
        return active.isEmpty() ? of.counter : Math.max(of.counter, least);
    }

    /** What to tell a caller: whole seconds do for that, and nobody plans further ahead than minutes. */
    static Duration toldAs(double nanos) {
        return Duration.ofNanos(Math.clamp((long) nanos, LEAST_NANOS, MOST_NANOS));
    }
}
