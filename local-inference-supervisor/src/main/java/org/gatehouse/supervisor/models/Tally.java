package org.gatehouse.supervisor.models;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Counts how far an import has come. Thread-safe. */
final class Tally {
    private final RateMeter rate;
    private final AtomicLong bytesDone = new AtomicLong();
    private final AtomicInteger filesDone = new AtomicInteger();
    private final Set<String> current = new ConcurrentSkipListSet<>();
    private volatile ImportProgress.Phase phase = ImportProgress.Phase.WAITING;
    private volatile int files;
    private volatile long bytes;

    Tally(LongSupplier nanoTime) {
        rate = new RateMeter(nanoTime);
    }

    void phase(ImportProgress.Phase now) {
        phase = now;
    }

    ImportProgress.Phase phase() {
        return phase;
    }

    void planned(int fileCount, long byteCount) {
        files = fileCount;
        bytes = byteCount;
    }

    void began(String path) {
        current.add(path);
    }

    void left(String path) {
        current.remove(path);
    }

    /** Bytes that came over. */
    void took(int count) {
        bytesDone.addAndGet(count);
        rate.add(count);
    }

    /** Bytes that were there before, or, negative, that were thrown away. */
    void had(long count) {
        bytesDone.addAndGet(count);
    }

    void fileDone() {
        filesDone.incrementAndGet();
    }

    long bytesLeft() {
        return Math.max(0, bytes - bytesDone.get());
    }

    ImportProgress progress() {
        long speed = phase == ImportProgress.Phase.FETCHING ? rate.rate() : 0;
        long left = bytesLeft();
        return new ImportProgress(phase, files, filesDone.get(), bytes, bytesDone.get(), speed,
                speed > 0 && left > 0 ? Duration.ofSeconds(left / speed + 1) : null, new ArrayList<>(current));
    }
}
