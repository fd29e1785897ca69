package org.gatehouse.daemon;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

import org.gatehouse.audit.TrailRetention;
import org.gatehouse.usage.RollupPruning;

/** Removes once an hour what is older than it must be kept: rows, recorded bodies, fine-grained sums. */
final class Housekeeping implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Housekeeping.class.getName());
    private static final Duration FIRST = Duration.ofMinutes(2);
    private static final Duration EVERY = Duration.ofHours(1);

    private final ScheduledExecutorService timer = Executors
            .newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("housekeeping").factory());
    private final TrailRetention trail;
    private final RollupPruning rollups;
    private final IntSupplier trailDays;

    /**
     * Begins to keep house.
     *
     * @param trailDays for how many days rows are kept; asked each time
     */
    Housekeeping(TrailRetention trail, RollupPruning rollups, IntSupplier trailDays) {
        this.trail = trail;
        this.rollups = rollups;
        this.trailDays = trailDays;
        timer.scheduleWithFixedDelay(this::tidy, FIRST.toSeconds(), EVERY.toSeconds(), TimeUnit.SECONDS);
    }

    private void tidy() {
        try {
            long rows = trail.removeRecords(Duration.ofDays(trailDays.getAsInt()));
            trail.removeBodies();
            int sums = rollups.prune();
            if (rows + sums > 0) {
                LOG.log(System.Logger.Level.INFO, "Retention removed {0} trail records and {1} usage sums", rows, sums);
            }
        } catch (RuntimeException e) {
            // It is tried again in an hour; an exception that escaped would end the timer.
            LOG.log(System.Logger.Level.WARNING, "Retention could not do its work: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
