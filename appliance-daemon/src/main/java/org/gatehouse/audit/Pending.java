package org.gatehouse.audit;

import java.util.List;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/** A record on its way to the journal. Its fields are set by the thread that leads the commit, before it is completed. */
final class Pending {

    private final TrailRecord item;
    private final byte[] json;
    private final List<BodyChunk> bodies;
    private final int size;
    private volatile @Nullable Thread waiter;
    private volatile @Nullable Committed committed;
    private volatile @Nullable TrailUnavailable failure;

    Pending(TrailRecord item, byte[] json, List<BodyChunk> bodies) {
        this.item = item;
        this.json = json;
        this.bodies = bodies;
        int bytes = Frames.sizeOfRecord(json);
        for (BodyChunk chunk : bodies) {
            bytes += Frames.sizeOfBody(chunk);
        }
        this.size = bytes;
    }

    TrailRecord item() {
        return item;
    }

    byte[] json() {
        return json;
    }

    List<BodyChunk> bodies() {
        return bodies;
    }

    /** How many bytes of the journal it takes. */
    int size() {
        return size;
    }

    boolean isDone() {
        return committed != null || failure != null;
    }

    /** What became of it; {@code null} while it is under way. */
    @Nullable
    Committed committed() {
        return committed;
    }

    @Nullable
    TrailUnavailable failure() {
        return failure;
    }

    void complete(Committed done) {
        committed = done;
        wake();
    }

    void fail(TrailUnavailable reason) {
        failure = reason;
        wake();
    }

    /** Names the thread to be woken; it must look at {@link #isDone} afterwards and before it parks. */
    void waitedForBy(Thread thread) {
        waiter = thread;
    }

    private void wake() {
        Thread thread = waiter;
        if (thread != null && thread != Thread.currentThread()) {
            LockSupport.unpark(thread);
        }
    }
}
