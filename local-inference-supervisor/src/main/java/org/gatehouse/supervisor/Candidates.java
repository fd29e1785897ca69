package org.gatehouse.supervisor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * Engines of an earlier daemon that run and wait for their deployment to be asked for. Whoever is not asked for in time is ended, on a
 * thread of this object's own. Thread-safe.
 */
final class Candidates implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Candidates.class.getName());

    private final OrphanSweep sweep;
    private final CountDownLatch closed = new CountDownLatch(1);
    /** All guarded by this. */
    private final Map<String, Manifest> waiting = new HashMap<>();
    private final Set<String> ending = new HashSet<>();
    private final List<Orphan> ended = new ArrayList<>();

    Candidates(List<Manifest> found, OrphanSweep sweep, Duration window) {
        this.sweep = sweep;
        found.forEach(manifest -> waiting.put(manifest.id(), manifest));
        if (!found.isEmpty()) {
            Thread.ofVirtual().name("adoption-window").start(() -> endAfter(window));
        }
    }

    private void endAfter(Duration window) {
        try {
            if (!closed.await(window.toMillis(), TimeUnit.MILLISECONDS)) {
                endAll();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // Nobody does; the next daemon finds them.
        }
    }

    /** Hands this instance's engine over, or {@code null} if there is none. It is the caller's from then on. */
    synchronized @Nullable Manifest take(String id) {
        return waiting.remove(id);
    }

    /** Who waits, by id. */
    synchronized Set<String> unclaimed() {
        return new TreeSet<>(waiting.keySet());
    }

    /** Whether this instance's engine is just being ended. */
    synchronized boolean isEnding(String id) {
        return ending.contains(id);
    }

    /** The id of another instance whose engine waits at this address; {@code null} if there is none. */
    synchronized @Nullable String ownerOf(Listen listen, String otherThan) {
        return waiting.values().stream()
                .filter(manifest -> manifest.listen().equals(listen.toString()) && !manifest.id().equals(otherThan))
                .map(Manifest::id).findFirst().orElse(null);
    }

    /** Those that were ended because nobody asked for them. */
    synchronized List<Orphan> ended() {
        return List.copyOf(ended);
    }

    /** Ends all who wait, side by side, and returns when they are gone or cannot be ended. */
    void endAll() throws InterruptedException {
        List<Manifest> left;
        synchronized (this) {
            left = List.copyOf(waiting.values());
            waiting.clear();
            left.forEach(manifest -> ending.add(manifest.id()));
        }
        List<Thread> threads = left.stream()
                .map(manifest -> Thread.ofVirtual().name("end-" + manifest.id()).start(() -> end(manifest))).toList();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void end(Manifest manifest) {
        try {
            Orphan orphan = sweep.end(manifest, manifest.grace());
            synchronized (this) {
                ended.add(orphan);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "The engine of instance " + manifest.id()
                    + " that nobody asked for could not be ended; the next daemon tries again", e);
        } finally {
            synchronized (this) {
                ending.remove(manifest.id());
            }
        }
    }

    /** Nobody is ended any more for want of a claim; who waits goes on waiting, for the next daemon. */
    @Override
    public void close() {
        closed.countDown();
    }
}
