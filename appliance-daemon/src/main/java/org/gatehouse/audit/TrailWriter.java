package org.gatehouse.audit;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

import org.gatehouse.store.BackgroundWorker;
import org.gatehouse.store.Database;

/**
 * Moves durable records from the journal into the database: one thread, batches, each batch one transaction. Retries for
 * as long as the database is away; what waits meanwhile lies in the journal.
 */
final class TrailWriter implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(TrailWriter.class.getName());
    /** Under load a larger batch costs less: what projections add up is written once a batch. */
    private static final int LARGEST_BATCH = 2_000;
    /** So many do not wait for more. */
    private static final int FULL_BATCH = 500;
    /** How long a record waits at most for others to share its transaction. */
    private static final Duration GATHERING = Duration.ofMillis(200);
    /**
     * So long after the last one the database is forced to the disk again when it took records. H2 writes over dead parts
     * of its file after 45 s; what still refers to them must not be all that a power cut leaves.
     */
    private static final long FORCE_AFTER_NANOS = TimeUnit.SECONDS.toNanos(15);
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final Duration LONGEST_STOP = Duration.ofSeconds(10);

    private final Database database;
    private final Journal journal;
    private final TrailTable table;
    private final HeadFile headFile;
    private final Runnable beforeBatch;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition wanted = lock.newCondition();
    private final Condition advanced = lock.newCondition();
    private final BackgroundWorker worker;
    /** The position in the database. Only the writer's thread touches it. */
    private ChainHead position;
    private long forced = System.nanoTime();
    // Guarded by the lock.
    private ChainHead applied;
    private long wantedUpTo;
    private volatile @Nullable String trouble;

    /**
     * @param position the position that the database has now
     * @param beforeBatch runs on the writer's thread before each try to store a batch
     */
    TrailWriter(Database database, Journal journal, TrailTable table, HeadFile headFile, ChainHead position,
            Runnable beforeBatch) {
        this.database = database;
        this.journal = journal;
        this.table = table;
        this.headFile = headFile;
        this.position = position;
        // Where records went missing between the database and the trail's end there is nothing to wait for.
        this.applied = journal.backlog().waiting() == 0 ? journal.head() : position;
        this.beforeBatch = beforeBatch;
        this.worker = new BackgroundWorker("trail-writer", lock, wanted, LONGEST_STOP, this::run);
    }

    void start() {
        worker.start();
    }

    /** Why the database does not take records; {@code null} when it does. */
    @Nullable
    String trouble() {
        return trouble;
    }

    /** Up to which record the database is complete. */
    ChainHead applied() {
        lock.lock();
        try {
            return applied;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the database has every record up to a number; false when it did not in time. */
    boolean waitFor(long sequence, Duration longest) {
        database.assertNoneHeld();
        lock.lock();
        try {
            if (applied.sequence() >= sequence) {
                return true;
            }
            wantedUpTo = Math.max(wantedUpTo, sequence);
            wanted.signal();
            long left = longest.toNanos();
            while (applied.sequence() < sequence && left > 0) {
                left = advanced.awaitNanos(left);
            }
            return applied.sequence() >= sequence;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Stops after the batch in hand. Call {@link #waitFor} before to have everything stored. */
    @Override
    public void close() {
        worker.close();
        try {
            headFile.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "closing the head file", e);
        }
    }

    private void run() {
        try {
            while (worker.pauseWhile(() -> wantedUpTo <= applied.sequence(), GATHERING)) {
                boolean more = true;
                while (more) {
                    List<Committed> batch = journal.backlog().take(LARGEST_BATCH);
                    if (!batch.isEmpty() && !storeUntilDone(batch)) {
                        return;
                    }
                    more = journal.backlog().waiting() >= FULL_BATCH;
                }
            }
        } catch (IOException | RuntimeException | Error e) {
            trouble = "The trail's writer stopped (" + e + "). Restart the daemon; no acknowledged record is lost.";
            LOG.log(System.Logger.Level.ERROR, trouble, e);
        }
    }

    /** False when the writer is to stop before the batch was stored. */
    private boolean storeUntilDone(List<Committed> batch) throws IOException {
        Duration pause = SHORTEST_PAUSE;
        while (true) {
            // Also while the database is away: a signature must not be missing for as long as that lasts.
            beforeBatch.run();
            try {
                table.store(position, batch);
                trouble = null;
                position = batch.getLast().head();
                advance(position);
                return true;
            } catch (SQLException | RuntimeException e) {
                String reason = "The database does not take the trail's records (" + e.getMessage()
                        + "). They wait in the journal; check the database.";
                if (trouble == null) {
                    LOG.log(System.Logger.Level.ERROR, reason, e);
                }
                trouble = reason;
                // Whatever is wanted meanwhile.
                if (!worker.pauseWhile(() -> true, pause)) {
                    return false;
                }
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            }
        }
    }

    private void advance(ChainHead head) throws IOException {
        lock.lock();
        try {
            applied = head;
            advanced.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            headFile.write(head);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "The trail's head file cannot be written; check the data disk", e);
        }
        release(head.sequence());
    }

    /** A file may go once a power cut cannot take its rows back out of the database. */
    private void release(long sequence) throws IOException {
        boolean releasable = journal.backlog().hasReleasable(sequence);
        long now = System.nanoTime();
        if (!releasable && now - forced < FORCE_AFTER_NANOS) {
            return;
        }
        try {
            database.force();
            forced = now;
            journal.backlog().release(sequence);
        } catch (SQLException e) {
            LOG.log(System.Logger.Level.WARNING, "Journal files are kept: the database could not be forced to disk", e);
        }
    }

    /** After a clean stop: nothing is left in the journal that the database does not have for good. */
    void releaseAll() {
        try {
            if (applied().sequence() < journal.head().sequence()) {
                return;
            }
            database.force();
            journal.backlog().releaseAll();
        } catch (IOException | SQLException e) {
            LOG.log(System.Logger.Level.WARNING, "Journal files are kept until the next start", e);
        }
    }
}
