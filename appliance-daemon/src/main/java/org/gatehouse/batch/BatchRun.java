package org.gatehouse.batch;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

import org.gatehouse.batch.Batch.Counts;
import org.gatehouse.batch.Batch.State;
import org.gatehouse.batch.Stopping.Why;
import org.gatehouse.batch.StoredFile.Purpose;

/**
 * The life of one batch, from the check of its rows to its end, on a thread of its own. Every turn is stored before it shows, and a
 * life that broke off anywhere is taken up again from what is stored. Thread-safe.
 */
final class BatchRun implements Runnable {
    private static final System.Logger LOG = System.getLogger(BatchRun.class.getName());
    /** After the store or the disk failed. */
    private static final Duration AGAIN = Duration.ofSeconds(10);
    private static final LineProblem UNREADABLE = new LineProblem("input_unreadable",
            "The input file cannot be read on this box any more. Hand it in again and make a new batch.", null, null);

    private final Floor floor;
    private final Runnable gone;
    private final Stopping stopping = new Stopping();
    private final ReentrantLock turning = new ReentrantLock();
    private volatile Batch batch;
    private volatile RowsRun rows;

    /**
     * A batch that has not ended.
     *
     * @param gone runs when nothing is left to do for it here
     */
    BatchRun(Batch batch, Floor floor, Runnable gone) {
        this.batch = batch;
        this.floor = floor;
        this.gone = gone;
        this.rows = new RowsRun(batch, floor, stopping);
        if (batch.state() == State.CANCELLING) {
            stopping.stop(Why.CANCELLED);
        }
    }

    /** How it is now, with rows that have been done since its last turn. */
    Batch batch() {
        Batch now = batch;
        return now.state().last() || now.state() == State.VALIDATING
                ? now
                : now.with(now.state(), rows.counts(now.counts().total()));
    }

    /** Has it cancelled; nothing happens when it is past that. */
    Batch cancel() {
        turn(now -> now.state() == State.VALIDATING || now.state() == State.IN_PROGRESS
                ? now.cancelling(time())
                : now);
        if (batch.state() == State.CANCELLING) {
            stopping.stop(Why.CANCELLED);
        }
        return batch();
    }

    /** Has it ended if its time is over. */
    void look(Instant now) {
        if (!now.isBefore(batch.expiresAt())) {
            stopping.stop(Why.EXPIRED);
        }
    }

    /** Begins nothing new; the next start goes on. */
    void halt() {
        stopping.halt();
    }

    /** Cuts what runs; the next start does it again. */
    void cut() {
        stopping.stop(Why.CLOSING);
    }

    @Override
    public void run() {
        try {
            look(floor.clock().instant());
            while (!lived()) {
                stopping.pause(AGAIN);
                if (stopping.why() == Why.CLOSING || stopping.why() == Why.NOT && stopping.halted()) {
                    return;
                }
                Thread.sleep(stopping.halted() ? AGAIN : Duration.ZERO);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            gone.run();
        }
    }

    /** False when it must be tried again. */
    private boolean lived() throws InterruptedException {
        try {
            live();
            return true;
        } catch (IOException | RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "The batch " + batch.publicId()
                    + " cannot go on and is taken up again in " + AGAIN.toSeconds() + " s.", e);
            return false;
        }
    }

    private void live() throws IOException, InterruptedException {
        if (batch.state() == State.VALIDATING && !checked() || batch.state().last()) {
            return;
        }
        RowsRun now = new RowsRun(batch, floor, stopping);
        rows = now;
        try (now) {
            boolean whole = now.run();
            boolean itsOwn = stopping.why() == Why.CANCELLED || stopping.why() == Why.EXPIRED;
            if (!itsOwn && now.leftSome()) {
                if (!stopping.halted()) {
                    throw new IllegalStateException("a row of " + batch.publicId() + " ended without a result");
                }
                // The box stops: the next start goes on.
                return;
            }
            end(now, whole);
        }
    }

    /** Whether it goes on from here. */
    private boolean checked() throws InterruptedException {
        floor.checks().acquire();
        try (LineReader lines = new LineReader(floor.vault().open(batch.inputFile()), floor.limits().rowBytes())) {
            Validation.Found found = Validation.check(lines, batch.endpoint(), floor.limits().rows(),
                    stopping::halted);
            if (stopping.halted()) {
                // Of a cancelled or expired one nothing was done, which is soon told.
                return stopping.why() == Why.CANCELLED || stopping.why() == Why.EXPIRED;
            }
            turn(now -> now.state() != State.VALIDATING
                    ? now
                    : found.problems().isEmpty()
                            ? now.began(time(), found.rows())
                            : now.failed(time(), found.problems()));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "The input of the batch {0} cannot be read: {1}", batch.publicId(),
                    e.toString());
            turn(now -> now.failed(time(), List.of(UNREADABLE)));
        } finally {
            floor.checks().release();
        }
        return true;
    }

    /** @param whole whether the input could be read to its end */
    private void end(RowsRun run, boolean whole) throws IOException {
        State last = switch (stopping.why()) {
            case CANCELLED -> State.CANCELLED;
            case EXPIRED -> State.EXPIRED;
            case NOT, CLOSING -> whole ? State.COMPLETED : State.FAILED;
        };
        if (last == State.COMPLETED) {
            turn(now -> now.state() == State.IN_PROGRESS
                    ? now.finalizing(time(), run.counts(now.counts().total()))
                    : now);
        }
        run.endFiles();
        Instant at = time();
        List<StoredFile> results = new ArrayList<>();
        if (run.outputBytes() > 0) {
            results.add(result(batch.outputFile(), "output", run.outputBytes(), at));
        }
        if (run.errorBytes() > 0) {
            results.add(result(batch.errorFile(), "error", run.errorBytes(), at));
        }
        turning.lock();
        try {
            Counts told = run.counts(0);
            // One that expired before its rows were counted.
            Counts counts = run.counts(Math.max(batch.counts().total(), told.completed() + told.failed()));
            Batch ended = batch.ended(at, last, counts, run.outputBytes() > 0, run.errorBytes() > 0);
            if (!whole) {
                ended = ended.failed(at, List.of(UNREADABLE));
            }
            floor.rows().end(ended, results);
            batch = ended;
        } finally {
            turning.unlock();
        }
        floor.files().added(results);
        run.deleteEmpty();
    }

    private StoredFile result(UUID id, String what, long bytes, Instant at) {
        return new StoredFile(id, batch.box(), batch.project(), batch.key(), Purpose.BATCH_OUTPUT,
                batch.publicId() + "_" + what + ".jsonl", bytes, at, at.plus(batch.outputKept()));
    }

    private void turn(UnaryOperator<Batch> change) {
        turning.lock();
        try {
            Batch next = change.apply(batch);
            if (!next.equals(batch)) {
                floor.rows().update(next);
                batch = next;
            }
        } finally {
            turning.unlock();
        }
    }

    private Instant time() {
        return floor.clock().instant().truncatedTo(ChronoUnit.MICROS);
    }
}
