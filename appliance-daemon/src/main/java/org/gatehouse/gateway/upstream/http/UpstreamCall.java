package org.gatehouse.gateway.upstream.http;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * One call to an upstream: {@link #execute()} once, read the reply, {@link #close()}.
 *
 * <p>Everything is done on one thread, best a virtual one, except {@link #abort}, which any thread may call at any time: the
 * connection is closed at once and the blocked thread gets {@link UpstreamFailure.Aborted}. An abort after the end of the reply
 * has no effect, on this call or on any other.
 */
public final class UpstreamCall implements AutoCloseable, Holder {
    private static final AtomicReferenceFieldUpdater<UpstreamCall, @Nullable Ending> ENDING = AtomicReferenceFieldUpdater
            .newUpdater(UpstreamCall.class, Ending.class, "ending");

    private final Lane lane;
    private final UpstreamRequest request;
    private final Deadlines deadlines;
    private final ReplyLimits limits;
    private final LongSupplier nanoTime;

    // Shared with whoever ends the call.
    private volatile @Nullable Ending ending;
    private volatile @Nullable Connection connection;
    private volatile @Nullable Thread parked;
    private volatile boolean waiting;
    private volatile boolean underWay;
    private volatile boolean requestSent;
    private volatile boolean hungUp;
    private long waitDeadline;
    private Expiry waitKind = Expiry.FIRST_BYTE;
    private volatile long totalDeadline;

    // The calling thread's own.
    private boolean executed;
    private boolean complete;
    private boolean replyBegun;
    private boolean anySent;
    private long firstByteDeadline;
    private long bodyBytes;
    private @Nullable UpstreamReply reply;
    private @Nullable UpstreamFailureException failed;

    UpstreamCall(Lane lane, UpstreamRequest request, Deadlines deadlines, ReplyLimits limits, LongSupplier nanoTime) {
        this.lane = lane;
        this.request = request;
        this.deadlines = deadlines;
        this.limits = limits;
        this.nanoTime = nanoTime;
    }

    /**
     * Connects or takes a pooled connection, sends the request and reads the head of the reply; informational replies are
     * skipped. Where a reused connection turns out to be dead before any byte of the reply, the request is sent once more on a
     * fresh one, also a {@code POST}: the upstream closed while we wrote, as RFC 9112 9.3.1 foresees.
     *
     * @return the reply, whatever its status; redirects are not followed
     * @throws UpstreamFailureException when there is no reply; the connection is closed then
     * @throws IllegalStateException on a second call
     */
    public UpstreamReply execute() throws UpstreamFailureException {
        if (executed) {
            throw new IllegalStateException("A call is executed once. Make a new call to send the request again.");
        }
        executed = true;
        long now = nanoTime.getAsLong();
        totalDeadline = now + deadlines.total().toNanos();
        underWay = true;
        // An interrupted thread would close every pooled connection that it only probes.
        throwIfBrokenOff();
        Connection first = lane.pool().acquire(this, false, connectDeadline(now));
        boolean reused = first.isConnected();
        try {
            return converse(first);
        } catch (UpstreamFailureException failure) {
            if (reused && failure.failure() instanceof UpstreamFailure.Cut cut && cut.beforeFirstByte()) {
                return again(cut);
            }
            throw failure;
        }
    }

    /**
     * Ends the call, from any thread. Idempotent: the first cause counts.
     *
     * @param cause what the blocked thread is told
     */
    public void abort(AbortCause cause) {
        end(cause);
    }

    /**
     * Tells the upstream that nobody waits for more, and lets the calling thread read what had been sent by then; at its end it
     * gets {@link UpstreamFailure.Aborted} with {@link AbortCause#CLIENT_GONE}. From any thread. Where that is not possible,
     * as under TLS or before the request was sent, nothing happens: {@link #abort} is the way then.
     *
     * @return whether the upstream was told
     */
    public boolean hangUp() {
        Connection current = connection;
        if (!requestSent || current == null) {
            return false;
        }
        hungUp = true;
        return current.hangUp(this);
    }

    /**
     * Lets the call last so much longer at most, within tens of milliseconds; never makes it longer. For what is read of a
     * reply only to use its connection again. By the thread that reads.
     */
    public void endWithin(Duration grace) {
        long end = nanoTime.getAsLong() + grace.toNanos();
        if (totalDeadline - end > 0) {
            totalDeadline = end;
        }
    }

    /** What follows a switch of protocols; from another thread than the one that reads, one at a time. */
    void write(byte[] bytes, int offset, int length) throws IOException {
        Connection current = connection;
        if (current == null || ending != null) {
            throw new IOException("the connection to the upstream has ended");
        }
        current.write(bytes, offset, length);
    }

    /** Closes the connection unless the reply has been read to its end. By the calling thread; idempotent. */
    @Override
    public void close() {
        if (!complete) {
            end(AbortCause.CLOSED);
            recycle();
        }
        if (reply != null) {
            reply.freeDecoder();
        }
    }

    // --- ending, from any thread

    void end(Ending why) {
        if (!ENDING.compareAndSet(this, null, why)) {
            return;
        }
        Thread thread = parked;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
        Connection current = connection;
        if (current != null) {
            current.end(this);
        }
    }

    /** Ends the call if one of its deadlines has passed. */
    void expire(long now) {
        if (!underWay) {
            return;
        }
        if (now - totalDeadline >= 0) {
            end(Expiry.TOTAL);
        } else if (waiting && now - waitDeadline >= 0) {
            end(waitKind);
        }
    }

    // --- waiting, for the parts that run on the calling thread

    /** Parks until {@code done}, which whoever makes it true follows with an unpark; false when the deadline passes first. */
    boolean await(BooleanSupplier done, long deadline) throws UpstreamFailureException {
        parked = Thread.currentThread();
        try {
            while (!done.getAsBoolean()) {
                throwIfEnded();
                long left = deadline - nanoTime.getAsLong();
                if (left <= 0) {
                    endIfTotalIsOver();
                    throwIfEnded();
                    return false;
                }
                // In slices, because the clock may be a test's own and pass the deadline while we are parked.
                LockSupport.parkNanos(this, Math.min(left, Lane.LONGEST_PARK_NANOS));
                if (Thread.currentThread().isInterrupted()) {
                    end(AbortCause.INTERRUPTED);
                }
            }
            return true;
        } finally {
            parked = null;
        }
    }

    void waitForBody() {
        long idle = nanoTime.getAsLong() + deadlines.idleBetweenChunks().toNanos();
        waitDeadline = bodyBytes == 0 && firstByteDeadline - idle > 0 ? firstByteDeadline : idle;
        waitKind = Expiry.IDLE;
        waiting = true;
    }

    void waitIsOver() {
        waiting = false;
    }

    void replyHasBegun() {
        replyBegun = true;
    }

    void received(long bytes) {
        bodyBytes += bytes;
    }

    long bodyBytes() {
        return bodyBytes;
    }

    ReplyLimits limits() {
        return limits;
    }

    String upstream() {
        return lane.endpoint().toString();
    }

    // --- failing

    /** Throws what has ended the call or made it fail, if anything has. */
    void throwIfEnded() throws UpstreamFailureException {
        if (failed != null) {
            throw failed;
        }
        Ending why = ending;
        if (why != null) {
            throw fail(failureOf(why), null);
        }
    }

    /** After an I/O failure: throws what ended the call, if it was that and no fault of the network. */
    void throwIfBrokenOff() throws UpstreamFailureException {
        if (Thread.currentThread().isInterrupted()) {
            end(AbortCause.INTERRUPTED);
        }
        throwIfEnded();
    }

    /** Closes the connection and makes the failure the one that every later step throws again. */
    UpstreamFailureException fail(UpstreamFailure failure, @Nullable IOException cause) {
        UpstreamFailureException exception = new UpstreamFailureException(failure, cause);
        failed = exception;
        recycle();
        return exception;
    }

    /** The connection broke: because the call was ended, or by itself. */
    UpstreamFailureException cut(String where, @Nullable IOException cause) {
        if (Thread.currentThread().isInterrupted()) {
            end(AbortCause.INTERRUPTED);
        } else if (hungUp) {
            end(AbortCause.CLIENT_GONE);
        }
        Ending why = ending;
        if (why != null) {
            return fail(failureOf(why), cause);
        }
        String detail = cause == null || cause.getMessage() == null ? where : where + ": " + cause.getMessage();
        return fail(new UpstreamFailure.Cut(upstream(), bodyBytes, progress(), detail), cause);
    }

    UpstreamFailureException connectTimedOut() {
        endIfTotalIsOver();
        Ending why = ending;
        return fail(why != null ? failureOf(why) : new UpstreamFailure.ConnectTimeout(upstream(), deadlines.connect()),
                null);
    }

    private void endIfTotalIsOver() {
        if (nanoTime.getAsLong() - totalDeadline >= 0) {
            end(Expiry.TOTAL);
        }
    }

    private UpstreamFailure failureOf(Ending why) {
        return switch (why) {
            case AbortCause cause -> new UpstreamFailure.Aborted(upstream(), cause, progress());
            case Expiry.FIRST_BYTE ->
                new UpstreamFailure.FirstByteTimeout(upstream(), deadlines.firstByte(), progress());
            case Expiry.IDLE -> new UpstreamFailure.IdleTimeout(upstream(), deadlines.idleBetweenChunks(), bodyBytes);
            case Expiry.TOTAL -> new UpstreamFailure.TotalTimeout(upstream(), deadlines.total(), progress());
        };
    }

    private Progress progress() {
        if (replyBegun) {
            return Progress.REPLY_BEGUN;
        }
        return anySent ? Progress.REQUEST_SENT : Progress.NOTHING_SENT;
    }

    // --- conversing

    private long connectDeadline(long now) {
        long connect = now + deadlines.connect().toNanos();
        return totalDeadline - connect < 0 ? totalDeadline : connect;
    }

    private UpstreamReply again(UpstreamFailure.Cut first) throws UpstreamFailureException {
        failed = null;
        waiting = false;
        try {
            return converse(lane.pool().acquire(this, true, connectDeadline(nanoTime.getAsLong())));
        } catch (UpstreamFailureException second) {
            if (!second.failure().nothingSent()) {
                throw second;
            }
            // The second attempt sent nothing, but the first may have: whoever decides about a third must know.
            throw fail(
                    new UpstreamFailure.Cut(upstream(), 0, first.progress(),
                            first.detail() + "; then " + second.getMessage()),
                    null);
        }
    }

    private UpstreamReply converse(Connection current) throws UpstreamFailureException {
        connection = current;
        // Written before the ending is read, as end() writes the ending before it reads the connection: one sees the other.
        throwIfEnded();
        if (!current.isConnected()) {
            lane.connector().connect(current, this, lane.endpoint(), connectDeadline(nanoTime.getAsLong()));
        }
        firstByteDeadline = nanoTime.getAsLong() + deadlines.firstByte().toNanos();
        waitDeadline = firstByteDeadline;
        waitKind = Expiry.FIRST_BYTE;
        waiting = true;
        requestSent = false;
        boolean wholeRequest = send(current);
        requestSent = true;
        ReplyInput input = new ReplyInput(this, current);
        ReplyHead head = readFinalHead(input);
        input.headIsComplete();
        try {
            Framing framing = Framing.of(head, request.method());
            current.announcedIdle(framing.idleSeconds());
            UpstreamReply begun = UpstreamReply.begin(this, input, head, framing,
                    wholeRequest && framing.keepsConnection());
            reply = begun;
            return begun;
        } catch (MalformedReply broken) {
            throw input.malformed(String.valueOf(broken.getMessage()));
        }
    }

    /** False when the upstream stopped listening: it may have answered before it had read everything (RFC 9112 9.5). */
    private boolean send(Connection current) throws UpstreamFailureException {
        try {
            lane.writer().write(request, current);
            anySent = true;
            return true;
        } catch (IOException broken) {
            anySent |= current.hasWritten();
            throwIfBrokenOff();
            current.buffer().limit(0);
            return false;
        }
    }

    private ReplyHead readFinalHead(ReplyInput input) throws UpstreamFailureException {
        while (true) {
            ReplyHead head = input.readHead(limits.maxHeadBytes());
            if (head.status() == 101 && !request.headers().upgrades()) {
                throw input.malformed("a switch of protocols that was not asked for");
            }
            if (head.status() >= 200 || head.status() == 101) {
                return head;
            }
        }
    }

    /** The reply has been read to its end: the connection goes back, or is closed where it cannot be used again. */
    void complete(boolean reusable) {
        Connection current = connection;
        complete = true;
        underWay = false;
        if (current == null) {
            return;
        }
        if (!reusable || current.buffer().hasRemaining()) {
            current.end(this);
            current.recycle();
        } else if (current.releasedBy(this, nanoTime.getAsLong())) {
            lane.pool().release(current);
        } else {
            current.end(this);
            current.recycle();
        }
    }

    private void recycle() {
        Connection current = connection;
        // After a clean end the connection and its buffer belong to the pool, or to another call already.
        if (current != null && !complete) {
            current.end(this);
            current.recycle();
        }
    }
}
