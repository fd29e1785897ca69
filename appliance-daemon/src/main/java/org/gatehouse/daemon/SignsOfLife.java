package org.gatehouse.daemon;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Tells the service manager's watchdog that the daemon works, each time that this was seen: a timer alone would go on ticking in a daemon that
 * answers nobody. Thread-safe.
 */
final class SignsOfLife implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SignsOfLife.class.getName());
    /** So many looks fit into the manager's patience: one that fails on a busy machine is not the end. */
    private static final int LOOKS = 4;

    private final ServiceManager manager;
    private final Predicate<Duration> answers;
    private final ScheduledExecutorService timer = Executors
            .newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("signs-of-life").factory());

    private SignsOfLife(ServiceManager manager, Predicate<Duration> answers) {
        this.manager = manager;
        this.answers = answers;
    }

    /**
     * Begins to look, if the manager has a watchdog.
     *
     * @param answers whether the daemon takes a call and answers it within that time
     */
    static SignsOfLife begin(ServiceManager manager, Predicate<Duration> answers) {
        SignsOfLife signs = new SignsOfLife(manager, answers);
        manager.patience().ifPresent(patience -> {
            long every = interval(patience).toMillis();
            signs.timer.scheduleWithFixedDelay(signs::look, 0, every, TimeUnit.MILLISECONDS);
        });
        return signs;
    }

    /** How long from one look to the next, which is also how long one may take. */
    static Duration interval(Duration patience) {
        return patience.dividedBy(LOOKS);
    }

    private void look() {
        try {
            if (answers.test(interval(manager.patience().orElseThrow()))) {
                manager.alive();
            } else {
                LOG.log(System.Logger.Level.WARNING,
                        "This daemon did not answer itself; the service manager starts it anew if that lasts");
            }
        } catch (RuntimeException e) {
            // An exception that escaped would end the timer, and with it a daemon that is well.
            LOG.log(System.Logger.Level.WARNING, "It could not be seen whether this daemon answers", e);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
