package org.gatehouse.gateway.queue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
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
    private static final int MOST_IDLE = 1024;
    /** Beyond it adding a call's tokens would lose digits. */
    private static final double MOST_COUNTED = 1e12;

    private final LongSupplier nanoTime;
    private final Map<String, Department> departments = new HashMap<>();
    /** Those that have a call here. */
    private final List<Department> active = new ArrayList<>();
    private final Pace pace = new Pace();
    private final WaitTimes interactiveWaits = new WaitTimes();
    private final WaitTimes batchWaits = new WaitTimes();
    private final Map<Entry.Why, Long> turnedAway = new EnumMap<>(Entry.Why.class);
    /** Written under the lock. */
    private volatile QueueTerms terms;
    private int served;
    private int waiting;
    private int interactiveTurns;
    private long numbers;
    private long gaveUp;

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
        List<Turn> decided;
        Entry entry;
        synchronized (this) {
            long now = nanoTime.getAsLong();
            Department of = department(department);
            of.weight = Math.max(1, weight);
            boolean room = served < terms.places() && waiting == 0;
            Entry.Why why = room ? null : whyNot(of, batch, deadline, now);
            if (why != null) {
                turnedAway.merge(why, 1L, Long::sum);
                return new Entry.TurnedAway(why, retryAfter(of, batch, now));
            }
            if (!of.active()) {
                catchUp(of);
                active.add(of);
            }
            long until = Math.min(deadline - now, terms.longestWait().toNanos()) + now;
            Turn turn = new Turn(this, of, batch, cost(promptTokens, outputTokens), now, until, ++numbers);
            entry = new Entry.Admitted(turn);
            if (room) {
                interactiveTurns = 0;
                start(turn, now);
                return entry;
            }
            of.line(batch).add(turn);
            waiting++;
            decided = fill(now);
        }
        decided.forEach(Turn::tell);
        return entry;
    }

    private Department department(String name) {
        Department known = departments.get(name);
        if (known == null) {
            if (departments.size() >= MOST_IDLE) {
                departments.values().removeIf(each -> !each.active());
            }
            known = new Department(name);
            departments.put(name, known);
        }
        return known;
    }

    private Entry.@Nullable Why whyNot(Department of, boolean batch, long deadline, long now) {
        if (deadline - now <= Forecast.of(terms, pace, active, of, batch, now)) {
            return Entry.Why.TOO_LATE;
        }
        if (waiting >= terms.waiting()) {
            return Entry.Why.FULL;
        }
        return of.waiting() >= terms.waitingOfOne() ? Entry.Why.DEPARTMENT_FULL : null;
    }

    /** Lifts the counter of a department that has nothing here to the least of those that have. */
    private void catchUp(Department of) {
        of.counter = Forecast.counter(active, of);
        if (active.isEmpty() && of.counter > MOST_COUNTED) {
            departments.values().forEach(each -> each.counter = 0);
        }
    }

    private void start(Turn turn, long now) {
        if (turn.become(Turn.State.WAITING, Turn.State.SERVED)) {
            turn.startedAt = now;
            turn.department.charge(turn.expectedCost);
            turn.department.served++;
            served++;
            pace.started(now, turn.expectedCost);
            (turn.batch ? batchWaits : interactiveWaits).add(now - turn.enteredAt);
        }
    }

    /** Gives free places to whoever is next; those that wait no longer are to be told. */
    private List<Turn> fill(long now) {
        if (waiting == 0 || served >= terms.places()) {
            return List.of();
        }
        List<Turn> decided = new ArrayList<>(1);
        while (served < terms.places() && waiting > 0) {
            Department interactive = lowest(false, decided, now);
            Department batch = lowest(true, decided, now);
            boolean batchTurn = batch != null
                    && (interactive == null || interactiveTurns >= terms.batchEvery() - 1);
            Department next = batchTurn ? batch : interactive;
            if (next == null) {
                break;
            }
            interactiveTurns = batch == null || batchTurn ? 0 : interactiveTurns + 1;
            Turn turn = next.line(batchTurn).remove();
            waiting--;
            start(turn, now);
            decided.add(turn);
        }
        active.removeIf(each -> !each.active());
        return decided;
    }

    /** The department of a class with the lowest counter; equals in the order of their first calls. */
    private @Nullable Department lowest(boolean batch, List<Turn> decided, long now) {
        Department best = null;
        long bestNumber = 0;
        for (Department department : active) {
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
            gaveUp++;
            if (head.become(Turn.State.WAITING, Turn.State.EXPIRED)) {
                decided.add(head);
            }
        }
    }

    void leave(Turn turn, long promptTokens, long outputTokens, boolean used) {
        List<Turn> decided;
        synchronized (this) {
            long now = nanoTime.getAsLong();
            Department of = turn.department;
            if (turn.become(Turn.State.SERVED, Turn.State.OVER)) {
                served--;
                of.served--;
                of.charge(cost(promptTokens, outputTokens) - turn.expectedCost);
                pace.ended(turn.startedAt, now, used);
            } else if (turn.become(Turn.State.WAITING, Turn.State.OVER)) {
                of.line(turn.batch).remove(turn);
                waiting--;
                gaveUp++;
            } else {
                return;
            }
            if (!of.active()) {
                active.remove(of);
            }
            decided = fill(now);
        }
        turn.tell();
        decided.forEach(Turn::tell);
    }

    void expire(Turn turn) {
        synchronized (this) {
            if (!turn.become(Turn.State.WAITING, Turn.State.EXPIRED)) {
                return;
            }
            turn.department.line(turn.batch).remove(turn);
            waiting--;
            gaveUp++;
            if (!turn.department.active()) {
                active.remove(turn.department);
            }
        }
        turn.tell();
    }

    /** With other bounds from now on: more places are given at once, fewer come about as calls end. */
    public void bounds(QueueTerms other) {
        if (terms.equals(other)) {
            return;
        }
        List<Turn> decided;
        synchronized (this) {
            terms = other;
            decided = fill(nanoTime.getAsLong());
        }
        decided.forEach(Turn::tell);
    }

    /** When one more call of a department is likely to have its turn, at the speed of the moment; a second or more. */
    public synchronized Duration retryAfter(String department, boolean batch) {
        Department known = departments.get(department);
        return retryAfter(known == null ? new Department(department) : known, batch, nanoTime.getAsLong());
    }

    private Duration retryAfter(Department of, boolean batch, long now) {
        return Forecast.toldAs(Forecast.of(terms, pace, active, of, batch, now));
    }

    long nanosUntil(long deadline) {
        return deadline - nanoTime.getAsLong();
    }

    private static long cost(long promptTokens, long outputTokens) {
        return Math.max(0, promptTokens) + OUTPUT_COST * Math.max(0, outputTokens);
    }

    /** Calls that wait now. */
    public synchronized int waiting() {
        return waiting;
    }

    /** How it stands. */
    public synchronized QueueView view() {
        Map<String, Integer> byDepartment = new TreeMap<>();
        int batch = 0;
        for (Department department : active) {
            batch += department.batch.size();
            if (department.waiting() > 0) {
                byDepartment.put(department.name, department.waiting());
            }
        }
        return new QueueView(terms.places(), served, waiting, batch, byDepartment,
                Duration.ofNanos((long) pace.holdNanos(nanoTime.getAsLong())), turnedAway, gaveUp,
                interactiveWaits.view(), batchWaits.view());
    }
}
