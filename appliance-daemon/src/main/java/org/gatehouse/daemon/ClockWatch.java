package org.gatehouse.daemon;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.jspecify.annotations.Nullable;

import org.gatehouse.alerts.Finding;
import org.gatehouse.governance.Actor;
import org.gatehouse.governance.AdminTrail;

/**
 * Holds the wall clock against one that never jumps. Limits and budgets are counted by the wall clock, and the trail's rows
 * bear its times: where it leaps, somebody has to know, and the trail says from when to when. Thread-safe.
 */
final class ClockWatch implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ClockWatch.class.getName());
    private static final Duration EVERY = Duration.ofSeconds(5);
    private static final Duration WORTH_TELLING = Duration.ofMinutes(5);
    private static final Duration TOLD_FOR = Duration.ofHours(1);
    /** Touched by systemd-timesyncd when it set the clock by a server. */
    private static final Path TIMESYNC = Path.of("/run/systemd/timesync");
    private static final String SYNCHRONISED = "synchronized";

    private final ScheduledExecutorService timer = Executors
            .newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("clock-watch").factory());
    private final Clock clock;
    private final LongSupplier nanoTime;
    private final AdminTrail trail;
    private final Supplier<UUID> ids;
    private Instant before;
    private long nanosBefore;
    private volatile @Nullable Jump last;

    /**
     * A leap of the clock.
     *
     * @param id tells it from any other
     * @param from what the clock would have said
     * @param to what it said instead
     * @param nanos when, by the clock that never jumps
     */
    private record Jump(String id, Instant from, Instant to, long nanos) {

        String message() {
            return "The box's clock went from " + from + " to " + to + " at once. Times in the trail and the periods of"
                    + " limits and budgets follow it. If nobody set it, check the time servers and the battery.";
        }
    }

    /** Watches without a thread: {@link #look} is up to the caller. */
    ClockWatch(Clock clock, LongSupplier nanoTime, AdminTrail trail, Supplier<UUID> ids) {
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.trail = trail;
        this.ids = ids;
        this.before = clock.instant();
        this.nanosBefore = nanoTime.getAsLong();
    }

    /** Begins to look. */
    ClockWatch start() {
        timer.scheduleWithFixedDelay(this::look, EVERY.toSeconds(), EVERY.toSeconds(), TimeUnit.SECONDS);
        return this;
    }

    /** One look. Only one thread does. */
    void look() {
        Instant now = clock.instant();
        long nanos = nanoTime.getAsLong();
        Instant expected = before.plusNanos(nanos - nanosBefore);
        before = now;
        nanosBefore = nanos;
        if (Duration.between(expected, now).abs().compareTo(WORTH_TELLING) <= 0) {
            return;
        }
        UUID id = ids.get();
        Jump jump = new Jump(id.toString(), expected, now, nanos);
        last = jump;
        LOG.log(System.Logger.Level.WARNING, jump.message());
        try {
            trail.append(Actor.system("clock").did(id, now, "jump", "system", "clock",
                    JsonNodeFactory.instance.objectNode().put("time", expected.toString()),
                    JsonNodeFactory.instance.objectNode().put("time", now.toString())));
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "The trail has no record of it", e);
        }
    }

    /** The last leap, for an hour. */
    List<Finding> findings() {
        Jump jump = last;
        return jump == null || nanoTime.getAsLong() - jump.nanos() > TOLD_FOR.toNanos()
                ? List.of()
                : List.of(new Finding(jump.id(), "clock", 0, jump.message()));
    }

    /** Whether a time server has set the clock since the machine started; empty where nobody can tell. */
    static Optional<Boolean> synchronised() {
        return Files.isDirectory(TIMESYNC)
                ? Optional.of(Files.exists(TIMESYNC.resolve(SYNCHRONISED)))
                : Optional.empty();
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
