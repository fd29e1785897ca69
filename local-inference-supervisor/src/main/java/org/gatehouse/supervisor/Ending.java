package org.gatehouse.supervisor;

import java.time.Duration;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * One engine on its way out. SIGTERM goes to the root alone, as systemd's {@code KillMode=mixed} does, because vLLM's API server
 * ends its own children in order; whoever outlives the root is asked next; whoever outlives the grace is killed. Never
 * blocks: {@link #step} is called again and again by one thread.
 */
final class Ending {
    /** How long after SIGKILL a process may need to go; a GPU driver that frees 80 GiB takes its seconds. */
    private static final Duration AFTER_KILL = Duration.ofSeconds(15);

    /** How far it is. */
    enum Progress {
        /** Somebody still lives. */
        GOING_ON,
        /** Nobody is left. */
        ENDED,
        /** Somebody lives in spite of SIGKILL. */
        STUCK
    }

    private final Family family;
    private final Backend.Ender ender;
    private final LongSupplier nanoTime;
    private long killAt;
    private boolean rootAsked;
    private boolean restAsked;

    Ending(Family family, Backend.Ender ender, LongSupplier nanoTime, Duration grace) {
        this.family = family;
        this.ender = ender;
        this.nanoTime = nanoTime;
        this.killAt = nanoTime.getAsLong() + grace.toNanos();
    }

    /** Shortens the grace, if this is less than what is left of it. */
    void within(Duration grace) {
        long sooner = nanoTime.getAsLong() + grace.toNanos();
        if (sooner - killAt < 0) {
            killAt = sooner;
        }
    }

    /** Looks who lives and does what is due. */
    Progress step() {
        long now = nanoTime.getAsLong();
        boolean due = now - killAt >= 0;
        if (!due && family.rootLives()) {
            if (!rootAsked) {
                rootAsked = true;
                ender.askRoot();
            }
            return Progress.GOING_ON;
        }
        Set<Long> living = family.living(true);
        if (living.isEmpty()) {
            return Progress.ENDED;
        }
        if (due) {
            ender.kill(living);
            return now - killAt >= AFTER_KILL.toNanos() ? Progress.STUCK : Progress.GOING_ON;
        }
        if (!restAsked) {
            restAsked = true;
            ender.askRest(living);
        }
        return Progress.GOING_ON;
    }

    /** Who lives now. */
    Set<Long> survivors() {
        return family.living(true);
    }
}
