package org.gatehouse.gateway.queue;

/** How fast a model's places become free. Guarded by the queue's lock. */
final class Pace {
    /** About the last ten calls count. */
    private static final double RATE_WEIGHT = 0.2;

    /** Nanoseconds for which a call held its place; 0 when no call has ended yet. */
    private double ended;
    private double cost;
    private int running;
    /** Of the running calls, from the first call on, so that sums stay small. */
    private double startsOfRunning;
    private long origin;
    private boolean begun;

    void started(long now, long expectedCost) {
        if (!begun) {
            begun = true;
            origin = now;
        }
        running++;
        startsOfRunning += now - origin;
        cost = cost == 0 ? expectedCost : cost + RATE_WEIGHT * (expectedCost - cost);
    }

    /** A call has left its place; what it did not use says nothing of the others. */
    void ended(long startedAt, long now, boolean used) {
        running--;
        startsOfRunning = running == 0 ? 0 : startsOfRunning - (startedAt - origin);
        if (used) {
            long held = now - startedAt;
            ended = ended == 0 ? held : ended + RATE_WEIGHT * (held - ended);
        }
    }

    /** For how long a call holds its place: as those that ended did, and no less than those that run have already. */
    double holdNanos(long now) {
        double age = running == 0 ? 0 : now - origin - startsOfRunning / running;
        return Math.max(ended, age);
    }

    /** What a call costs, as expected, in tokens. */
    double cost() {
        return Math.max(1, cost);
    }
}
