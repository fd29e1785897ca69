package org.gatehouse.daemon;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import org.gatehouse.machine.slots.Attempt;
import org.gatehouse.machine.update.Updates;

/**
 * Tells the system, once after a start, that this release is good. Until then the boot loader counts its tries, and a release
 * that takes too long is given up by the system, not here.
 */
final class BootCheck implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(BootCheck.class.getName());
    private static final Duration AGAIN = Duration.ofSeconds(5);
    private static final Duration LOOK_FOR_ENGINES = Duration.ofSeconds(30);

    private final Thread thread;

    private BootCheck(Thread thread) {
        this.thread = thread;
    }

    /** Begins to try the box out, where it has an operating system that wants to know. */
    static BootCheck begin(Updates updates, SelfTrial trial) {
        return new BootCheck(Thread.ofVirtual().name("boot-check").start(() -> {
            if (updates.supported()) {
                untilGood(updates, trial);
            }
        }));
    }

    private static void untilGood(Updates updates, SelfTrial trial) {
        Instant begun = Instant.now();
        String told = "";
        try {
            while (true) {
                Optional<String> trouble = trouble(updates, trial);
                if (trouble.isEmpty()) {
                    LOG.log(System.Logger.Level.INFO, "This release is good, after {0} s",
                            Duration.between(begun, Instant.now()).toSeconds());
                    break;
                }
                if (!trouble.get().equals(told)) {
                    told = trouble.get();
                    LOG.log(System.Logger.Level.WARNING, "This release has not shown yet that it is good: {0}", told);
                }
                Thread.sleep(AGAIN);
            }
            while (!trial.notice()) {
                Thread.sleep(LOOK_FOR_ENGINES);
            }
        } catch (InterruptedException _) {
            // The box stops.
        }
    }

    private static Optional<String> trouble(Updates updates, SelfTrial trial) {
        try {
            Optional<String> trouble = trial.trouble();
            if (trouble.isEmpty()) {
                updates.good().filter(attempt -> attempt.outcome() == Attempt.Outcome.RETURNED)
                        .ifPresent(attempt -> LOG.log(System.Logger.Level.ERROR,
                                "The update to {0} was not good, and the box came back to {1}. See 'gatehouse update"
                                        + " status'.",
                                attempt.version(), attempt.from()));
            }
            return trouble;
        } catch (IOException | RuntimeException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
