package org.gatehouse.simulated;

import java.util.function.BooleanSupplier;

/** Waits for what happens soon, with a deadline. */
final class Waiting {
    private static final long DEADLINE_NANOS = 10_000_000_000L;

    private Waiting() {}

    static void until(BooleanSupplier holds) throws InterruptedException {
        long deadline = System.nanoTime() + DEADLINE_NANOS;
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("did not come true within ten seconds");
            }
            Thread.sleep(1);
        }
    }
}
