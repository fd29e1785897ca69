package org.gatehouse.gateway.recording;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Outcome;
import org.gatehouse.audit.Receipt;
import org.gatehouse.audit.Trail;
import org.gatehouse.audit.TrailUnavailable;
import org.gatehouse.gateway.exchange.Reason;

/**
 * Rows of calls that used something and whose record the trail did not take in time: written as soon as it takes records
 * again, without the recorded bodies. Until then the calls stay in flight on the disk, so that a daemon that is stopped
 * or killed meanwhile accounts for them at its next start. Bounded: a call beyond the bound waits for that start.
 * Thread-safe.
 */
final class LateRows implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LateRows.class.getName());
    private static final int MOST = 10_000;
    private static final Duration LONGEST_WRITE = Duration.ofSeconds(10);
    private static final long TRY_AGAIN_MILLIS = 500;
    private static final Duration LONGEST_STOP = Duration.ofSeconds(12);

    private final BlockingQueue<Late> waiting = new ArrayBlockingQueue<>(MOST);
    private final Trail trail;
    private final Consumer<CallRecord> observer;
    private final Thread writer;
    private volatile int settling;

    LateRows(Trail trail, Consumer<CallRecord> observer) {
        this.trail = trail;
        this.observer = observer;
        this.writer = Thread.ofVirtual().name("late-rows").start(this::write);
    }

    /**
     * One call.
     *
     * @param row as it ended
     * @param receipt of a row that may still become durable; {@code null} when none may
     */
    private record Late(CallRecord row, @Nullable Receipt receipt, CallBook.Flight flight) {}

    /** Takes a row over; its flight is landed once it is durable. */
    void take(CallRecord row, @Nullable Receipt receipt, CallBook.Flight flight) {
        if (!waiting.offer(new Late(row, receipt, flight))) {
            LOG.log(System.Logger.Level.ERROR, "{0} calls wait for the trail to record them; one more (trace {1}) is"
                    + " recorded as interrupted at the next start. Check the data disk and the database.", MOST,
                    row.traceId());
        }
    }

    /** How many rows wait. */
    int size() {
        return waiting.size() + settling;
    }

    private void write() {
        try {
            while (true) {
                Late late = waiting.take();
                settling = 1;
                settle(late);
                settling = 0;
            }
        } catch (InterruptedException _) {
            // The daemon stops; what is left is found in flight by the next one.
        }
    }

    private void settle(Late late) throws InterruptedException {
        Receipt pending = late.receipt();
        CallRecord row = late.row();
        while (true) {
            if (pending == null || pending.isRefused()) {
                row = keptBack(late.row());
                pending = hand(row);
            }
            if (pending != null && pending.isDurable()) {
                observer.accept(row);
                late.flight().land();
                return;
            }
            TimeUnit.MILLISECONDS.sleep(TRY_AGAIN_MILLIS);
        }
    }

    /** A receipt of a record that is durable or may become so: a second one must not be handed over beside it. */
    private @Nullable Receipt hand(CallRecord row) {
        Receipt receipt = null;
        try {
            receipt = trail.appendAwaited(row, null);
            receipt.awaitDurable(LONGEST_WRITE);
        } catch (TrailUnavailable e) {
            LOG.log(System.Logger.Level.DEBUG, "A late row waits on: {0}", e.getMessage());
        }
        return receipt;
    }

    /** The client never got the reply that the row speaks of. */
    private static CallRecord keptBack(CallRecord row) {
        boolean answered = row.outcome() == Outcome.COMPLETED || row.outcome() == Outcome.CUT_BY_QUOTA;
        boolean begun = row.streamed() && row.status() == 200;
        return answered
                ? row.keptBack(begun ? 200 : Reason.UNAVAILABLE.status(), Reason.UNAVAILABLE.code())
                : row;
    }

    @Override
    public void close() {
        writer.interrupt();
        try {
            writer.join(LONGEST_STOP);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
