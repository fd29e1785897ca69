package org.gatehouse.audit;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Something derived from call rows and kept beside them: usage rollups, a key's last use. Called by the trail's one
 * writer thread, inside the transaction that stores the rows, exactly once a row, in the trail's order; so what it
 * derives always equals the sum of the rows.
 */
public interface CallProjection {

    /**
     * Takes the rows of one batch.
     *
     * @param connection the open transaction; must be neither committed nor closed
     * @throws SQLException rolls the whole batch back; it is tried again
     */
    void apply(Connection connection, List<CallRecord> calls) throws SQLException;
}
