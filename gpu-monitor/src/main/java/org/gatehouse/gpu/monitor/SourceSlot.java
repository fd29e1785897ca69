package org.gatehouse.gpu.monitor;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gpu.GpuSource;
import org.gatehouse.gpu.Sampling;
import org.gatehouse.gpu.SourceCandidate;
import org.gatehouse.gpu.SourceCandidate.Opening;
import org.gatehouse.gpu.nativelib.GuardedCalls;
import org.gatehouse.gpu.nativelib.GuardedCalls.Attempt;
import org.gatehouse.gpu.nativelib.GuardedCalls.Outcome;

/**
 * One candidate with its own guarded thread, its source while that is open, and the time of the next try. A candidate that hangs keeps
 * its thread and nothing else; it is tried again only after the hanging call has come back. For one thread at a time.
 */
final class SourceSlot {
    private static final int MOST_MISSES = 3;

    private final SourceCandidate candidate;
    private final Patience patience;
    private final GuardedCalls guard;
    private @Nullable GpuSource source;
    private @Nullable GpuSource left;
    private @Nullable Attempt<Opening> opening;
    private String reason = "it has not been tried yet";
    private long tryAt;
    private int failures;
    private int misses;

    SourceSlot(String node, SourceCandidate candidate, Patience patience) {
        this.candidate = candidate;
        this.patience = patience;
        this.guard = new GuardedCalls("gpu-" + node + "-" + candidate.kind().label());
        this.tryAt = Long.MIN_VALUE;
    }

    SourceCandidate candidate() {
        return candidate;
    }

    boolean open() {
        return source != null;
    }

    /** Why it is not used, for people. */
    String reason() {
        return reason;
    }

    /** Goes on with opening, and starts it when its time has come; waits at most this long. Answers whether it is open now. */
    boolean tryToOpen(long now, Duration wait) {
        if (source != null) {
            return true;
        }
        closeLeft();
        if (opening == null) {
            if (now < tryAt || guard.stuck()) {
                return false;
            }
            opening = guard.start(candidate.opener()::get);
        }
        if (wait.isZero() && !opening.ended()) {
            return false;
        }
        switch (opening.within(wait)) {
            case Outcome.Done<Opening>(Opening.Opened(GpuSource opened)) -> {
                opening = null;
                source = opened;
            }
            case Outcome.Done<Opening>(Opening.Unavailable(String why)) -> failed(now, why);
            case Outcome.Broken<Opening>(Throwable cause) -> failed(now, candidate.name() + " broke: " + cause);
            // It stays in "opening", and is collected when it comes back after all.
            case Outcome.Stuck<Opening> _ -> reason = candidate.name() + " does not come back from opening";
        }
        return source != null;
    }

    /** Reads once. After anything but {@link Sampling.Taken}, {@link #open()} tells whether the source is kept. */
    Sampling sample(long now) {
        GpuSource open = source;
        if (open == null) {
            return new Sampling.Failed(reason, true);
        }
        return switch (guard.call(open::sample, patience.sampling())) {
            case Outcome.Done<Sampling>(Sampling.Taken taken) -> {
                failures = 0;
                misses = 0;
                yield taken;
            }
            case Outcome.Done<Sampling>(Sampling.Failed failed) -> {
                reason = failed.reason();
                if (failed.gone() || ++misses >= MOST_MISSES) {
                    leave();
                    failed(now, failed.reason());
                }
                yield failed;
            }
            case Outcome.Broken<Sampling>(Throwable cause) -> {
                leave();
                failed(now, candidate.name() + " broke: " + cause);
                yield new Sampling.Failed(reason, true);
            }
            case Outcome.Stuck<Sampling> _ -> {
                leave();
                failed(now, candidate.name() + " did not answer within " + patience.sampling().toMillis()
                        + " ms; look at the kernel log for its driver");
                yield new Sampling.Failed(reason, true);
            }
        };
    }

    /** Gives the source up, because a better one is there. */
    void retire(long now) {
        leave();
        tryAt = now;
        reason = "a better source is in use";
    }

    /** Closes everything, as far as that comes back in time. */
    void close() {
        leave();
        if (opening != null && opening
                .within(Duration.ofMillis(1)) instanceof Outcome.Done<Opening>(Opening.Opened(GpuSource late))) {
            left = late;
        }
        closeLeft();
        guard.close();
    }

    private void leave() {
        misses = 0;
        left = source;
        source = null;
        closeLeft();
    }

    private void closeLeft() {
        GpuSource leaving = left;
        if (leaving != null && !guard.stuck()) {
            left = null;
            guard.call(() -> {
                leaving.close();
                return true;
            }, patience.sampling());
        }
    }

    private void failed(long now, String why) {
        opening = null;
        reason = why;
        long longest = patience.betterEvery().toNanos();
        long pause = patience.retry().toNanos() << Math.min(failures++, 20);
        tryAt = now + (pause <= 0 ? longest : Math.min(pause, longest));
    }
}
