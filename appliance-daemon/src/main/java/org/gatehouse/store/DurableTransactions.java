package org.gatehouse.store;

import java.sql.SQLException;
import java.sql.Statement;

import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleListener;
import org.jdbi.v3.core.transaction.DelegatingTransactionHandler;
import org.jdbi.v3.core.transaction.TransactionException;
import org.jdbi.v3.core.transaction.TransactionHandler;

/**
 * Makes a committed transaction survive a killed process and a power cut on H2, which by itself writes commits out up to
 * half a second later. Its own setting for that, {@code WRITE_DELAY=0}, writes on each commit but never syncs, and stops
 * the background thread that reclaims space, so that the file would only grow. A transaction that changed nothing costs
 * nothing: many only read, to see several tables as of one moment.
 */
final class DurableTransactions extends DelegatingTransactionHandler {

    private final Runnable afterChange;
    private final HandleListener onceGivenBack;

    /**
     * @param afterChange runs on the committing thread once the change is durable and its connection is back in the pool,
     *        so that it may wait for somebody who needs a connection
     */
    DurableTransactions(TransactionHandler delegate, Runnable afterChange) {
        super(delegate);
        this.afterChange = afterChange;
        this.onceGivenBack = new HandleListener() {
            @Override
            public void handleClosed(Handle handle) {
                afterChange.run();
            }
        };
    }

    @Override
    public void commit(Handle handle) {
        boolean changed = hasChanges(handle);
        if (changed) {
            count(handle);
        }
        super.commit(handle);
        if (changed) {
            force(handle);
            handle.addHandleListener(onceGivenBack);
        }
    }

    private static boolean hasChanges(Handle handle) {
        try {
            return !(handle.getConnection().unwrap(JdbcConnection.class).getSession() instanceof SessionLocal session)
                    || session.containsUncommitted();
        } catch (SQLException e) {
            throw new TransactionException("It cannot be told whether there is anything to commit. Check the database.",
                    e);
        }
    }

    private static void count(Handle handle) {
        try (Statement statement = handle.getConnection().createStatement()) {
            statement.executeUpdate("UPDATE change_count SET changes = changes + 1");
        } catch (SQLException e) {
            throw new TransactionException("The change could not be counted. Check the database.", e);
        }
    }

    private static void force(Handle handle) {
        try (Statement statement = handle.getConnection().createStatement()) {
            statement.execute(Database.H2_FORCE);
        } catch (SQLException e) {
            throw new TransactionException("The change could not be made durable. Check the data disk.", e);
        }
    }

    @Override
    public TransactionHandler specialize(Handle handle) throws SQLException {
        return new DurableTransactions(getDelegate().specialize(handle), afterChange);
    }
}
