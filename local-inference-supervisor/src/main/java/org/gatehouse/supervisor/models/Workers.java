package org.gatehouse.supervisor.models;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * Does one thing with many files on a few threads; the first failure ends all. They are platform threads: digests are long work for a
 * processor, and on virtual threads they would keep the daemon's calls waiting.
 */
final class Workers {
    /** What is done with one of them. */
    @FunctionalInterface
    interface Task<T> {
        void run(T item) throws ImportFailure, InterruptedException;
    }

    private Workers() {}

    /** Returns when all are done; throws the first failure when all threads have ended. */
    static <T> void forEach(List<T> items, int atOnce, StopSignal stop, Task<T> task)
            throws ImportFailure, InterruptedException {
        AtomicInteger next = new AtomicInteger();
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < Math.min(atOnce, items.size()); i++) {
            threads.add(Thread.ofPlatform().daemon().name("model-file-" + i).unstarted(() -> {
                stop.join();
                try {
                    for (int at = next.getAndIncrement(); at < items.size(); at = next.getAndIncrement()) {
                        stop.check();
                        task.run(items.get(at));
                    }
                } catch (ImportFailure | InterruptedException | RuntimeException | Error e) {
                    if (failure.compareAndSet(null, e)) {
                        threads.forEach(Thread::interrupt);
                    }
                } finally {
                    stop.leave();
                }
            }));
        }
        threads.forEach(Thread::start);
        boolean interrupted = false;
        for (Thread thread : threads) {
            interrupted |= joined(thread, threads);
        }
        Throwable first = failure.get();
        if (interrupted || first instanceof InterruptedException) {
            throw new InterruptedException();
        }
        switch (first) {
            case null -> {
                // All are done.
            }
            case ImportFailure problem -> throw problem;
            case Error error -> throw error;
            case RuntimeException bug -> throw bug;
            default -> throw new IllegalStateException(first);
        }
    }

    /** Waits for the thread's end, whatever happens. Returns whether this thread was interrupted meanwhile. */
    private static boolean joined(Thread thread, List<Thread> all) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                return interrupted;
            } catch (InterruptedException e) {
                interrupted = true;
                all.forEach(Thread::interrupt);
            }
        }
    }
}
