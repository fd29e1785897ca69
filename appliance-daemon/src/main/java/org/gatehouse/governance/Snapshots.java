package org.gatehouse.governance;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import org.jdbi.v3.core.Jdbi;

import org.gatehouse.governance.snapshot.PolicySnapshot;

/**
 * Holds the snapshot that is in force and keeps it true: {@link Changes} refreshes it after each change, and a look at the
 * revision each second notices what another box on the same store changed. Reading {@link #current()} is one volatile
 * read. Thread-safe.
 */
public final class Snapshots implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Snapshots.class.getName());
    private static final long PERIOD_MILLIS = 1_000;

    private final Jdbi jdbi;
    private final SnapshotQueries queries;
    private final Outbox outbox;
    private final ReentrantLock loading = new ReentrantLock();
    private final List<Consumer<PolicySnapshot>> followers = new CopyOnWriteArrayList<>();
    private volatile PolicySnapshot current = PolicySnapshot.empty();
    private volatile Thread watcher = Thread.ofVirtual().unstarted(() -> {});

    Snapshots(Jdbi jdbi, SnapshotQueries queries, Outbox outbox) {
        this.jdbi = jdbi;
        this.queries = queries;
        this.outbox = outbox;
    }

    /** What is in force. */
    public PolicySnapshot current() {
        return current;
    }

    /**
     * Has somebody told of each snapshot once it is in force, one after the other, on the thread that made the change or
     * noticed it. Told of changes only, not of what is in force now.
     *
     * @param follower quick: a change waits for it
     */
    public void onChange(Consumer<PolicySnapshot> follower) {
        followers.add(follower);
    }

    /** Loads what is stored, if it is newer than what is in force. */
    void refresh() {
        loading.lock();
        try {
            if (storedRevision() != current.revision()) {
                PolicySnapshot loaded = queries.load(jdbi);
                current = loaded;
                followers.forEach(follower -> tell(follower, loaded));
            }
        } finally {
            loading.unlock();
        }
    }

    private static void tell(Consumer<PolicySnapshot> follower, PolicySnapshot loaded) {
        try {
            follower.accept(loaded);
        } catch (RuntimeException e) {
            // The change is in force and must not be reported as failed.
            LOG.log(Level.WARNING, "A part of the box could not follow a change of governance; it follows the next one."
                    + " This is a bug: report it.", e);
        }
    }

    private long storedRevision() {
        return jdbi.withHandle(handle -> handle.createQuery("SELECT revision FROM governance_revision WHERE id = 1")
                .mapTo(Long.class).one());
    }

    /** Starts to look each second. */
    void watch() {
        watcher = Thread.ofVirtual().name("governance-watch").start(() -> {
            boolean failing = false;
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    TimeUnit.MILLISECONDS.sleep(PERIOD_MILLIS);
                    outbox.repair();
                    refresh();
                    failing = false;
                } catch (InterruptedException _) {
                    return;
                } catch (RuntimeException e) {
                    if (!failing) {
                        LOG.log(Level.WARNING, "The store can't be asked for changes of governance; the last known"
                                + " state stays in force and it is tried again each second. Check the store.", e);
                    }
                    failing = true;
                }
            }
        });
    }

    /** Stops looking; waits at most five seconds for a look that is under way. */
    @Override
    public void close() {
        Thread running = watcher;
        running.interrupt();
        try {
            if (running.getState() != Thread.State.NEW) {
                running.join(TimeUnit.SECONDS.toMillis(5));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
