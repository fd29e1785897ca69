package org.gatehouse.gpu.nativelib;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

/**
 * Runs calls that may hang in a driver on one thread of its own and waits for each no longer than it is told. A call that hangs cannot be
 * stopped; until it comes back, further calls are answered with {@link Outcome.Stuck} at once, so one hang costs one thread for ever and
 * never a second one. The callers' side is for one thread at a time.
 */
public final class GuardedCalls implements AutoCloseable {
    private final ExecutorService thread;
    private @Nullable Future<?> running;

    /** Names the thread, which starts with the first call. */
    public GuardedCalls(String threadName) {
        this.thread = Executors.newSingleThreadExecutor(
                work -> Thread.ofPlatform().daemon().name(threadName).unstarted(work));
    }

    /** How a call ended. */
    public sealed interface Outcome<T> {
        /** It came back. */
        record Done<T>(T value) implements Outcome<T> {}

        /** It threw: a bug, or a library without a function that it must have. */
        record Broken<T>(Throwable cause) implements Outcome<T> {}

        /** It did not come back in time, or an earlier one has not come back yet. */
        record Stuck<T>() implements Outcome<T> {}
    }

    /** A call that was started. */
    public static final class Attempt<T> {
        private final @Nullable Future<T> future;

        private Attempt(@Nullable Future<T> future) {
            this.future = future;
        }

        /** Whether it has come back, or was never started because an earlier call is stuck. */
        public boolean ended() {
            return future == null || future.isDone();
        }

        /** Waits for it, no longer than this; may be asked again after {@link Outcome.Stuck}. */
        public Outcome<T> within(Duration deadline) {
            if (future == null) {
                return new Outcome.Stuck<>();
            }
            try {
                return new Outcome.Done<>(future.get(deadline.toNanos(), TimeUnit.NANOSECONDS));
            } catch (TimeoutException late) {
                return new Outcome.Stuck<>();
            } catch (ExecutionException thrown) {
                Throwable cause = thrown.getCause();
                return new Outcome.Broken<>(cause == null ? thrown : cause);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return new Outcome.Stuck<>();
            }
        }
    }

    /** Whether an earlier call has not come back. */
    public boolean stuck() {
        return running != null && !running.isDone();
    }

    /** Starts {@code work} and does not wait. */
    public <T> Attempt<T> start(Callable<T> work) {
        if (stuck()) {
            return new Attempt<>(null);
        }
        Future<T> future = thread.submit(work);
        running = future;
        return new Attempt<>(future);
    }

    /** Runs {@code work} and waits for it. */
    public <T> Outcome<T> call(Callable<T> work, Duration deadline) {
        return start(work).within(deadline);
    }

    /** Lets the thread end when its call has come back. Does not wait. */
    @Override
    public void close() {
        thread.shutdown();
    }
}
