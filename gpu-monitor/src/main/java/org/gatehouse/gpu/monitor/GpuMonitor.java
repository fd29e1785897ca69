package org.gatehouse.gpu.monitor;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import org.gatehouse.gpu.GpuEvent;
import org.gatehouse.gpu.GpuSnapshot;
import org.gatehouse.gpu.Sampling;

/**
 * Watches the GPUs of this machine and of others: reads each node at its pace, from the best source that works at the time, and keeps the
 * newest snapshot, the events and the history. Readers never wait for a device; the age of a snapshot tells how old it is. Thread-safe.
 *
 * <p>Each node has one thread; calls into native code run on a thread of their own behind a deadline, so that a driver that hangs costs
 * that thread and nothing more.
 */
public final class GpuMonitor implements AutoCloseable {
    private static final Logger LOG = System.getLogger(GpuMonitor.class.getName());
    private static final Duration STOPPING = Duration.ofSeconds(10);

    private final List<NodeWatch> watches;
    private final LongSupplier nanoTime;
    private final GpuHistory history;
    private final EventBook book = new EventBook();
    private final Map<String, GpuSnapshot> newest = new ConcurrentHashMap<>();
    private final List<Consumer<GpuSnapshot>> snapshotListeners = new CopyOnWriteArrayList<>();
    private final List<Consumer<GpuEvent>> eventListeners = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final CountDownLatch stopping = new CountDownLatch(1);

    /**
     * Watches nothing before {@link #start()}.
     *
     * @param nodes this machine first, then the others
     * @param minutes keeps the history's minutes
     * @param nanoTime a clock that never jumps, such as {@code System::nanoTime}
     */
    public GpuMonitor(List<WatchedNode> nodes, Patience patience, MinuteStore minutes, Clock clock,
            LongSupplier nanoTime) {
        Set<String> names = new HashSet<>();
        for (WatchedNode node : nodes) {
            if (!names.add(node.name())) {
                throw new IllegalArgumentException(
                        "Two watched nodes are named " + node.name() + "; give each a name of its own");
            }
        }
        this.watches = nodes.stream().map(node -> new NodeWatch(node, patience, clock, nanoTime)).toList();
        this.nanoTime = Objects.requireNonNull(nanoTime, "nanoTime");
        this.history = new GpuHistory(minutes);
    }

    /** Starts to read; to be called once. The first snapshots are there after the sources have opened, usually within a second. */
    public synchronized void start() {
        if (!threads.isEmpty()) {
            throw new IllegalStateException("The GPU monitor runs already");
        }
        for (NodeWatch watch : watches) {
            threads.add(Thread.ofPlatform().daemon().name("gpu-" + watch.node().name()).start(() -> run(watch)));
        }
    }

    /** The newest snapshot of each node that has been read, in the order in which the nodes were given. */
    public List<GpuSnapshot> snapshots() {
        return watches.stream().map(watch -> newest.get(watch.node().name())).filter(Objects::nonNull).toList();
    }

    /** The newest snapshot of one node; empty before its first reading. */
    public Optional<GpuSnapshot> snapshot(String node) {
        return Optional.ofNullable(newest.get(node));
    }

    /** What happened to GPUs since the start, and what lasts, the newest last; at most 2000 events. */
    public List<GpuEvent> events() {
        return book.events();
    }

    /** The past of each GPU. */
    public GpuHistory history() {
        return history;
    }

    /** Calls {@code listener} with each event that begins, comes again, or ends, on the thread that reads the node: it must be quick. */
    public void onEvent(Consumer<GpuEvent> listener) {
        eventListeners.add(Objects.requireNonNull(listener, "listener"));
    }

    /** Calls {@code listener} with each snapshot, on the thread that reads the node: it must be quick. */
    public void onSnapshot(Consumer<GpuSnapshot> listener) {
        snapshotListeners.add(Objects.requireNonNull(listener, "listener"));
    }

    /** Stops to read and closes every source; waits at most ten seconds for those that answer. */
    @Override
    public synchronized void close() {
        stopping.countDown();
        long until = nanoTime.getAsLong() + STOPPING.toNanos();
        for (Thread thread : threads) {
            try {
                thread.join(Duration.ofNanos(Math.max(1, until - nanoTime.getAsLong())));
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Reads one node once. */
    void step(NodeWatch watch) {
        Sampling.Taken taken = watch.step();
        GpuSnapshot snapshot = taken.snapshot();
        newest.put(watch.node().name(), snapshot);
        List<GpuEvent> events = book.take(taken);
        quietly("keep the history", () -> history.add(snapshot));
        snapshotListeners.forEach(listener -> quietly("hear a snapshot", () -> listener.accept(snapshot)));
        events.forEach(event -> eventListeners
                .forEach(listener -> quietly("hear of " + event.key(), () -> listener.accept(event))));
    }

    /** The watches, for a test that steps them by hand. */
    List<NodeWatch> watches() {
        return watches;
    }

    private void run(NodeWatch watch) {
        long every = watch.node().every().toNanos();
        long next = nanoTime.getAsLong();
        try {
            do {
                quietly("read " + watch.node().name(), () -> step(watch));
                // A reading that took too long is not made up for: the next one keeps the beat.
                long now = nanoTime.getAsLong();
                next += every * Math.max(1, Math.ceilDiv(now - next, every));
            } while (!stopping.await(next - nanoTime.getAsLong(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException stopped) {
            // Nobody does this but a process that ends; the same as close().
        } finally {
            watch.close();
        }
    }

    private static void quietly(String what, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException broken) {
            LOG.log(Level.WARNING, "The GPU monitor could not " + what + "; it goes on without", broken);
        }
    }
}
