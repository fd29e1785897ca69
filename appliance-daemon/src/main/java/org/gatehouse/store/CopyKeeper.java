package org.gatehouse.store;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes local copies when they are asked for, on a thread of its own, one for everybody who asked meanwhile.
 * Thread-safe.
 */
final class CopyKeeper implements AutoCloseable {

    /** So long a change waits for its copy at most. */
    private static final long LONGEST_WAIT_MILLIS = 1_000;
    /** After a copy that took longer it rests, so that many changes do not become many large copies. */
    private static final long LONG_COPY_MILLIS = 250;
    private static final int REST_FACTOR = 4;
    private static final Duration LONGEST_STOP = Duration.ofSeconds(30);

    private final Database database;
    private final LocalCopies copies;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final BackgroundWorker worker;
    // Guarded by the lock.
    private final Set<LocalCopies.Part> wanted = EnumSet.noneOf(LocalCopies.Part.class);
    private long asked;
    private long done;
    private boolean resting;

    CopyKeeper(Database database, LocalCopies copies) {
        this.database = database;
        this.copies = copies;
        this.worker = new BackgroundWorker("store-copies", lock, changed, LONGEST_STOP, this::run);
        worker.start();
    }

    /** Asks for a copy. */
    void ask(LocalCopies.Part part) {
        lock.lock();
        try {
            wanted.add(part);
            asked++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Asks for a copy and waits for it, a second at most, and not while it rests after a long one. */
    void copy(LocalCopies.Part part) {
        lock.lock();
        try {
            wanted.add(part);
            long mine = ++asked;
            changed.signalAll();
            long left = TimeUnit.MILLISECONDS.toNanos(LONGEST_WAIT_MILLIS);
            while (done < mine && !resting && !worker.stopping() && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            // The change is made and stays; its copy follows.
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** Writes what was asked for and ends. Call it while the database is still open. */
    @Override
    public void close() {
        worker.close();
    }

    private void run() {
        while (true) {
            worker.pauseWhile(wanted::isEmpty);
            Set<LocalCopies.Part> parts;
            long upTo;
            lock.lock();
            try {
                if (wanted.isEmpty()) {
                    return;
                }
                parts = EnumSet.copyOf(wanted);
                wanted.clear();
                upTo = asked;
            } finally {
                lock.unlock();
            }
            long began = System.nanoTime();
            parts.forEach(this::write);
            rest(upTo, System.nanoTime() - began);
        }
    }

    private void write(LocalCopies.Part part) {
        try {
            copies.write(database, part, Clock.systemUTC().instant());
        } catch (IOException | RuntimeException e) {
            System.getLogger(CopyKeeper.class.getName()).log(System.Logger.Level.WARNING,
                    "The database has no fresh local copy to be rebuilt from ({0}). It is tried again at the next change; "
                            + "check the data disk.",
                    e.getMessage());
        }
    }

    private void rest(long upTo, long took) {
        lock.lock();
        try {
            done = upTo;
            resting = took > TimeUnit.MILLISECONDS.toNanos(LONG_COPY_MILLIS);
            changed.signalAll();
            if (resting) {
                worker.pauseWhile(() -> true, Duration.ofNanos(REST_FACTOR * took));
            }
            resting = false;
        } finally {
            lock.unlock();
        }
    }
}
