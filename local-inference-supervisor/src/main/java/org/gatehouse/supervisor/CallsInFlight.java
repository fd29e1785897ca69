package org.gatehouse.supervisor;

/** How many calls are under way at an instance: what a drain waits for. Asked often; must answer from memory. Thread-safe. */
@FunctionalInterface
public interface CallsInFlight {

    /** Nobody counts: a drain ends at once. */
    CallsInFlight NOT_COUNTED = _ -> 0;

    /** Calls now under way at the instance with this id. */
    int at(String id);
}
