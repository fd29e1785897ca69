package org.gatehouse.alerts;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.AlertDestination;

/**
 * Brings messages to destinations, in the background: a line and a thread for each, so that one that is down holds up no other.
 * Messages are tried again for an hour; a line that is full loses its oldest. Whoever hands something over waits for nothing.
 * Thread-safe.
 */
final class Courier implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Courier.class.getName());
    static final int LONGEST_LINE = 200;
    private static final Duration LONGEST_TRY = Duration.ofHours(1);
    private static final Duration IDLE = Duration.ofMinutes(1);
    private static final List<Duration> WAITS = List.of(Duration.ofSeconds(2), Duration.ofSeconds(5),
            Duration.ofSeconds(15), Duration.ofSeconds(60), Duration.ofMinutes(5));

    private final Post post;
    private final Function<UUID, Optional<AlertDestination>> destinations;
    private final InstantSource clock;
    private final Pause pause;
    private final Map<UUID, Line> lines = new ConcurrentHashMap<>();
    private final LongAdder delivered = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private volatile boolean closed;

    /** Brings one message to where it belongs, once. */
    @FunctionalInterface
    interface Post {
        Delivery bring(AlertDestination destination, UUID delivery, Notice notice);
    }

    /** Waits; a test's need not. */
    @FunctionalInterface
    interface Pause {
        void take(Duration length) throws InterruptedException;
    }

    /** What to bring. */
    private record Message(UUID delivery, Notice notice, Instant until) {}

    /** A destination's line. */
    private static final class Line {
        private final BlockingQueue<Message> queue = new ArrayBlockingQueue<>(LONGEST_LINE);
        private @Nullable Thread thread;
    }

    /**
     * Takes how messages are brought.
     *
     * @param destinations asked before each attempt, so that one that was changed is called as it is now
     */
    Courier(Post post, Function<UUID, Optional<AlertDestination>> destinations, InstantSource clock, Pause pause) {
        this.post = post;
        this.destinations = destinations;
        this.clock = clock;
        this.pause = pause;
    }

    /** Takes a message; never waits. */
    void send(UUID destination, UUID delivery, Notice notice) {
        if (closed) {
            return;
        }
        Message message = new Message(delivery, notice, clock.instant().plus(LONGEST_TRY));
        lines.compute(destination, (id, known) -> {
            Line line = known == null ? new Line() : known;
            while (!line.queue.offer(message)) {
                if (line.queue.poll() != null) {
                    dropped.increment();
                }
            }
            if (line.thread == null) {
                line.thread = Thread.ofVirtual().name("alert-courier").start(() -> work(id, line));
            }
            return line;
        });
    }

    private void work(UUID destination, Line line) {
        try {
            while (!closed) {
                Message message = line.queue.poll(IDLE.toSeconds(), TimeUnit.SECONDS);
                if (message == null) {
                    if (lines.computeIfPresent(destination,
                            (_, known) -> known.queue.isEmpty() ? null : known) == null) {
                        return;
                    }
                } else {
                    bring(destination, message);
                }
            }
        } catch (InterruptedException _) {
            // Stopping.
        }
    }

    private void bring(UUID destination, Message message) throws InterruptedException {
        for (int tries = 0;; tries++) {
            String trouble;
            try {
                Optional<AlertDestination> found = destinations.apply(destination).filter(AlertDestination::enabled);
                if (found.isEmpty()) {
                    dropped.increment();
                    return;
                }
                switch (post.bring(found.get(), message.delivery(), message.notice())) {
                    case Delivery.Taken _ -> {
                        delivered.increment();
                        return;
                    }
                    case Delivery.Failed(String text, boolean passing) -> {
                        trouble = text;
                        if (!passing) {
                            giveUp(trouble);
                            return;
                        }
                    }
                }
            } catch (RuntimeException e) {
                trouble = String.valueOf(e.getMessage());
            }
            Duration wait = WAITS.get(Math.min(tries, WAITS.size() - 1));
            if (clock.instant().plus(wait).isAfter(message.until())) {
                giveUp(trouble);
                return;
            }
            pause.take(wait);
        }
    }

    private void giveUp(String trouble) {
        failed.increment();
        LOG.log(System.Logger.Level.WARNING, "A message of an alert was not delivered. {0}", trouble);
    }

    long delivered() {
        return delivered.sum();
    }

    long failed() {
        return failed.sum();
    }

    long dropped() {
        return dropped.sum();
    }

    /** How many wait, over all destinations. */
    int waiting() {
        return lines.values().stream().mapToInt(line -> line.queue.size()).sum();
    }

    /** Breaks off what is under way. */
    @Override
    public void close() {
        closed = true;
        lines.values().forEach(line -> {
            Thread thread = line.thread;
            if (thread != null) {
                thread.interrupt();
            }
        });
    }
}
