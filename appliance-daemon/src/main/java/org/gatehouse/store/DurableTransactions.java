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

    DurableTransactions(TransactionHandler delegate) {
        super(delegate);
    }

    @Override
    public void commit(Handle handle) {
        super.commit(handle);
        try (Statement statement = handle.getConnection().createStatement()) {
            statement.execute(Database.H2_FORCE);
        } catch (SQLException e) {
            throw new TransactionException("The change could not be made durable. Check the data disk.", e);
        }
    }

    @Override
    public TransactionHandler specialize(Handle handle) throws SQLException {
        return new DurableTransactions(getDelegate().specialize(handle));
    }
}
