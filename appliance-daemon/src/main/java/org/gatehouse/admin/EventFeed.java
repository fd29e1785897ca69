package org.gatehouse.admin;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.gatehouse.admin.EventTopic.Part;
import org.gatehouse.governance.form.Json;

/**
 * States that change, as server-sent events. Each topic that somebody listens to is looked at as often as it says, once for all of the
 * same reach, and sent when it is another than before. A listener that is slow gets the newest state of each topic and misses those
 * between, so nothing piles up for it. Thread-safe.
 */
final class EventFeed implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(EventFeed.class.getName());
    static final int MOST_LISTENERS = 200;
    /** More of one person or token than this are pages that nobody looks at. */
    static final int MOST_OF_ONE = 8;
    /** Then a stream ends, and a browser's comes back by itself. */
    private static final Duration LONGEST = Duration.ofMinutes(10);
    private static final long EVERY_NANOS = Duration.ofSeconds(1).toNanos();
    /** An event, not a comment: pages see it, and so they see that a stream has died without an end. */
    private static final byte[] HEARTBEAT = "event: beat\ndata: {}\n\n".getBytes(StandardCharsets.US_ASCII);

    private final Map<String, EventTopic> topics = new LinkedHashMap<>();
    private final LongSupplier nanoTime;
    private final String life;
    private final Duration heartbeat;
    private final Duration checked;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    /** Guarded by the lock, as all that follows. */
    private final Map<Part, Frame> newest = new HashMap<>();
    private final Map<Part, Integer> listening = new HashMap<>();
    /** When each was last looked at. */
    private final Map<Part, Long> looked = new HashMap<>();
    private final List<Seat> seats = new ArrayList<>();
    private long sequence;
    private boolean running;
    private boolean closed;

    /** How somebody who listens stands by now. */
    enum Hearing {
        /** They may hear just what they hear. */
        SAME,
        /** They may hear, but of other things than before: they come back and are taken in anew. */
        OTHER,
        /** They may not listen any more. */
        NOTHING
    }

    /** A topic's state and its place among all that were sent. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Frame(long sequence, Part of, byte[] json) {}

    /**
     * A feed of these topics.
     *
     * @param life tells this start of the box from others: ids of another one mean nothing here
     * @param heartbeat after so much silence the event {@code beat} is sent
     * @param checked how often it is asked whether a listener may still listen
     */
    EventFeed(Collection<EventTopic> topics, LongSupplier nanoTime, String life, Duration heartbeat, Duration checked) {
        topics.forEach(topic -> this.topics.put(topic.name(), topic));
        this.nanoTime = nanoTime;
        this.life = life;
        this.heartbeat = heartbeat;
        this.checked = checked;
    }

    /** All there are, by name. */
    Map<String, EventTopic> topics() {
        return topics;
    }

    /** A listener's place. Guarded by the feed's lock. */
    static final class Seat {
        private final String owner;
        private final Set<Part> wanted;
        /** It is somebody else's now, or whoever sat here has left. */
        private boolean taken;

        private Seat(String owner, Set<Part> wanted) {
            this.owner = owner;
            this.wanted = Set.copyOf(wanted);
        }
    }

    /**
     * Takes a listener in. One of many of the same owner takes the place of the oldest: it may have left without that being seen.
     *
     * @return {@code null} when there are too many; whoever was taken in must {@link #leave}
     */
    @Nullable
    Seat enter(String owner, Set<Part> wanted) {
        lock.lock();
        try {
            if (closed || seats.size() >= MOST_LISTENERS) {
                return null;
            }
            List<Seat> own = seats.stream().filter(seat -> seat.owner.equals(owner) && !seat.taken).toList();
            if (own.size() >= MOST_OF_ONE) {
                own.getFirst().taken = true;
                news.signalAll();
            }
            Seat seat = new Seat(owner, wanted);
            seats.add(seat);
            wanted.forEach(part -> listening.merge(part, 1, Integer::sum));
            if (!running) {
                running = true;
                Thread.ofVirtual().name("event-feed").start(this::work);
            }
            return seat;
        } finally {
            lock.unlock();
        }
    }

    /** A listener went away while nothing was written to them: ends their stream, whose thread then {@link #leave}s. */
    void wentAway(Seat seat) {
        lock.lock();
        try {
            seat.taken = true;
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** A listener is gone. */
    void leave(Seat seat) {
        lock.lock();
        try {
            seats.remove(seat);
            seat.wanted.forEach(part -> {
                if (listening.merge(part, -1, Integer::sum) == 0) {
                    listening.remove(part);
                    newest.remove(part);
                    looked.remove(part);
                }
            });
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void work() {
        while (true) {
            Set<Part> wanted;
            List<Part> due;
            lock.lock();
            try {
                if (closed || seats.isEmpty()) {
                    running = false;
                    return;
                }
                wanted = Set.copyOf(listening.keySet());
                due = wanted.stream().filter(this::isDue).toList();
            } finally {
                lock.unlock();
            }
            due.forEach(this::look);
            lock.lock();
            try {
                long left = EVERY_NANOS;
                while (left > 0 && !closed && listening.keySet().equals(wanted)) {
                    left = news.awaitNanos(left);
                }
            } catch (InterruptedException _) {
                running = false;
                return;
            } finally {
                lock.unlock();
            }
        }
    }

    private boolean isDue(Part part) {
        EventTopic topic = topics.get(part.topic());
        Long before = looked.get(part);
        // Half a turn of grace: a look takes time itself.
        return topic != null && (before == null
                || nanoTime.getAsLong() - before >= topic.every().toNanos() - EVERY_NANOS / 2);
    }

    private void look(Part part) {
        EventTopic topic = Objects.requireNonNull(topics.get(part.topic()));
        long now = nanoTime.getAsLong();
        byte @Nullable [] json = null;
        try {
            json = Json.bytes(topic.state().apply(part.reach()));
        } catch (RuntimeException e) {
            // What was last seen stays; the next look may succeed.
            LOG.log(System.Logger.Level.DEBUG, "The topic " + part.topic() + " could not be looked at.", e);
        }
        lock.lock();
        try {
            if (!listening.containsKey(part)) {
                return;
            }
            looked.put(part, now);
            Frame before = newest.get(part);
            if (json != null && (before == null || !Arrays.equals(before.json(), json))) {
                newest.put(part, new Frame(++sequence, part, json));
                news.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends what changes until the listener leaves, may not listen any more, or the box stops.
     *
     * @param lastId what the listener has had; {@code null} for nothing
     * @param hears how the listener stands by now; asked every few seconds
     * @throws IOException when the listener is gone
     */
    void serve(Seat seat, @Nullable String lastId, Supplier<Hearing> hears, OutputStream out) throws IOException {
        long had = had(lastId);
        long lastWrite = nanoTime.getAsLong();
        long lastCheck = lastWrite;
        long begun = lastWrite;
        out.write("retry: 3000\n\n".getBytes(StandardCharsets.US_ASCII));
        out.flush();
        while (true) {
            List<Frame> frames = await(seat, had);
            long now = nanoTime.getAsLong();
            if (now - lastCheck >= checked.toNanos()) {
                Hearing standing = hears.get();
                if (standing == Hearing.NOTHING) {
                    out.write("event: end\ndata: {\"reason\":\"session\"}\n\n".getBytes(StandardCharsets.US_ASCII));
                    out.flush();
                }
                if (standing != Hearing.SAME) {
                    return;
                }
                lastCheck = now;
            }
            for (Frame frame : frames) {
                out.write(("id: " + life + "-" + frame.sequence() + "\nevent: " + frame.of().topic() + "\ndata: ")
                        .getBytes(StandardCharsets.US_ASCII));
                out.write(frame.json());
                out.write("\n\n".getBytes(StandardCharsets.US_ASCII));
                had = frame.sequence();
            }
            if (!frames.isEmpty() || now - lastWrite >= heartbeat.toNanos()) {
                if (frames.isEmpty()) {
                    out.write(HEARTBEAT);
                }
                out.flush();
                lastWrite = now;
            }
            if (isOver(seat) || now - begun >= LONGEST.toNanos()) {
                return;
            }
        }
    }

    private long had(@Nullable String lastId) {
        if (lastId == null || !lastId.startsWith(life + "-")) {
            return 0;
        }
        try {
            return Long.parseLong(lastId.substring(life.length() + 1));
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    /** What is newer than that, oldest first; waits for a second at most. */
    private List<Frame> await(Seat seat, long had) {
        lock.lock();
        try {
            long left = EVERY_NANOS;
            while (left > 0 && !closed && !seat.taken && newer(seat.wanted, had).isEmpty()) {
                left = news.awaitNanos(left);
            }
            return newer(seat.wanted, had);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a listener waited", e);
        } finally {
            lock.unlock();
        }
    }

    private List<Frame> newer(Set<Part> wanted, long had) {
        return newest.values().stream().filter(frame -> frame.sequence() > had && wanted.contains(frame.of()))
                .sorted(Comparator.comparingLong(Frame::sequence)).toList();
    }

    private boolean isOver(Seat seat) {
        lock.lock();
        try {
            return closed || seat.taken;
        } finally {
            lock.unlock();
        }
    }

    /** How many listen. */
    int listeners() {
        lock.lock();
        try {
            return seats.size();
        } finally {
            lock.unlock();
        }
    }

    /** Ends every listener's stream within moments. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            news.signalAll();
            long left = TimeUnit.SECONDS.toNanos(2);
            while (left > 0 && !seats.isEmpty()) {
                left = news.awaitNanos(left);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }
}
