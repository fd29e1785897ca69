package org.gatehouse.daemon;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import org.gatehouse.setup.Claims;
import org.gatehouse.setup.Phase;
import org.gatehouse.setup.SetUp;

/** Keeps a claim code open while nobody has claimed the box. Thread-safe. */
final class ClaimCodes implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ClaimCodes.class.getName());
    private static final Duration EVERY = Duration.ofSeconds(10);

    private final SetUp setUp;
    private final ScheduledExecutorService timer = Executors
            .newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("claim-code").factory());
    private final List<Consumer<Claims.Code>> watchers = new CopyOnWriteArrayList<>();
    private volatile Claims.@Nullable Code newest;

    /** Begins, unless the set-up is over. */
    ClaimCodes(SetUp setUp) {
        this.setUp = setUp;
        if (setUp.phase() != Phase.FINISHED) {
            renew();
            timer.scheduleWithFixedDelay(this::renew, EVERY.toSeconds(), EVERY.toSeconds(), TimeUnit.SECONDS);
        }
    }

    /** Tells of the newest code, and of each that takes its place. */
    void show(Consumer<Claims.Code> watcher) {
        watchers.add(watcher);
        Claims.Code now = newest;
        if (now != null && setUp.phase() == Phase.UNCLAIMED) {
            watcher.accept(now);
        }
    }

    private void renew() {
        try {
            setUp.claims().renewed().ifPresent(code -> {
                newest = code;
                watchers.forEach(watcher -> watcher.accept(code));
            });
            if (setUp.phase() == Phase.FINISHED) {
                timer.shutdown();
            }
        } catch (RuntimeException e) {
            // It is tried again in seconds; an exception that escaped would end the timer.
            LOG.log(System.Logger.Level.WARNING, "No fresh claim code could be made: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
