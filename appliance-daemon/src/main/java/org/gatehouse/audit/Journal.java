package org.gatehouse.audit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.TrailUnavailable.Reason;

/**
 * The durability point of the trail: an append-only log on the local disk. A record counts as recorded when it is here,
 * hash-chained and forced to the disk; the database gets it afterwards. Thread-safe.
 *
 * <p>
 * Commits go in groups. Whoever waits first leads: it takes everything that queues, chains it, writes and forces once, and
 * completes everybody. So a lone record pays one forced write and no thread switch (measured against a committer thread: 193
 * us against 253 us at the median). What has come meanwhile, a committer thread takes on, batch after batch until the queue
 * is empty, so that 64 callers share each forced write and none of the threads that carry calls is held by it.
 */
final class Journal implements AutoCloseable {

    private static final System.Logger LOGGER = System.getLogger(Journal.class.getName());
    private static final int LARGEST_BATCH = 1 << 20;
    private static final int MOST_PENDING = 16_384;

    private final JournalSettings settings;
    private final SegmentWriter writer;
    private final Backlog backlog;
    private final ConcurrentLinkedQueue<Pending> pending = new ConcurrentLinkedQueue<>();
    private final AtomicInteger pendingCount = new AtomicInteger();
    private final AtomicBoolean led = new AtomicBoolean();
    private final Thread committer;
    private volatile boolean closed;
    private volatile ChainHead head;
    private volatile @Nullable TrailUnavailable lastFailure;
    // Only the leader touches these.
    private final MessageDigest sha256 = ChainHead.sha256();
    private ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);

    private Journal(JournalSettings settings, UUID node, List<Backlog.FoundSegment> found, long nextSerial,
            ChainHead taken, ChainHead head, @Nullable KeptRecords kept) {
        this.settings = settings;
        this.head = head;
        this.backlog = new Backlog(node, found, taken, head.sequence(), kept);
        this.writer = new SegmentWriter(settings, node, nextSerial);
        this.committer = Thread.ofPlatform().name("trail-committer").daemon().start(this::commitOthers);
    }

    /**
     * Opens the journal of a node and finds what an earlier life left in it.
     *
     * @param applied up to where the database has the node's records
     * @param least the trail's end as remembered elsewhere: new records are numbered behind it, so that what went
     *        missing stays visible as a gap
     * @param kept gets what the database has taken in; {@code null} when that is to be deleted
     * @throws UncheckedIOException when its files cannot be read
     */
    static Journal open(JournalSettings settings, UUID node, ChainHead applied, ChainHead least,
            @Nullable KeptRecords kept) {
        try {
            Files.createDirectories(settings.directory());
            List<Path> files = segments(settings.directory());
            long nextSerial = files.isEmpty() ? 1 : Objects.requireNonNull(Segment.serial(files.getLast())) + 1;
            ChainHead end = applied;
            List<Backlog.FoundSegment> found = new ArrayList<>();
            for (int i = 0; i < files.size(); i++) {
                Path file = files.get(i);
                Scan scan = Scan.of(file, node, end.sequence(), firstIn(files, i + 1, node));
                if (scan.head != null && scan.head.sequence() > applied.sequence()) {
                    found.add(new Backlog.FoundSegment(file, scan.first, scan.head.sequence()));
                    end = scan.head;
                } else if (scan.damaged) {
                    // Nothing in it can be used, but somebody will want to look at it.
                    Files.move(file, file.resolveSibling(file.getFileName() + ".damaged"));
                } else if (kept != null && scan.head != null) {
                    kept.keep(file, scan.first, scan.head.sequence());
                } else {
                    Files.delete(file);
                }
            }
            end = end.sequence() >= least.sequence() ? end : least;
            return new Journal(settings, node, found, nextSerial, found.isEmpty() ? end : applied, end, kept);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The journal cannot be read: " + settings.directory() + ". Check the data disk.", e);
        }
    }

    /** The trail's end: the last durable record. */
    ChainHead head() {
        return head;
    }

    /** What the database does not have yet. */
    Backlog backlog() {
        return backlog;
    }

    /** How many records wait to become durable. */
    int pending() {
        return pendingCount.get();
    }

    /** Why records would be refused now, or will be soon; {@code null} when all is well. */
    @Nullable
    String trouble() {
        return writer.trouble();
    }

    /** Whether the last batch could not be written and the next one would not be either. */
    boolean failing() {
        return lastFailure != null && writer.trouble() != null;
    }

    /** Whether as much waits for the database as may. */
    boolean isFull() {
        return (long) backlog.segments() * settings.segmentBytes() >= settings.maximumBytes();
    }

    String fullMessage() {
        return "The journal holds as much as it may (" + settings.maximumBytes() / (1 << 20)
                + " MiB) because the database does not take its records. Check the database; records are taken again "
                + "as soon as it answers.";
    }

    /**
     * Queues a record; it becomes durable soon, also when nobody waits for it.
     *
     * @param waited whether the caller will wait for it at once: then it leads the commit itself if nobody does
     * @throws TrailUnavailable when a bound is reached
     */
    Pending enqueue(TrailRecord item, byte[] json, List<BodyChunk> bodies, boolean waited) {
        Pending entry = new Pending(item, json, bodies);
        if (closed) {
            throw new TrailUnavailable(Reason.CLOSED, "The trail is closed: the daemon is stopping.");
        }
        if (isFull()) {
            throw new TrailUnavailable(Reason.DATABASE_AWAY, fullMessage());
        }
        if (pendingCount.incrementAndGet() > MOST_PENDING) {
            pendingCount.decrementAndGet();
            throw new TrailUnavailable(Reason.OVERLOADED,
                    MOST_PENDING + " records wait for the disk already. Check the data disk, or send fewer calls.");
        }
        if (waited) {
            entry.waitedForBy(Thread.currentThread());
        }
        pending.add(entry);
        if (!waited && !led.get()) {
            LockSupport.unpark(committer);
        }
        return entry;
    }

    /**
     * Waits until a record is durable, leading the commit when nobody else does.
     *
     * @throws TrailUnavailable when it did not become durable, or not in time
     */
    Committed await(Pending entry, Duration longest) {
        entry.waitedForBy(Thread.currentThread());
        long deadline = System.nanoTime() + longest.toNanos();
        boolean interrupted = false;
        while (!entry.isDone()) {
            if (led.compareAndSet(false, true)) {
                lead();
                continue;
            }
            // Looked at after the record was queued: whoever gives up the lead looks at the queue once more.
            if (!entry.isDone() && led.get()) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    throw new TrailUnavailable(Reason.TIMED_OUT, "The record was not on the disk within "
                            + longest.toMillis() + " ms. Check the data disk.");
                }
                LockSupport.parkNanos(this, left);
                interrupted |= Thread.interrupted();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        TrailUnavailable failure = entry.failure();
        if (failure != null) {
            throw failure;
        }
        return Objects.requireNonNull(entry.committed());
    }

    /** Commits what is queued, then refuses everything. The files stay. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(committer);
        try {
            committer.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        writer.close();
    }

    /**
     * Commits one batch. What came meanwhile is the committer's: the next caller in the queue would have its turn only
     * after all those whose records this batch has completed.
     */
    private void lead() {
        try {
            commitQueued();
        } finally {
            led.set(false);
            if (!pending.isEmpty()) {
                LockSupport.unpark(committer);
            }
        }
    }

    /** Commits batch after batch while there is more, and what nobody waits for. */
    private void commitOthers() {
        while (true) {
            if (pending.isEmpty()) {
                if (closed) {
                    return;
                }
                LockSupport.park(this);
            } else if (led.compareAndSet(false, true)) {
                try {
                    while (!pending.isEmpty()) {
                        commitQueued();
                    }
                } catch (RuntimeException e) {
                    LOGGER.log(System.Logger.Level.ERROR, "The journal failed unexpectedly.", e);
                } finally {
                    led.set(false);
                }
            } else {
                LockSupport.parkNanos(this, 1_000_000);
            }
        }
    }

    private void commitQueued() {
        List<Pending> batch = takeQueued();
        if (batch.isEmpty()) {
            return;
        }
        List<Committed> committed = new ArrayList<>(batch.size());
        ChainHead end = head;
        long first = end.sequence() + 1;
        buffer.clear();
        for (Pending entry : batch) {
            ChainHead next = end.next(entry.json(), sha256);
            for (BodyChunk chunk : entry.bodies()) {
                Frames.putBody(buffer, first, chunk);
            }
            Frames.putRecord(buffer, first, next, entry.json());
            committed.add(new Committed(end.hash(), next, entry.json(), entry.item(), entry.bodies()));
            end = next;
        }
        buffer.flip();
        try {
            Path segment = writer.write(buffer);
            lastFailure = null;
            head = end;
            backlog.add(segment, committed);
            for (int i = 0; i < batch.size(); i++) {
                batch.get(i).complete(committed.get(i));
            }
        } catch (TrailUnavailable e) {
            lastFailure = e;
            batch.forEach(entry -> entry.fail(e));
        } catch (RuntimeException | Error e) {
            TrailUnavailable failure = new TrailUnavailable(Reason.DISK_FAILED,
                    "The journal failed unexpectedly (" + e + "). Look at the daemon's log.");
            lastFailure = failure;
            batch.forEach(entry -> entry.fail(failure));
            throw e;
        }
    }

    private List<Pending> takeQueued() {
        List<Pending> batch = new ArrayList<>();
        int bytes = 0;
        Pending next;
        while ((next = pending.peek()) != null && (batch.isEmpty() || bytes + next.size() <= LARGEST_BATCH)) {
            pending.poll();
            pendingCount.decrementAndGet();
            batch.add(next);
            bytes += next.size();
        }
        if (bytes > buffer.capacity()) {
            buffer = ByteBuffer.allocateDirect(Math.max(bytes, Math.min(LARGEST_BATCH, buffer.capacity() * 4)));
        }
        return batch;
    }

    /** The journal's files, in the order in which they were written. */
    static List<Path> segments(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> Segment.serial(file) != null)
                    .sorted(Comparator.comparing(file -> Objects.requireNonNull(Segment.serial(file)))).toList();
        }
    }

    private static long firstIn(List<Path> files, int from, UUID node) throws IOException {
        for (int i = from; i < files.size(); i++) {
            Scan scan = Scan.first(files.get(i), node);
            if (scan.head != null) {
                return scan.first;
            }
        }
        return Long.MAX_VALUE;
    }

    /** What a segment holds, as far as opening needs to know. */
    private static final class Scan implements Segment.Visitor {

        private final boolean firstOnly;
        private long first;
        private @Nullable ChainHead head;
        private boolean damaged;

        private Scan(boolean firstOnly) {
            this.firstOnly = firstOnly;
        }

        static Scan of(Path file, UUID node, long after, long nextFirst) throws IOException {
            Scan scan = new Scan(false);
            Segment.walk(file, node, 0, after, nextFirst, scan);
            return scan;
        }

        static Scan first(Path file, UUID node) throws IOException {
            Scan scan = new Scan(true);
            Segment.walk(file, node, 0, -1, Long.MAX_VALUE, scan);
            return scan;
        }

        @Override
        public boolean record(ChainHead found, Supplier<byte[]> json, List<BodyChunk> bodies, int end) {
            if (head == null) {
                first = found.sequence();
            }
            head = found;
            return !firstOnly;
        }

        @Override
        public void damage(int at) {
            damaged = true;
        }
    }
}
