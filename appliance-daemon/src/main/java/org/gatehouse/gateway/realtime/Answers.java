package org.gatehouse.gateway.realtime;

import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.Cost;
import org.gatehouse.audit.Outcome;
import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.Conclusion;
import org.gatehouse.gateway.exchange.Arrival;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.ModelRequest;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.exchange.Verdict;
import org.gatehouse.gateway.metering.Tariff;

/**
 * The answers of one session, each admitted before it is asked for, or when the upstream begins it by itself, and each settled
 * and recorded when it ends. Thread-safe: the client's side asks, the upstream's side reports; the lock guards what is under
 * way and is not held while a row is written.
 */
final class Answers {
    /** What one token of the client's audio takes: 100 ms of 24 kHz and 16 bits. */
    private static final int AUDIO_BYTES_PER_TOKEN = 4800;
    private static final int TEXT_BYTES_PER_TOKEN = 4;
    private static final ModelRequest.Span NOWHERE = new ModelRequest.Span(0, 0);
    private static final byte[] NOTHING = {};

    private final Rooms rooms;
    private final Exchange session;
    private final int most;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Answer> asked = new ArrayDeque<>();
    private final Map<String, Answer> running = new HashMap<>();
    private long knownContext;
    private long textSince;
    private long audioSince;
    private long sessionCap;
    private boolean over;

    Answers(Rooms rooms, Exchange session, int most) {
        this.rooms = rooms;
        this.session = session;
        this.most = most;
    }

    /** Something of the client's goes to the upstream, where it becomes a part of later prompts. */
    void heard(Event event, int bytes) {
        lock.lock();
        try {
            if (event.audioBytes() > 0) {
                audioSince += event.audioBytes() * 3L / 4;
            } else {
                textSince += bytes;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Admits an answer that the client asks for; gives why not, which is recorded already. */
    @Nullable
    Refusal ask(Event event, byte[] bytes) {
        return admit(event, bytes, true);
    }

    /**
     * The upstream has begun an answer; gives why it should not have, if nobody asked for it and it would have been refused. It
     * is settled all the same when it ends.
     */
    @Nullable
    Refusal begun(Event event) {
        String id = event.response();
        lock.lock();
        try {
            Answer waiting = asked.poll();
            if (waiting != null && id != null) {
                running.put(id, waiting);
                return null;
            }
        } finally {
            lock.unlock();
        }
        return id == null ? null : admit(event, NOTHING, false);
    }

    /** Forwards a piece's size to the answer that it belongs to. */
    void produced(Event piece) {
        String id = piece.response();
        if (id == null) {
            return;
        }
        lock.lock();
        try {
            Answer answer = running.get(id);
            if (answer != null) {
                answer.produced(piece, rooms.nanoTime().getAsLong());
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * The upstream has ended an answer: settles and records it; false when the row could not be written.
     *
     * @param over why the session has ended before; {@code null} while it has not
     */
    boolean done(Event event, byte[] bytes, @Nullable SessionEnd over) {
        String id = event.response();
        Answer answer;
        lock.lock();
        try {
            answer = id == null ? null : running.remove(id);
            Usage usage = event.usage();
            if (usage != null) {
                knownContext = usage.totalTokens();
                textSince = 0;
                audioSince = 0;
            }
        } finally {
            lock.unlock();
        }
        if (answer == null) {
            return used(event);
        }
        Refusal uninvited = answer.uninvited();
        boolean failed = event.status().equals("failed");
        Usage usage = event.usage() == null ? answer.estimated() : event.usage();
        boolean recorded;
        if (uninvited != null) {
            recorded = finish(answer, 200, Outcome.CUT_BY_QUOTA, uninvited.reason().code(), usage, bytes);
        } else if (over != null) {
            recorded = finish(answer, over.answerStatus(), over.answerOutcome(), over.code(), usage, bytes);
        } else {
            recorded = finish(answer, 200, failed ? Outcome.FAILED : Outcome.COMPLETED,
                    failed ? Reason.UPSTREAM_ERROR.code() : null, usage, bytes);
        }
        settledOne();
        return recorded;
    }

    /** The upstream reports that it used something beside any answer, such as to write down what it heard. */
    boolean used(Event event) {
        Usage usage = event.usage();
        if (usage == null) {
            return true;
        }
        Exchange exchange = exchange(NOTHING, 0);
        if (rooms.authentication().pass(exchange) instanceof Refusal) {
            exchange.identifiedAs(session.key());
        }
        route(exchange);
        exchange.holds(rooms.admission().afterwards(exchange));
        return finish(new Answer(exchange, rooms.book().takeOff(exchange), null, null), 200, Outcome.COMPLETED, null,
                usage, NOTHING);
    }

    /** The upstream says that it did not do something: if that was to answer, nothing is used. */
    void refused(Event error) {
        Answer refused = null;
        lock.lock();
        try {
            String event = error.refers();
            for (Answer answer : asked) {
                // Without a name it may be about anything; an answer that begins after all is then admitted anew.
                if (event == null ? answer.event() == null : event.equals(answer.event())) {
                    refused = answer;
                    break;
                }
            }
            if (refused != null) {
                asked.remove(refused);
            }
        } finally {
            lock.unlock();
        }
        if (refused != null) {
            finish(refused, 400, Outcome.FAILED, "upstream_refused", Usage.NOTHING, NOTHING);
            settledOne();
        }
    }

    /** The upstream tells how long answers may become that name no length of their own. */
    void capped(long tokens) {
        lock.lock();
        try {
            sessionCap = tokens;
        } finally {
            lock.unlock();
        }
    }

    /** Whether no answer is under way. */
    boolean idle() {
        lock.lock();
        try {
            return asked.isEmpty() && running.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** The upstream will report nothing any more. */
    void noMore() {
        lock.lock();
        try {
            over = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until no answer is under way, or none will be reported any more; false when the time passes first. */
    boolean awaitIdle(long nanos) {
        lock.lock();
        try {
            long left = nanos;
            while (!over && !(asked.isEmpty() && running.isEmpty())) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Settles and records what will not end any more, with what is known of it. */
    void abandon(SessionEnd end) {
        List<Answer> left = new ArrayList<>();
        List<Answer> unbegun;
        lock.lock();
        try {
            left.addAll(running.values());
            unbegun = List.copyOf(asked);
            running.clear();
            asked.clear();
        } finally {
            lock.unlock();
        }
        left.forEach(answer -> finish(answer, end.answerStatus(), end.answerOutcome(), end.code(),
                answer.estimated(), NOTHING));
        unbegun.forEach(answer -> finish(answer, end.answerStatus(), end.answerOutcome(), end.code(), Usage.NOTHING,
                NOTHING));
    }

    private @Nullable Refusal admit(Event event, byte[] bytes, boolean invited) {
        long cap = event.cap() > 0 ? event.cap() : sessionCap;
        Exchange exchange = exchange(bytes, cap);
        Refusal refusal = rooms.book().refusal().orElse(null);
        refusal = refusal == null ? refusal(rooms.authentication().pass(exchange)) : refusal;
        refusal = refusal == null ? refusal(rooms.permission().pass(exchange)) : refusal;
        if (refusal == null) {
            route(exchange);
            refusal = full(invited);
        }
        refusal = refusal == null ? refusal(rooms.admission().answer(exchange)) : refusal;
        if (refusal != null && invited) {
            rooms.conclusion().enter(exchange, refusal.reason().status(), Outcome.REFUSED, refusal.reason().code(),
                    Usage.NOTHING, null, -1, NOTHING, null);
            return refusal;
        }
        if (refusal != null) {
            if (exchange.keyIfKnown() == null) {
                exchange.identifiedAs(session.key());
            }
            route(exchange);
            exchange.holds(rooms.admission().afterwards(exchange));
        }
        Answer answer = new Answer(exchange, rooms.book().takeOff(exchange), event.id(), refusal);
        lock.lock();
        try {
            if (invited) {
                asked.add(answer);
            } else {
                running.put(String.valueOf(event.response()), answer);
            }
        } finally {
            lock.unlock();
        }
        return refusal;
    }

    private @Nullable Refusal full(boolean invited) {
        lock.lock();
        try {
            return invited && asked.size() + running.size() >= most
                    ? Refusal.of(Reason.RATE_LIMITED, "The session has " + most
                            + " answers under way, which is the most. Wait for one to end.")
                    : null;
        } finally {
            lock.unlock();
        }
    }

    private Exchange exchange(byte[] bytes, long cap) {
        Arrival opened = session.arrival();
        Arrival arrival = new Arrival(rooms.ids().get(), rooms.clock().instant().truncatedTo(ChronoUnit.MICROS),
                rooms.nanoTime().getAsLong(), opened.dialect(), opened.surface(), opened.clientAddress(),
                opened.requestId(), opened.trace(), opened.scenario(), null, null,
                opened.hints(), rooms.snapshots().get(), opened.claim());
        Exchange exchange = new Exchange(arrival, session.presence(), session.reply(), session.body());
        long context = context();
        exchange.asked(Opening.request(bytes, session.route().name(),
                cap > 0 ? new ModelRequest.OutputCap(cap, NOWHERE) : null, context));
        exchange.promptTokens(context, true);
        return exchange;
    }

    /** Where the session goes, all of it goes. */
    private void route(Exchange exchange) {
        if (exchange.routeIfKnown() == null) {
            exchange.resolvedTo(session.route());
        }
        exchange.routedTo(session.target(), session.passage());
        String instance = session.instanceIfKnown();
        if (instance != null) {
            exchange.servedBy(instance);
        }
        exchange.ledBy(session.way(), List.of(session.target()));
    }

    /** The tokens that the next prompt probably has: what the last answer had and made, and what was said since. */
    private long context() {
        lock.lock();
        try {
            return Math.min(session.route().contextTokens(), knownContext + textSince / TEXT_BYTES_PER_TOKEN
                    + audioSince / AUDIO_BYTES_PER_TOKEN);
        } finally {
            lock.unlock();
        }
    }

    private boolean finish(Answer answer, int status, Outcome outcome, @Nullable String code, Usage usage,
            byte[] reply) {
        Exchange exchange = answer.exchange();
        Cost cost = usage.source() == Usage.Source.NONE ? null : Tariff.of(exchange).costOf(usage);
        exchange.reservation().settle(usage, cost == null ? null : cost.amount());
        Conclusion conclusion = rooms.conclusion();
        return conclusion.enter(exchange, status, outcome, code, usage, cost, answer.firstByteNanos(), reply,
                answer.flight());
    }

    private void settledOne() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private static @Nullable Refusal refusal(Verdict verdict) {
        return verdict instanceof Refusal refusal ? refusal : null;
    }
}
