package org.gatehouse.supervisor.models;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * One attempt at an import, to look at. {@link ModelStore} pauses, cancels and resumes it by its id; a resumed import is a new job with
 * the same id. Thread-safe.
 */
public final class ImportJob {
    private final ImportWish wish;
    private final String id;
    private final Tally tally;
    private final StopSignal stop = new StopSignal();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile @Nullable ImportOutcome outcome;

    ImportJob(String id, ImportWish wish, Tally tally) {
        this.id = id;
        this.wish = wish;
        this.tally = tally;
    }

    /** A job that an earlier run of the program left, with what had arrived by then. */
    static ImportJob left(ImportRecord record, long arrivedBytes, Tally tally) {
        ImportJob job = new ImportJob(record.id(), record.wish(), tally);
        ImportPlan plan = record.plan();
        if (plan != null) {
            tally.planned(plan.files().size(), plan.bytes());
            tally.had(arrivedBytes);
        }
        job.end(record.outcome());
        return job;
    }

    /** Names the import in the store's methods, and after a restart. */
    public String id() {
        return id;
    }

    /** What is wanted. */
    public ImportWish wish() {
        return wish;
    }

    /** How far it is now. */
    public ImportProgress progress() {
        return tally.progress();
    }

    /** How it ended; empty while it runs or waits. */
    public Optional<ImportOutcome> outcome() {
        return Optional.ofNullable(outcome);
    }

    /** Waits for the end. Empty if that has not come within this time. */
    public Optional<ImportOutcome> await(Duration atMost) throws InterruptedException {
        boolean there = ended.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
        return there ? outcome() : Optional.empty();
    }

    StopSignal stop() {
        return stop;
    }

    Tally tally() {
        return tally;
    }

    void end(ImportOutcome how) {
        tally.phase(ImportProgress.Phase.ENDED);
        outcome = how;
        ended.countDown();
    }
}
