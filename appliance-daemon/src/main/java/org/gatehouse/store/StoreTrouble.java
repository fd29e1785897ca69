package org.gatehouse.store;

import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.util.Optional;

import org.h2.api.ErrorCode;

/** Why the store did not do its work, where waiting helps. What was asked may have been done in part. */
public enum StoreTrouble {
    /** Every connection was in use for as long as anybody waits for one. */
    BUSY("The store is busy: each of its " + Database.CONNECTIONS + " connections was in use for too long."),
    /** Somebody else's change held the rows for as long as anybody waits for them. */
    LOCKED("The store is busy: another change held what this one needs for too long."),
    /** It cannot be reached, opened or written. */
    AWAY("The store can't be reached or written. If that lasts, check the database and its disk.");

    private final String happened;

    StoreTrouble(String happened) {
        this.happened = happened;
    }

    /** What happened and what to do, for whoever asked. */
    public String message() {
        return happened + " Try again in a few seconds; look first whether a change was made after all.";
    }

    /** Reads it from what was thrown and its causes; empty for what is no trouble of that kind, such as a bug. */
    public static Optional<StoreTrouble> of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException told) {
                Optional<StoreTrouble> trouble = of(told);
                if (trouble.isPresent()) {
                    return trouble;
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<StoreTrouble> of(SQLException told) {
        if (told instanceof SQLTransientConnectionException) {
            // The pool's: with a cause it could not make a connection, without one it had none to give.
            return Optional.of(told.getCause() == null ? BUSY : AWAY);
        }
        return switch (told.getErrorCode()) {
            case ErrorCode.LOCK_TIMEOUT_1, ErrorCode.DEADLOCK_1, ErrorCode.CONCURRENT_UPDATE_1 -> Optional.of(LOCKED);
            case ErrorCode.DATABASE_IS_CLOSED, ErrorCode.DATABASE_CALLED_AT_SHUTDOWN, ErrorCode.IO_EXCEPTION_1,
                    ErrorCode.IO_EXCEPTION_2, ErrorCode.DATABASE_IS_IN_EXCLUSIVE_MODE ->
                Optional.of(AWAY);
            default -> told instanceof SQLRecoverableException
                    ? Optional.of(AWAY)
                    : Optional.ofNullable(told.getSQLState()).flatMap(StoreTrouble::ofState);
        };
    }

    /** By PostgreSQL's appendix A, whose driver gives no numbers. */
    private static Optional<StoreTrouble> ofState(String state) {
        return switch (state) {
            case "55P03", "40001", "40P01", "57014" -> Optional.of(LOCKED);
            // Connections, resources, an operator, the system below.
            case String other when other.startsWith("08") || other.startsWith("53") || other.startsWith("57P")
                    || other.startsWith("58") ->
                Optional.of(AWAY);
            default -> Optional.empty();
        };
    }
}
