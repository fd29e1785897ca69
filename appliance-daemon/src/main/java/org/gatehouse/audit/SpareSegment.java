package org.gatehouse.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.TrailUnavailable.Reason;
import org.gatehouse.store.BackgroundWorker;

/**
 * Keeps one segment file ready, filled with zeros to its full length. So a full disk shows here, before anything is
 * acknowledged, and never in the middle of a batch. Thread-safe; a thread of its own makes the files and tries again
 * every second while it cannot.
 */
final class SpareSegment implements AutoCloseable {

    /** How long a batch waits for a file that is just being made. Filling 16 MiB takes 10 ms on a fast disk. */
    private static final long LONGEST_WAIT_MILLIS = 2_000;
    private static final Duration RETRY_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_STOP = Duration.ofSeconds(5);
    private static final int BLOCK = 1 << 20;

    private final Path directory;
    private final UUID node;
    private final int bytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final BackgroundWorker maker;
    private long nextSerial;
    private @Nullable Path ready;
    private @Nullable TrailUnavailable failure;

    /** @param firstSerial the serial number of the first file to make */
    SpareSegment(JournalSettings settings, UUID node, long firstSerial) {
        this.directory = settings.directory();
        this.node = node;
        this.bytes = settings.segmentBytes();
        this.nextSerial = firstSerial;
        this.maker = new BackgroundWorker("trail-spare-segment", lock, changed, LONGEST_STOP, this::makeWhenTaken);
        maker.start();
    }

    /**
     * The ready file, from now on the caller's; the next one is made meanwhile.
     *
     * @throws TrailUnavailable when there is none
     */
    Path take() {
        lock.lock();
        boolean interrupted = false;
        try {
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LONGEST_WAIT_MILLIS);
            while (ready == null && failure == null && !maker.stopping() && System.nanoTime() < deadline) {
                try {
                    changed.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    // The caller leads for many: it must not stop half-way. It finds its interrupt afterwards.
                    interrupted = true;
                }
            }
            Path taken = ready;
            if (taken == null) {
                throw failure != null
                        ? failure
                        : new TrailUnavailable(maker.stopping() ? Reason.CLOSED : Reason.DISK_FAILED,
                                "No new journal file could be made within " + LONGEST_WAIT_MILLIS
                                        + " ms: the data disk is too slow or the trail was closed.");
            }
            ready = null;
            changed.signalAll();
            return taken;
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Nullable
    String trouble() {
        lock.lock();
        try {
            return failure == null ? null : failure.getMessage();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        maker.close();
        try {
            if (ready != null) {
                Files.deleteIfExists(ready);
            }
        } catch (IOException e) {
            System.getLogger(SpareSegment.class.getName()).log(System.Logger.Level.DEBUG, "removing the spare", e);
        }
    }

    private void makeWhenTaken() {
        while (maker.pauseWhile(() -> ready != null)) {
            TrailUnavailable problem = null;
            Path made = Segment.path(directory, nextSerial);
            try {
                fill(made);
            } catch (IOException e) {
                problem = unavailable(e);
            }
            lock.lock();
            try {
                ready = problem == null ? made : null;
                nextSerial += problem == null ? 1 : 0;
                failure = problem;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
            if (problem != null) {
                maker.pauseWhile(() -> true, RETRY_PAUSE);
            }
        }
    }

    private void fill(Path path) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer zeros = ByteBuffer.allocateDirect(BLOCK);
            for (long at = 0; at < bytes;) {
                zeros.clear().limit((int) Math.min(BLOCK, bytes - at));
                at += file.write(zeros, at);
            }
            file.force(true);
            // Last, so that a file with a header is a whole one.
            file.write(Segment.header(node), 0);
            file.force(true);
        } catch (IOException e) {
            // Half a file helps nobody, and the disk may be full.
            Files.deleteIfExists(path);
            throw e;
        }
        // The name must survive a power cut as well, or the records in it would not.
        try (FileChannel parent = FileChannel.open(directory, StandardOpenOption.READ)) {
            parent.force(true);
        }
    }

    private TrailUnavailable unavailable(IOException e) {
        String text = String.valueOf(e instanceof FileSystemException named ? named.getReason() : e.getMessage());
        String lower = text.toLowerCase(Locale.ROOT);
        boolean full = lower.contains("no space") || lower.contains("quota") || lower.contains("too large");
        return new TrailUnavailable(full ? Reason.DISK_FULL : Reason.DISK_FAILED,
                "The journal has no room: " + directory + " (" + text + "). Free "
                        + bytes / BLOCK + " MiB on that disk; records are taken again by themselves.");
    }
}
