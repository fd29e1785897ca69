package org.gatehouse.store;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Locale;

import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.StatementCustomizer;

/**
 * Refuses a change outside of a transaction: it would commit by itself, past {@link DurableTransactions}, and get lost
 * when the process is killed in the next half second.
 */
final class WritesNeedTransactions implements StatementCustomizer {

    static void installIn(SqlStatements statements) {
        statements.addCustomizer(new WritesNeedTransactions());
    }

    @Override
    public void beforeExecution(PreparedStatement statement, StatementContext context) throws SQLException {
        String sql = context.getRenderedSql();
        if (sql != null && !reads(sql) && statement.getConnection().getAutoCommit()) {
            throw new IllegalStateException("a change must run inside Jdbi's inTransaction or useTransaction: " + sql);
        }
    }

    private static boolean reads(String sql) {
        String start = sql.stripLeading();
        String word = start.substring(0, Math.min(8, start.length())).toUpperCase(Locale.ROOT);
        return word.startsWith("SELECT") || word.startsWith("WITH") || word.startsWith("VALUES")
                || word.startsWith("EXPLAIN");
    }
}
