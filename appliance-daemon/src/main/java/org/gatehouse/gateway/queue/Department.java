package org.gatehouse.gateway.queue;

import java.util.ArrayDeque;

/** A department at one queue: its calls that wait, and what it was served. Guarded by the queue's lock. */
final class Department {
    final String name;
    /** Tokens that it was served, by its weight. */
    double counter;
    int weight = 1;
    int served;
    final ArrayDeque<Turn> interactive = new ArrayDeque<>();
    final ArrayDeque<Turn> batch = new ArrayDeque<>();

    Department(String name) {
        this.name = name;
    }

    int waiting() {
        return interactive.size() + batch.size();
    }

    /** Whether it has a call here. */
    boolean active() {
        return served > 0 || !interactive.isEmpty() || !batch.isEmpty();
    }

    ArrayDeque<Turn> line(boolean ofBatch) {
        return ofBatch ? batch : interactive;
    }

    void charge(double cost) {
        counter += cost / weight;
    }
}
