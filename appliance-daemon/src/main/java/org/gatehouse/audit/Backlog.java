package org.gatehouse.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * The durable records that are not in the database yet: the newest of them in memory, all of them in the journal's
 * files. Thread-safe; {@link #take} and {@link #release} are for the one applier.
 *
 * <p>
 * Memory holds an unbroken run of at most {@value #LARGEST_RUN} records. When more pile up, because the database is away
 * or slow, the rest is read back from the files, in order.
 */
final class Backlog {

    static final int LARGEST_RUN = 10_000;
    /** How many bytes of records and bodies one transaction gets; a few more than that with a large one at its end. */
    private static final int LARGEST_BATCH = 4 << 20;

    private final UUID node;
    private final @Nullable KeptRecords kept;
    private final Deque<SegmentSpan> spans = new ArrayDeque<>();
    private final Deque<Committed> run = new ArrayDeque<>();
    /** Everything up to here was handed to the applier. */
    private ChainHead taken;
    /** Everything up to here is durable. */
    private long durable;
    private @Nullable Path reading;
    private int offset;

    /** A file with the numbers of the first and last record in it. */
    private record SegmentSpan(Path path, long first, long last) {}

    /**
     * @param found the files of an earlier life that hold records, in order
     * @param taken what the first record for the database comes after
     * @param kept gets the files that the database has taken in; {@code null} when they are to be deleted
     */
    Backlog(UUID node, List<FoundSegment> found, ChainHead taken, long durable, @Nullable KeptRecords kept) {
        this.node = node;
        this.kept = kept;
        this.taken = taken;
        this.durable = durable;
        for (FoundSegment segment : found) {
            spans.add(new SegmentSpan(segment.path(), segment.first(), segment.last()));
        }
    }

    /** A file that a journal found when it was opened. */
    record FoundSegment(Path path, long first, long last) {}

    /** Adds what was just forced to the disk. */
    synchronized void add(Path segment, List<Committed> batch) {
        long first = batch.getFirst().sequence();
        SegmentSpan last = spans.peekLast();
        if (last != null && last.path().equals(segment)) {
            spans.removeLast();
            first = last.first();
        }
        spans.addLast(new SegmentSpan(segment, first, batch.getLast().sequence()));
        for (Committed item : batch) {
            Committed before = run.peekLast();
            long end = before == null ? taken.sequence() : before.sequence();
            if (run.size() < LARGEST_RUN && end + 1 == item.sequence()) {
                run.addLast(item);
            }
        }
        durable = batch.getLast().sequence();
    }

    /** How many durable records the applier has not asked for yet. */
    synchronized long waiting() {
        return durable - taken.sequence();
    }

    /** The first record that the journal's own files hold; {@link Long#MAX_VALUE} when there is none. */
    synchronized long firstHeld() {
        return spans.isEmpty() ? Long.MAX_VALUE : spans.getFirst().first();
    }

    /** How many files hold records that the database lacks. */
    synchronized int segments() {
        return spans.size();
    }

    /**
     * The next records for the database, in order; empty when there are none.
     *
     * @throws IOException when they must be read from the disk and cannot be
     */
    synchronized List<Committed> take(int most) throws IOException {
        List<Committed> batch = new ArrayList<>(Math.min(most, 512));
        int bytes = 0;
        while (batch.size() < most && bytes < LARGEST_BATCH && !run.isEmpty()) {
            bytes += run.getFirst().bytes();
            batch.add(run.removeFirst());
        }
        if (batch.isEmpty() && taken.sequence() < durable) {
            readBack(batch, most);
        }
        if (!batch.isEmpty()) {
            taken = batch.getLast().head();
        }
        return batch;
    }

    /** Lets go of the files in which everything is in the database, except the newest, which may be written on. */
    synchronized void release(long applied) throws IOException {
        while (spans.size() > 1 && spans.getFirst().last() <= applied) {
            letGo(spans.getFirst());
            spans.removeFirst();
        }
    }

    /** Lets go of every file. Nothing may be written any more. */
    synchronized void releaseAll() throws IOException {
        while (!spans.isEmpty()) {
            letGo(spans.getFirst());
            spans.removeFirst();
        }
    }

    private void letGo(SegmentSpan span) throws IOException {
        if (kept == null) {
            Files.deleteIfExists(span.path());
        } else if (Files.exists(span.path())) {
            kept.keep(span.path(), span.first(), span.last());
        }
    }

    /** Whether {@link #release} would delete a file. */
    synchronized boolean hasReleasable(long applied) {
        return spans.size() > 1 && spans.getFirst().last() <= applied;
    }

    private void readBack(List<Committed> batch, int most) throws IOException {
        List<SegmentSpan> left = List.copyOf(spans);
        for (int i = 0; i < left.size() && batch.isEmpty(); i++) {
            SegmentSpan span = left.get(i);
            if (span.last() <= taken.sequence()) {
                continue;
            }
            if (!span.path().equals(reading)) {
                reading = span.path();
                offset = 0;
            }
            long nextFirst = i + 1 < left.size() ? left.get(i + 1).first() : durable + 1;
            collect(span.path(), nextFirst, batch, most);
            if (batch.isEmpty()) {
                // Nothing whole is left in this file: what it lost shows as a gap in the trail.
                taken = new ChainHead(span.last(), taken.hash());
            }
        }
    }

    private void collect(Path path, long nextFirst, List<Committed> batch, int most) throws IOException {
        Segment.walk(path, node, offset, batchEnd(batch).sequence(), nextFirst, new Segment.Visitor() {
            private int bytes;

            @Override
            public boolean record(ChainHead head, Supplier<byte[]> json, List<BodyChunk> bodies, int end) {
                ChainHead before = batchEnd(batch);
                if (batch.size() == most || bytes >= LARGEST_BATCH) {
                    return false;
                }
                if (head.sequence() > before.sequence()) {
                    batch.add(Committed.read(before.hash(), head, json, bodies));
                    bytes += batch.getLast().bytes();
                }
                offset = end;
                return true;
            }

            @Override
            public void damage(int at) {
                System.getLogger(Backlog.class.getName()).log(System.Logger.Level.ERROR,
                        "Journal file {0} is damaged at byte {1}: records are missing from the trail there.", path, at);
            }
        });
    }

    private ChainHead batchEnd(List<Committed> batch) {
        return batch.isEmpty() ? taken : batch.getLast().head();
    }
}
