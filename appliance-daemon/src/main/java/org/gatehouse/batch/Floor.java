package org.gatehouse.batch;

import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * What the batches of a box share. Thread-safe.
 *
 * @param rowsRunning permits for rows that run at once
 * @param checks permits for files that are checked at once
 * @param memory permits for the bytes of rows that run or wait to be tried again, in KiB
 * @param done counts rows that were answered, since the start
 * @param failed counts the others
 */
record Floor(RowCaller caller, Vault vault, BatchRows rows, ClientFiles files, BatchLimits limits, Clock clock,
        Supplier<UUID> ids, Semaphore rowsRunning, Semaphore checks, Semaphore memory, AtomicLong done,
        AtomicLong failed) {

    private static final int CHECKS = 2;
    private static final int LEAST_ROWS_IN_MEMORY = 4;
    private static final int HEAP_SHARE = 16;

    static Floor of(RowCaller caller, Vault vault, BatchRows rows, ClientFiles files, BatchLimits limits, Clock clock,
            Supplier<UUID> ids) {
        long memory = Math.max((long) LEAST_ROWS_IN_MEMORY * limits.rowBytes(),
                Runtime.getRuntime().maxMemory() / HEAP_SHARE);
        return new Floor(caller, vault, rows, files, limits, clock, ids, new Semaphore(limits.rowsOnBox(), true),
                new Semaphore(CHECKS, true), new Semaphore(kibibytes(memory), true), new AtomicLong(),
                new AtomicLong());
    }

    /** At least 1, and never more than a row may have. */
    int memoryOf(Row row) {
        return kibibytes(row.body().length);
    }

    private static int kibibytes(long bytes) {
        return (int) Math.min(Integer.MAX_VALUE, bytes / 1024 + 1);
    }
}
