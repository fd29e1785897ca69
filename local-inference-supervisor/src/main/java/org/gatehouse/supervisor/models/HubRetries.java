package org.gatehouse.supervisor.models;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Counts failures in a row and waits after each, longer and longer. Belongs to one thread. */
final class HubRetries {
    private final ModelStoreSettings settings;
    private final RandomGenerator random;
    private final String hub;
    private final String what;
    private int failures;

    HubRetries(ModelStoreSettings settings, RandomGenerator random, String hub, String what) {
        this.settings = settings;
        this.random = random;
        this.hub = hub;
        this.what = what;
    }

    /** Bytes came: whatever fails next is a new trouble. */
    void progressed() {
        failures = 0;
    }

    /** Waits for the next attempt, or says that there is none. */
    void after(HubClient.Trouble trouble) throws ImportFailure, InterruptedException {
        failures++;
        if (failures >= settings.attempts()) {
            throw new ImportFailure(new ImportProblem.HubFailed(hub, what, trouble.why(), failures));
        }
        double factor = (1L << Math.min(failures - 1, 20)) * random.nextDouble(0.8, 1.2);
        Duration grown = Duration.ofNanos((long) Math.min(settings.firstPause().toNanos() * factor,
                settings.longestPause().toNanos()));
        Duration wanted = trouble.wanted().compareTo(settings.longestPause()) > 0
                ? settings.longestPause()
                : trouble.wanted();
        Thread.sleep(wanted.compareTo(grown) > 0 ? wanted : grown);
    }
}
