package org.gatehouse.modelstore;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

import org.gatehouse.audit.AdminRecord;
import org.gatehouse.governance.AdminTrail;
import org.gatehouse.supervisor.models.ImportJob;
import org.gatehouse.supervisor.models.ImportOutcome;

/**
 * Waits for imports to end, and brings what came of them into the trail. While the trail takes nothing, it is tried again: no import can
 * begin meanwhile, so what waits is bounded by what the store runs at once. Thread-safe.
 */
final class ImportEnds implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ImportEnds.class.getName());
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(1);
    private static final Duration TRY_AGAIN = Duration.ofSeconds(5);
    private static final Duration PATIENCE_AT_CLOSE = Duration.ofSeconds(5);

    private final AdminTrail trail;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    ImportEnds(AdminTrail trail) {
        this.trail = trail;
    }

    /** Calls back once, when the job has ended, on a thread of its own. */
    void watch(ImportJob job, BiConsumer<ImportJob, ImportOutcome> whenEnded) {
        start("model-import-end-" + job.id(), () -> {
            while (closing.getCount() > 0 || job.outcome().isPresent()) {
                ImportOutcome outcome = job.await(LOOK_AGAIN).orElse(null);
                if (outcome != null) {
                    whenEnded.accept(job, outcome);
                    return;
                }
            }
        });
    }

    /** Brings this record into the trail, now or as soon as the trail takes it. */
    void tell(AdminRecord record) {
        start("model-store-record", () -> {
            boolean again = false;
            while (!told(record, again)) {
                again = true;
                if (closing.await(TRY_AGAIN.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        });
    }

    private boolean told(AdminRecord record, boolean again) {
        try {
            // A record that did not become durable in time may have become so since.
            if (!again || !trail.holds(record)) {
                trail.append(record);
            }
            return true;
        } catch (RuntimeException e) {
            if (!again) {
                LOG.log(System.Logger.Level.WARNING, "What came of " + record.objectType() + " " + record.objectId()
                        + " cannot be recorded for now, and is tried again: " + e.getMessage());
            }
            return false;
        }
    }

    /** Work that may wait. */
    private interface Waiting {
        void run() throws InterruptedException;
    }

    private void start(String name, Waiting work) {
        Thread thread = Thread.ofVirtual().name(name).unstarted(() -> {
            try {
                work.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                threads.remove(Thread.currentThread());
            }
        });
        threads.add(thread);
        thread.start();
    }

    /** Lets what waits have a last try. */
    @Override
    public void close() throws InterruptedException {
        closing.countDown();
        long end = System.nanoTime() + PATIENCE_AT_CLOSE.toNanos();
        for (Thread thread : Set.copyOf(threads)) {
            thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
            thread.interrupt();
        }
    }
}
