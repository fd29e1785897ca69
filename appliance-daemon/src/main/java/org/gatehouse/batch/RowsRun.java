package org.gatehouse.batch;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.BitSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

import org.gatehouse.batch.Stopping.Why;

/**
 * The rows of a batch on their way: those that no result stands of yet, some at once, each tried again as long as only load is in
 * its way. A result counts when the disk has it. Its counts may be asked for by anybody; the rest is the batch's thread's.
 */
final class RowsRun implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(RowsRun.class.getName());
    /** How soon a stop is noticed by who waits for a permit. */
    private static final long LOOK_MILLIS = 500;
    /** A time-out of a minute at most: whoever waits longer has the next one told to him again. */
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);
    private static final Duration DISK_WAIT = Duration.ofSeconds(5);
    private static final String EXPIRED = "batch_expired";

    private final Batch batch;
    private final Floor floor;
    private final Stopping stopping;
    private final Semaphore running;
    private final Pace pace;
    private final AtomicLong completed = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private @Nullable SealedWriter output;
    private @Nullable SealedWriter errors;
    private volatile boolean leftSome;

    RowsRun(Batch batch, Floor floor, Stopping stopping) {
        this.batch = batch;
        this.floor = floor;
        this.stopping = stopping;
        this.running = new Semaphore(floor.limits().rowsPerBatch());
        this.pace = new Pace(floor.limits().rowsPerBatch());
    }

    /**
     * Does what is to be done, and waits for it.
     *
     * @return whether the input could be read to its end
     * @throws IOException when the results cannot be written
     */
    boolean run() throws IOException, InterruptedException {
        BitSet done = new BitSet();
        SealedWriter out = floor.vault().reopen(batch.outputFile(), done::set);
        output = out;
        long good = done.cardinality();
        SealedWriter bad = floor.vault().reopen(batch.errorFile(), done::set);
        errors = bad;
        completed.set(good);
        failed.set(done.cardinality() - good);
        boolean whole = true;
        try {
            if (stopping.halted()) {
                leftSome = true;
            } else {
                whole = begin(done, out, bad);
            }
        } finally {
            running.acquire(floor.limits().rowsPerBatch());
        }
        if (stopping.why() == Why.EXPIRED) {
            expire(out, bad);
        }
        return whole;
    }

    private boolean begin(BitSet done, SealedWriter out, SealedWriter bad) throws IOException, InterruptedException {
        try (LineReader lines = new LineReader(floor.vault().open(batch.inputFile()), floor.limits().rowBytes())) {
            while (true) {
                Line line;
                try {
                    line = lines.next();
                } catch (IOException e) {
                    return unreadable(e);
                }
                if (line == null) {
                    return true;
                }
                if (line.blank() || done.get(line.number())) {
                    continue;
                }
                switch (Row.read(line, batch.endpoint())) {
                    // The check before found none: this box was made to take less since.
                    case Row.Read.Wrong(LineProblem problem) -> write(bad, line.number(),
                            ResultLine.of(floor.ids().get(), "", problem.code(), problem.message()), failed);
                    case Row.Read.Good(Row row) -> {
                        while (floor.vault().room() < 0 && !stopping.halted()) {
                            // What a row costs must have a place to be written down.
                            stopping.pause(DISK_WAIT);
                        }
                        if (!taken(floor.memory(), floor.memoryOf(row))) {
                            leftSome = true;
                            return true;
                        }
                        if (!taken(running, 1)) {
                            floor.memory().release(floor.memoryOf(row));
                            leftSome = true;
                            return true;
                        }
                        Thread.ofVirtual().name(batch.publicId() + "-" + row.line()).start(() -> {
                            boolean told = false;
                            try {
                                told = carry(row, out, bad);
                            } catch (InterruptedException _) {
                                Thread.currentThread().interrupt();
                            } finally {
                                if (!told) {
                                    leftSome = true;
                                }
                                floor.memory().release(floor.memoryOf(row));
                                running.release();
                            }
                        });
                    }
                }
            }
        } catch (NoSuchFileException e) {
            return unreadable(e);
        }
    }

    private boolean unreadable(IOException e) {
        LOG.log(System.Logger.Level.WARNING, "The input of the batch {0} cannot be read: {1}", batch.publicId(),
                e.toString());
        return false;
    }

    /** False when the batch stops. */
    private boolean taken(Semaphore permits, int count) throws InterruptedException {
        while (!stopping.halted()) {
            if (permits.tryAcquire(count, LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a result stands of it now. */
    private boolean carry(Row row, SealedWriter out, SealedWriter bad) throws InterruptedException {
        for (Duration patience = Duration.ofSeconds(1);; patience = longer(patience)) {
            RowAnswer answer = once(row);
            if (!(answer instanceof RowAnswer.Answered given)) {
                return !stopping.halted()
                        && write(bad, row.line(), ResultLine.of(floor.ids().get(), row.customId(), "no_answer",
                                "The answer to the row broke off. Ask again in a new batch."), failed);
            }
            Duration later = given.later();
            if (later == null) {
                return write(given.good() ? out : bad, row.line(), ResultLine.of(row.customId(), given),
                        given.good() ? completed : failed);
            }
            stopping.pause(later.compareTo(patience) < 0 ? patience : shorter(later));
            if (stopping.halted()) {
                return false;
            }
        }
    }

    /** {@link RowAnswer.None} also when the batch stops before it is its turn. */
    private RowAnswer once(Row row) throws InterruptedException {
        int turn = pace.take(stopping);
        if (turn < 0) {
            return new RowAnswer.None();
        }
        boolean tooFast = false;
        try {
            if (!taken(floor.rowsRunning(), 1)) {
                return new RowAnswer.None();
            }
            try {
                RowAnswer answer = floor.caller().carry(batch, row, stopping);
                tooFast = answer instanceof RowAnswer.Answered given && given.later() != null;
                return answer;
            } finally {
                floor.rowsRunning().release();
            }
        } finally {
            pace.ran(turn, tooFast);
        }
    }

    private static Duration longer(Duration patience) {
        return shorter(patience.multipliedBy(2));
    }

    private static Duration shorter(Duration wait) {
        return wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
    }

    /** Does not give up before the box stops: what is written here was paid for. */
    private boolean write(SealedWriter file, int line, byte[] result, AtomicLong count) throws InterruptedException {
        while (true) {
            try {
                file.settle(file.append(line, result, 0, result.length));
                count.incrementAndGet();
                (count == completed ? floor.done() : floor.failed()).incrementAndGet();
                return true;
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING,
                        "A result of the batch {0} cannot be written, which is tried again: {1}",
                        batch.publicId(), e.toString());
                if (stopping.why() == Why.CLOSING) {
                    return false;
                }
                Thread.sleep(DISK_WAIT);
            }
        }
    }

    /** Says of each row that was not done in time that it was not. */
    private void expire(SealedWriter out, SealedWriter bad) throws IOException, InterruptedException {
        BitSet done = new BitSet();
        out.close();
        bad.close();
        output = floor.vault().reopen(batch.outputFile(), done::set);
        SealedWriter open = floor.vault().reopen(batch.errorFile(), done::set);
        errors = open;
        try (LineReader lines = new LineReader(floor.vault().open(batch.inputFile()), floor.limits().rowBytes())) {
            for (Line line = nextOrNone(lines); line != null; line = nextOrNone(lines)) {
                if (!line.blank() && !done.get(line.number())
                        && Row.read(line, batch.endpoint()) instanceof Row.Read.Good(Row row)) {
                    byte[] result = ResultLine.of(floor.ids().get(), row.customId(), EXPIRED,
                            "The row was not carried out before the batch's completion window ended. Make a new batch of"
                                    + " it.");
                    open.append(line.number(), result, 0, result.length);
                    failed.incrementAndGet();
                    floor.failed().incrementAndGet();
                }
            }
        } catch (NoSuchFileException e) {
            unreadable(e);
        }
    }

    private @Nullable Line nextOrNone(LineReader lines) {
        try {
            return lines.next();
        } catch (IOException e) {
            unreadable(e);
            return null;
        }
    }

    /** Whether there are rows that no result stands of. */
    boolean leftSome() {
        return leftSome;
    }

    Batch.Counts counts(long total) {
        return new Batch.Counts(total, completed.get(), failed.get());
    }

    /** Says that the results are whole. */
    void endFiles() throws IOException {
        known(output).end();
        known(errors).end();
    }

    long outputBytes() {
        return known(output).bytes();
    }

    long errorBytes() {
        return known(errors).bytes();
    }

    /** Removes results that have nothing in them. */
    void deleteEmpty() throws IOException {
        if (outputBytes() == 0) {
            floor.vault().delete(batch.outputFile());
        }
        if (errorBytes() == 0) {
            floor.vault().delete(batch.errorFile());
        }
    }

    private static SealedWriter known(@Nullable SealedWriter writer) {
        if (writer == null) {
            throw new IllegalStateException("the results were not opened yet");
        }
        return writer;
    }

    @Override
    public void close() throws IOException {
        SealedWriter out = output;
        SealedWriter bad = errors;
        if (out != null) {
            out.close();
        }
        if (bad != null) {
            bad.close();
        }
    }
}
