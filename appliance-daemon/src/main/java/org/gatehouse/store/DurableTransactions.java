package org.gatehouse.store;

import java.sql.SQLException;
import java.sql.Statement;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.transaction.DelegatingTransactionHandler;
import org.jdbi.v3.core.transaction.TransactionException;
import org.jdbi.v3.core.transaction.TransactionHandler;

/**
 * Makes a committed transaction survive a killed process and a power cut on H2, which by itself writes commits out up to
 * half a second later. Its own setting for that, {@code WRITE_DELAY=0}, writes on each commit but never syncs, and stops
 * the background thread that reclaims space, so that the file would only grow.
 */
final class DurableTransactions extends DelegatingTransactionHandler {

    private final Runnable afterCommit;

    /** @param afterCommit runs on the committing thread once the change is durable */
    DurableTransactions(TransactionHandler delegate, Runnable afterCommit) {
        super(delegate);
        this.afterCommit = afterCommit;
    }

    @Override
    public void commit(Handle handle) {
        try (Statement statement = handle.getConnection().createStatement()) {
            statement.executeUpdate("UPDATE change_count SET changes = changes + 1");
        } catch (SQLException e) {
            throw new TransactionException("The change could not be counted. Check the database.", e);
        }
        super.commit(handle);
        try (Statement statement = handle.getConnection().createStatement()) {
            statement.execute(Database.H2_FORCE);
        } catch (SQLException e) {
            throw new TransactionException("The change could not be made durable. Check the data disk.", e);
        }
        afterCommit.run();
    }

    @Override
    public TransactionHandler specialize(Handle handle) throws SQLException {
        return new DurableTransactions(getDelegate().specialize(handle), afterCommit);
    }
}
