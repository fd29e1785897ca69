package org.gatehouse.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;

/**
 * The connections to the database, and who holds them. Whoever holds one must wait for nobody who needs one: as many of
 * them as there are connections would stop the box until their waits are over. Where Java's assertions are on, a thread
 * that asks for a second connection fails; where a wait for one was in vain, the log says what their holders do.
 * Thread-safe.
 */
final class StorePool extends HikariDataSource {

    private static final System.Logger LOG = System.getLogger(StorePool.class.getName());
    private static final String OURS = "org.gatehouse.";
    private static final int FRAMES_TOLD = 8;
    private static final long TOLD_EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Those that were given back are still in it until the next one is taken. */
    private final Map<Connection, Thread> holders = new ConcurrentHashMap<>();
    private final AtomicLong told = new AtomicLong(System.nanoTime() - TOLD_EVERY_NANOS);

    private volatile boolean open;

    StorePool(HikariConfig config) {
        super(config);
    }

    /** The schema is up to date. Until then nobody else is here, and Flyway takes several connections. */
    void open() {
        open = true;
    }

    /** @throws SQLTransientConnectionException when none was free, or could be made, within the time given at opening */
    @Override
    public Connection getConnection() throws SQLException {
        forgetReturned();
        assert !open || !isHeldByCaller()
                : "this thread holds a connection to the store already: give that back first, or hand it on";
        Connection connection;
        if (isClosed()) {
            throw new SQLNonTransientConnectionException("The store is closed.", "08003");
        }
        try {
            connection = super.getConnection();
        } catch (SQLTransientConnectionException e) {
            tellHolders();
            throw e.getCause() == null && getHikariPoolMXBean().getTotalConnections() < getMaximumPoolSize()
                    ? new SQLTransientConnectionException("No further connection to the store can be made.",
                            e.getSQLState(), e)
                    : e;
        }
        holders.put(connection, Thread.currentThread());
        return connection;
    }

    /** Whether the calling thread holds one. */
    boolean isHeldByCaller() {
        Thread caller = Thread.currentThread();
        return holders.entrySet().stream().anyMatch(one -> one.getValue() == caller && !isReturned(one.getKey()));
    }

    private void forgetReturned() {
        holders.keySet().removeIf(StorePool::isReturned);
    }

    private static boolean isReturned(Connection connection) {
        try {
            return connection.isClosed();
        } catch (SQLException _) {
            return true;
        }
    }

    private void tellHolders() {
        long now = System.nanoTime();
        long before = told.get();
        if (now - before < TOLD_EVERY_NANOS || !told.compareAndSet(before, now)) {
            return;
        }
        String all = holders.values().stream().map(StorePool::doing).collect(Collectors.joining("\n"));
        LOG.log(System.Logger.Level.WARNING, "No connection to the store came free within " + getConnectionTimeout()
                + " ms. Of its " + getMaximumPoolSize() + " connections these are held:\n" + all);
    }

    private static String doing(Thread holder) {
        return holder + ": " + Arrays.stream(holder.getStackTrace())
                .filter(frame -> frame.getClassName().startsWith(OURS)).limit(FRAMES_TOLD)
                .map(frame -> frame.getClassName().substring(OURS.length()) + "." + frame.getMethodName() + ":"
                        + frame.getLineNumber())
                .collect(Collectors.joining(" < "));
    }
}
