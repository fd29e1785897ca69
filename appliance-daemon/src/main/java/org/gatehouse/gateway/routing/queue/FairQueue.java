package org.gatehouse.gateway.routing.queue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Gives the places at a local model to departments in proportion to their weights, counted in tokens rather than calls:
 * each has a virtual counter of the tokens it was served, divided by its weight, and the lowest is next. A department that
 * comes back from idleness starts at the counter of those that wait, so that nobody saves up a flood (the virtual token
 * counter of Sheng and others, OSDI 2024). Interactive calls go before batch ones, which have every so many-th turn.
 * Thread-safe: one lock guards all of it; nobody waits while holding it, actions run outside of it.
 */
public final class FairQueue {
    /** Making a token costs an engine about as much as reading two to four. */
    private static final int OUTPUT_COST = 3;
    private static final double RATE_WEIGHT = 0.2;
    private static final long LEAST_RETRY_NANOS = 1_000_000_000L;
    private static final long MOST_RETRY_NANOS = 300_000_000_000L;
    private static final int MOST_IDLE = 1024;

    private final LongSupplier nanoTime;
    private final Map<String, Department> departments = new HashMap<>();
    private QueueTerms terms;
    private int served;
    private int waiting;
    private int interactiveTurns;
    private long numbers;
    /** Nanoseconds for which a call holds its place; 0 when no call has ended yet. */
    private double holdNanos;

    static final class Department {
        private final String name;
        private double counter;
        private int weight = 1;
        private final ArrayDeque<Turn> interactive = new ArrayDeque<>();
        private final ArrayDeque<Turn> batch = new ArrayDeque<>();
        private int served;

        private Department(String name) {
            this.name = name;
        }

        private int waiting() {
            return interactive.size() + batch.size();
        }

        private ArrayDeque<Turn> line(boolean ofBatch) {
            return ofBatch ? batch : interactive;
        }
    }

    /**
     * The queue at one moment. Immutable.
     *
     * @param served calls at the model
     * @param waitingByDepartment those that have one waiting
     * @param holdTime for which a call holds its place, on average; zero when unknown
     */
    public record View(int served, int waiting, Map<String, Integer> waitingByDepartment, Duration holdTime) {

        /** Copies the map. */
        public View {
            waitingByDepartment = Map.copyOf(waitingByDepartment);
        }
    }

    /** An empty one, with the clock of its times. */
    public FairQueue(QueueTerms terms, LongSupplier nanoTime) {
        this.terms = terms;
        this.nanoTime = nanoTime;
    }

    /**
     * A call comes.
     *
     * @param department whose share it takes
     * @param weight of that share, at least 1
     * @param batch whether nobody waits for it
     * @param promptTokens likely
     * @param outputTokens likely
     * @param deadline after which its turn would be useless, on the queue's clock
     */
    public Entry enter(String department, int weight, boolean batch, long promptTokens, long outputTokens,
            long deadline) {
        List<Turn> decided = new ArrayList<>(1);
        Entry entry;
        synchronized (this) {
            long now = nanoTime.getAsLong();
            Department of = departments.computeIfAbsent(department, Department::new);
            of.weight = Math.max(1, weight);
            boolean room = served < terms.places() && waiting == 0;
            Entry.Why why = room ? null : whyNot(of, batch, deadline, now);
            if (why != null) {
                entry = new Entry.TurnedAway(why, retryAfter());
            } else {
                catchUp(of);
                long until = Math.min(deadline - now, terms.longestWait().toNanos()) + now;
                Turn turn = new Turn(this, of, batch, cost(promptTokens, outputTokens), until, ++numbers);
                of.line(batch).add(turn);
                waiting++;
                fill(decided, now);
                entry = new Entry.Admitted(turn);
            }
            tidy();
        }
        decided.forEach(Turn::tell);
        return entry;
    }

    private Entry.@Nullable Why whyNot(Department of, boolean batch, long deadline, long now) {
        if (waiting >= terms.waiting()) {
            return Entry.Why.FULL;
        }
        if (of.waiting() >= terms.waitingOfOne()) {
            return Entry.Why.DEPARTMENT_FULL;
        }
        int before = batch ? waiting : waitingInteractive();
        double wait = holdNanos * (before + 1) / terms.places();
        return deadline - now <= wait ? Entry.Why.TOO_LATE : null;
    }

    private int waitingInteractive() {
        int count = 0;
        for (Department department : departments.values()) {
            count += department.interactive.size();
        }
        return count;
    }

    /** Lifts the counter of a department that has nothing here to the least of those that have. */
    private void catchUp(Department of) {
        if (of.waiting() > 0 || of.served > 0) {
            return;
        }
        double least = Double.MAX_VALUE;
        double mostOfAll = 0;
        for (Department other : departments.values()) {
            mostOfAll = Math.max(mostOfAll, other.counter);
            if (other != of && (other.waiting() > 0 || other.served > 0)) {
                least = Math.min(least, other.counter);
            }
        }
        if (least < Double.MAX_VALUE) {
            of.counter = Math.max(of.counter, least);
        } else if (mostOfAll > 1e12) {
            departments.values().forEach(each -> each.counter = 0);
        }
    }

    /** Gives free places to whoever is next. */
    private void fill(List<Turn> decided, long now) {
        while (served < terms.places() && waiting > 0) {
            Department interactive = lowest(false, decided, now);
            Department batch = lowest(true, decided, now);
            boolean batchTurn = batch != null
                    && (interactive == null || interactiveTurns >= terms.batchEvery() - 1);
            Department next = batchTurn ? batch : interactive;
            if (next == null) {
                return;
            }
            interactiveTurns = batch == null || batchTurn ? 0 : interactiveTurns + 1;
            Turn turn = next.line(batchTurn).remove();
            waiting--;
            if (turn.become(Turn.State.WAITING, Turn.State.SERVED)) {
                turn.startedAt = now;
                next.counter += (double) turn.expectedCost / next.weight;
                next.served++;
                served++;
                decided.add(turn);
            }
        }
    }

    /** The department of a class with the lowest counter; equals in the order of their first calls. */
    private @Nullable Department lowest(boolean batch, List<Turn> decided, long now) {
        Department best = null;
        long bestNumber = 0;
        for (Department department : departments.values()) {
            Turn head = head(department.line(batch), decided, now);
            if (head != null && (best == null || department.counter < best.counter
                    || department.counter == best.counter && head.number < bestNumber)) {
                best = department;
                bestNumber = head.number;
            }
        }
        return best;
    }

    /** The first that still waits and is not late. */
    private @Nullable Turn head(ArrayDeque<Turn> line, List<Turn> decided, long now) {
        while (true) {
            Turn head = line.peek();
            if (head == null || now - head.deadline < 0) {
                return head;
            }
            line.remove();
            waiting--;
            if (head.become(Turn.State.WAITING, Turn.State.EXPIRED)) {
                decided.add(head);
            }
        }
    }

    void leave(Turn turn, long promptTokens, long outputTokens) {
        List<Turn> decided = new ArrayList<>(1);
        synchronized (this) {
            long now = nanoTime.getAsLong();
            Department of = turn.department;
            if (turn.become(Turn.State.SERVED, Turn.State.OVER)) {
                served--;
                of.served--;
                of.counter += (double) (cost(promptTokens, outputTokens) - turn.expectedCost) / of.weight;
                long held = now - turn.startedAt;
                holdNanos = holdNanos == 0 ? held : holdNanos + RATE_WEIGHT * (held - holdNanos);
            } else if (turn.become(Turn.State.WAITING, Turn.State.OVER)) {
                of.line(turn.batch).remove(turn);
                waiting--;
                decided.add(turn);
            }
            fill(decided, now);
        }
        decided.forEach(Turn::tell);
    }

    void expire(Turn turn) {
        synchronized (this) {
            if (turn.become(Turn.State.WAITING, Turn.State.EXPIRED)) {
                turn.department.line(turn.batch).remove(turn);
                waiting--;
            }
        }
        turn.tell();
    }

    /** With other bounds from now on: more places are given at once, fewer come about as calls end. */
    public void bounds(QueueTerms other) {
        List<Turn> decided = new ArrayList<>();
        synchronized (this) {
            terms = other;
            fill(decided, nanoTime.getAsLong());
        }
        decided.forEach(Turn::tell);
    }

    /** When there is likely to be room for one more, at the speed of the moment: a second as long as that is unknown. */
    public synchronized Duration retryAfter() {
        double nanos = holdNanos * (waiting + 1) / terms.places();
        return Duration.ofNanos(Math.clamp((long) nanos, LEAST_RETRY_NANOS, MOST_RETRY_NANOS));
    }

    long nanosUntil(long deadline) {
        return deadline - nanoTime.getAsLong();
    }

    private static long cost(long promptTokens, long outputTokens) {
        return Math.max(0, promptTokens) + OUTPUT_COST * Math.max(0, outputTokens);
    }

    /** Departments without a call are forgotten when there are very many. */
    private void tidy() {
        if (departments.size() > MOST_IDLE) {
            departments.values().removeIf(each -> each.waiting() == 0 && each.served == 0);
        }
    }

    /** How it stands. */
    public synchronized View view() {
        Map<String, Integer> byDepartment = new TreeMap<>();
        for (Department department : departments.values()) {
            if (department.waiting() > 0) {
                byDepartment.put(department.name, department.waiting());
            }
        }
        return new View(served, waiting, byDepartment, Duration.ofNanos((long) holdNanos));
    }
}
