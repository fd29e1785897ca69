package org.gatehouse.store;

import java.sql.SQLException;

import com.zaxxer.hikari.SQLExceptionOverride;
import org.h2.api.ErrorCode;
import org.h2.mvstore.MVStoreException;

/**
 * Tells the pool which connections of the embedded database are dead. When H2 can't write its file (the disk is full), it
 * closes the database under every connection, and they go on to call themselves valid: {@code isValid} asks the session
 * only. A connection made anew opens the file again, as after a kill. Thread-safe.
 */
final class ClosedItself implements SQLExceptionOverride {

    @java.lang.Override
    public Override adjudicate(SQLException failure) {
        return isClosing(failure) ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
    }

    private static boolean isClosing(SQLException failure) {
        return switch (failure.getErrorCode()) {
            case ErrorCode.DATABASE_IS_CLOSED, ErrorCode.DATABASE_CALLED_AT_SHUTDOWN, ErrorCode.IO_EXCEPTION_1,
                    ErrorCode.IO_EXCEPTION_2, ErrorCode.FILE_CORRUPTED_1 ->
                true;
            default -> failure.getCause() instanceof MVStoreException;
        };
    }
}
