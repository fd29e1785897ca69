package org.gatehouse.store;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes local copies when they are asked for, on a thread of its own, one for everybody who asked meanwhile. One that
 * could not be written is tried again until it is. Thread-safe.
 */
final class CopyKeeper implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(CopyKeeper.class.getName());
    /** A disk that takes longer for two copies is broken. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    private static final Duration RETRY_PAUSE = Duration.ofSeconds(5);
    private static final Duration LONGEST_STOP = Duration.ofSeconds(30);

    private final Writer writer;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final BackgroundWorker worker;
    // Guarded by the lock.
    private final Set<LocalCopies.Part> wanted = EnumSet.noneOf(LocalCopies.Part.class);
    private long asked;
    private long done;
    private boolean ended;

    /** Writes one copy and makes it durable. */
    interface Writer {
        void write(LocalCopies.Part part) throws IOException;
    }

    CopyKeeper(Database database, LocalCopies copies) {
        this(part -> copies.write(database, part, Clock.systemUTC().instant()));
    }

    CopyKeeper(Writer writer) {
        this.writer = writer;
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

    /**
     * Waits until a copy is durable that was begun after this call: whoever is told that a change was made finds it there
     * although the database's file be lost. Only a copy that fails, or takes longer than {@code LONGEST_WAIT}, lets the
     * change go on without; both are logged.
     */
    void copy(LocalCopies.Part part) {
        lock.lock();
        try {
            ask(part);
            long mine = asked;
            long left = LONGEST_WAIT.toNanos();
            while (done < mine && !ended && left > 0) {
                left = changed.awaitNanos(left);
            }
            if (done < mine) {
                LOG.log(System.Logger.Level.WARNING,
                        "A change is stored, but a copy of it beside the database is not written yet. Check the data disk.");
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
        try {
            boolean more = true;
            while (more) {
                more = writeWanted();
            }
        } finally {
            lock.lock();
            try {
                ended = true;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** False when nothing is wanted and it is time to stop. */
    private boolean writeWanted() {
        worker.pauseWhile(wanted::isEmpty);
        Set<LocalCopies.Part> parts;
        long upTo;
        lock.lock();
        try {
            if (wanted.isEmpty()) {
                return false;
            }
            parts = EnumSet.copyOf(wanted);
            wanted.clear();
            upTo = asked;
        } finally {
            lock.unlock();
        }
        parts.removeIf(this::isWritten);
        lock.lock();
        try {
            wanted.addAll(parts);
            done = upTo;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        return parts.isEmpty() || worker.pauseWhile(() -> asked == upTo, RETRY_PAUSE);
    }

    private boolean isWritten(LocalCopies.Part part) {
        try {
            writer.write(part);
            return true;
        } catch (IOException | RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING,
                    "The database has no fresh local copy to be rebuilt from ({0}). It is tried again each {1} seconds; "
                            + "check the data disk.",
                    e.getMessage(), RETRY_PAUSE.toSeconds());
            return false;
        }
    }
}
