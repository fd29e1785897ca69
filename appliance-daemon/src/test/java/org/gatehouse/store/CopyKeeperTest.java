package org.gatehouse.store;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class CopyKeeperTest {

    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger written = new AtomicInteger();
    private final Semaphore mayEnd = new Semaphore(0);

    private CopyKeeper slow() {
        return new CopyKeeper(_ -> {
            begun.incrementAndGet();
            mayEnd.acquireUninterruptibly();
            written.incrementAndGet();
        });
    }

    private static void until(java.util.function.BooleanSupplier reached) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!reached.getAsBoolean() && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(reached.getAsBoolean()).isTrue();
    }

    @Test
    void changeDuringACopyWaitsForTheNextOne() throws InterruptedException {
        try (CopyKeeper keeper = slow()) {
            keeper.ask(LocalCopies.Part.SETTINGS);
            until(() -> begun.get() == 1);
            CountDownLatch told = new CountDownLatch(1);
            Thread change = Thread.ofVirtual().start(() -> {
                keeper.copy(LocalCopies.Part.SETTINGS);
                told.countDown();
            });
            mayEnd.release();
            until(() -> begun.get() == 2);
            // The copy that was under way may have been read before the change.
            assertThat(told.getCount()).isOne();
            mayEnd.release();
            assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(written).hasValue(2);
            change.join();
        }
    }

    @Test
    void closingWritesWhatWasAskedFor() {
        mayEnd.release(2);
        CopyKeeper keeper = slow();
        keeper.ask(LocalCopies.Part.SETTINGS);
        keeper.close();
        assertThat(written).hasValue(1);
        // Nobody waits for a keeper that has ended.
        keeper.copy(LocalCopies.Part.SETTINGS);
        assertThat(written).hasValue(1);
    }

    @Test
    void copyThatFailedIsWrittenWithTheNextOneAlthoughNobodyAskedForItAgain() {
        AtomicInteger sums = new AtomicInteger();
        try (CopyKeeper keeper = new CopyKeeper(part -> {
            if (part == LocalCopies.Part.SUMS && sums.getAndIncrement() == 0) {
                throw new IOException("no space left");
            }
        })) {
            keeper.copy(LocalCopies.Part.SUMS);
            keeper.copy(LocalCopies.Part.SETTINGS);
        }
        assertThat(sums).hasValue(2);
    }
}
