package org.gatehouse.batch;

import java.time.Duration;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/** What came of carrying a row once. */
sealed interface RowAnswer {

    /**
     * An answer, good or bad.
     *
     * @param id of the call
     * @param later when it can be tried again with a hope, because it was a matter of load; {@code null} when it is final
     */
    @SuppressWarnings("ArrayRecordComponent") // a buffer that is handed on, never compared
    record Answered(UUID id, String requestId, int status, byte[] body, @Nullable Duration later)
            implements
                RowAnswer {

        /** Whether the row is a good one. */
        boolean good() {
            return status >= 200 && status < 300;
        }
    }

    /** None: the batch stopped meanwhile. */
    record None() implements RowAnswer {}
}
