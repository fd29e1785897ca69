package org.gatehouse.listen;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for something that another thread brings about. */
final class Eventually {
    private Eventually() {}

    /** Returns as soon as the condition holds; fails after thirty seconds. */
    static void holds(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("The condition did not come true within thirty seconds");
            }
            Thread.sleep(5);
        }
    }
}
