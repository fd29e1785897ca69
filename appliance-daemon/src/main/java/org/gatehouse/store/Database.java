package org.gatehouse.store;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jspecify.annotations.Nullable;

/**
 * The box's database: H2 in a file of its own, or PostgreSQL for a fleet. Opened with its schema up to date. Thread-safe.
 *
 * <p>
 * Every change goes through {@code jdbi().inTransaction} or {@code useTransaction}, and has survived a {@code kill -9}
 * or a power cut once that returns; a change outside of a transaction is refused. Waits for one of the
 * {@value #CONNECTIONS} connections last at most the time given at opening.
 */
public final class Database implements AutoCloseable {

    /** How many connections the pool holds at most. */
    public static final int CONNECTIONS = 8;

    /** What H2 calls the embedded database's files. */
    static final String NAME = "gatehouse";

    /** Writes H2's commits out and syncs its file. */
    static final String H2_FORCE = "CHECKPOINT SYNC";

    private static final Duration DEFAULT_WAIT = Duration.ofSeconds(5);

    private final StorePool pool;
    private final Jdbi jdbi;
    private final boolean embedded;
    private final @Nullable EmbeddedFile file;
    private final @Nullable CopyKeeper copies;
    /** Where a thread's changes are copied together: whether there was one yet. */
    private final ThreadLocal<boolean[]> together = new ThreadLocal<>();

    /** @param directory of an embedded database that is copied and watched; {@code null} for any other */
    private Database(StorePool pool, boolean embedded, @Nullable Path directory) {
        this.pool = pool;
        this.embedded = embedded;
        this.file = directory == null ? null : new EmbeddedFile(directory);
        this.copies = directory == null ? null : new CopyKeeper(this, new LocalCopies(directory));
        this.jdbi = Jdbi.create(pool);
        if (embedded) {
            jdbi.setTransactionHandler(new DurableTransactions(jdbi.getTransactionHandler(),
                    this::copyChange));
        }
        WritesNeedTransactions.installIn(jdbi.getConfig().get(SqlStatements.class));
    }

    /** Opens it, waiting at most 5 s for a connection, then and later. */
    public static Database open(DatabaseSettings settings) {
        return open(settings, DEFAULT_WAIT);
    }

    /**
     * Opens it and brings its schema up to date.
     *
     * @param connectionWait how long anybody waits for a free connection, at least 250 ms
     * @throws StoreFailure when it cannot be reached, opened or migrated
     */
    public static Database open(DatabaseSettings settings, Duration connectionWait) {
        SchemaStep latest = (migrations, dataSource) -> migrations.migrate(dataSource);
        return switch (settings) {
            case DatabaseSettings.Postgresql postgresql -> open(postgresql, connectionWait, latest, null,
                    StorePool::new);
            case DatabaseSettings.Embedded own -> new EmbeddedOpening(own, connectionWait, latest).open();
        };
    }

    /** Opens an empty database with the schema of an older version. */
    static Database openAt(DatabaseSettings settings, String version) {
        return open(settings, DEFAULT_WAIT, (migrations, dataSource) -> migrations.migrateTo(dataSource, version),
                null, StorePool::new);
    }

    /** How the schema is brought to its version. */
    interface SchemaStep {
        void run(Migrations migrations, DataSource dataSource) throws SQLException;
    }

    /** How the pool gets its first connection. */
    interface PoolOpener {
        StorePool open(HikariConfig config);
    }

    /** @param directory of an embedded database that is copied and watched; {@code null} for any other */
    static Database open(DatabaseSettings settings, Duration connectionWait, SchemaStep schema,
            @Nullable Path directory, PoolOpener opener) {
        HikariConfig config = switch (settings) {
            case DatabaseSettings.Embedded embedded -> h2(embedded);
            case DatabaseSettings.Postgresql postgresql -> postgresql(postgresql);
        };
        config.setPoolName("store");
        config.setMaximumPoolSize(CONNECTIONS);
        config.setConnectionTimeout(connectionWait.toMillis());
        config.setValidationTimeout(Math.min(connectionWait.toMillis(), 1_000));
        StorePool pool;
        try {
            pool = opener.open(config);
        } catch (PoolInitializationException e) {
            throw new StoreFailure("The database cannot be opened: " + settings + " (" + reason(e)
                    + "). Check that it runs, that nobody else holds its file, and that user and password are right.",
                    e);
        }
        try {
            schema.run(Migrations.ofThisBuild(), pool);
            pool.open();
            return new Database(pool, settings instanceof DatabaseSettings.Embedded, directory);
        } catch (FlywayException | SQLException e) {
            pool.close();
            throw new StoreFailure("The database's schema cannot be brought up to date: " + settings + " ("
                    + e.getMessage() + "). Restore the last backup, or install the version that wrote it.", e);
        }
    }

    /** SQL as text, records out. */
    public Jdbi jdbi() {
        return jdbi;
    }

    /** The pool, for plain JDBC. Who commits by hand on it calls {@link #force()} where durability matters. */
    public DataSource dataSource() {
        return pool;
    }

    /** Whether this is the embedded database. */
    public boolean embedded() {
        return embedded;
    }

    /** For whatever waits for somebody who needs a connection; checked where Java's assertions are on. */
    public void assertNoneHeld() {
        assert !pool.isHeldByCaller()
                : "this thread waits for the store and holds a connection to it: give that back first";
    }

    /** Makes everything committed so far survive a power cut. PostgreSQL did so at each commit. */
    public void force() throws SQLException {
        if (!embedded) {
            return;
        }
        try (Connection connection = pool.getConnection(); Statement statement = connection.createStatement()) {
            statement.execute(H2_FORCE);
        }
    }

    /** Whether it answers. Takes at most the connection wait. */
    public boolean healthy() {
        try (Connection connection = pool.getConnection(); Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(1);
            return statement.execute("SELECT 1");
        } catch (SQLException e) {
            return false;
        }
    }

    /** Waits for nobody: calls in progress fail. The embedded database is written out and its file closed. */
    @Override
    public void close() {
        closePool();
        try {
            if (file != null) {
                file.closed();
            }
        } catch (IOException e) {
            System.getLogger(Database.class.getName()).log(System.Logger.Level.DEBUG, "marking the database closed", e);
        }
    }

    void closePool() {
        if (copies != null) {
            copies.close();
        }
        pool.close();
    }

    /** How many transactions it knows of; -1 when what people set cannot be read. */
    long changes() {
        try (Connection connection = pool.getConnection()) {
            return DamageCheck.settingsReadable(connection) ? DamageCheck.changes(connection) : -1;
        } catch (SQLException e) {
            return -1;
        }
    }

    /** What is wrong with it; {@code null} when nothing is. */
    @Nullable
    String damage(long copiedChanges, boolean leftOpen) {
        try (Connection connection = pool.getConnection()) {
            String older = DamageCheck.olderThan(copiedChanges, connection);
            return older != null || !leftOpen || file == null
                    ? older
                    : DamageCheck.find(connection, file.missing());
        } catch (SQLException | IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /**
     * Asks for local copies of the embedded database, from which it is rebuilt should its file be damaged; they are
     * written in the background. What people set is copied at each change besides. Nothing happens on PostgreSQL.
     */
    public void copyLocally() {
        if (copies != null) {
            copies.ask(LocalCopies.Part.SETTINGS);
            copies.ask(LocalCopies.Part.SUMS);
        }
    }

    /**
     * That this database was rebuilt and the trail does not say so yet; {@code null} when there is nothing to say. Its
     * trail rows and recorded bodies are missing until the trail has put them back.
     */
    public @Nullable Rebuilt rebuilt() {
        try {
            return file == null ? null : file.rebuilt();
        } catch (IOException e) {
            throw new StoreFailure("It cannot be read whether the database was rebuilt (" + e
                    + "). Check the data disk.", e);
        }
    }

    /**
     * Notes which trail rows the rebuild could not bring back, so that the next start does not rebuild for their sake.
     *
     * @return how many are missing among the last ten thousand
     */
    public long noteMissingRows() {
        try (Connection connection = pool.getConnection()) {
            List<MissingRows> missing = DamageCheck.missing(connection);
            if (file != null) {
                file.noteMissing(missing);
            }
            return missing.stream().mapToLong(MissingRows::count).sum();
        } catch (SQLException | IOException e) {
            throw new StoreFailure("It cannot be noted which trail rows are missing (" + e.getMessage()
                    + "). Check the data disk.", e);
        }
    }

    /** Tells that the trail is whole again and says that the database was rebuilt. */
    public void rebuiltIsRecorded() {
        try {
            if (file != null) {
                file.rebuiltIsRecorded();
            }
        } catch (IOException e) {
            throw new StoreFailure("It cannot be noted that the trail is whole again (" + e
                    + "). Check the data disk.", e);
        }
    }

    /**
     * Does what takes several transactions, one after the other on this thread, and waits for a copy once for all of
     * them, at the end. Whoever takes a lock for such work takes it inside: then one copy serves everybody who waited for
     * the lock meanwhile.
     */
    public <T> T copiedTogether(Supplier<T> work) {
        if (copies == null || together.get() != null) {
            return work.get();
        }
        boolean[] changed = new boolean[1];
        together.set(changed);
        try {
            return work.get();
        } finally {
            together.remove();
            if (changed[0]) {
                copySettings();
            }
        }
    }

    private void copyChange() {
        boolean[] changed = together.get();
        if (changed == null) {
            copySettings();
        } else {
            changed[0] = true;
        }
    }

    /** Copies what people set, and waits for it; so not for whoever holds a connection. */
    void copySettings() {
        if (copies != null) {
            assertNoneHeld();
            copies.copy(LocalCopies.Part.SETTINGS);
        }
    }

    private static HikariConfig h2(DatabaseSettings.Embedded settings) {
        HikariConfig config = new HikariConfig();
        try {
            // DB_CLOSE_ON_EXIT off: the daemon closes it in its own order. CACHE_SIZE in KiB: its default is a share of the heap and would be most of an idle box.
            config.setJdbcUrl("jdbc:h2:file:" + DataDirectory.createPrivate(settings.directory()).resolve(NAME)
                    + ";DB_CLOSE_ON_EXIT=FALSE;CACHE_SIZE=32768;LOCK_TIMEOUT=5000"
                    // The release and these two were chosen together. Its file taken after each of its writes in turn, as a kill
                    // leaves it, 2.4.240 opened damaged in none of 762 cases with both, and in 21 of 247 with neither;
                    // 2.5.252 in 56 of 399 with both, and with other settings too. Space is won back at each clean stop.
                    + ";AUTO_COMPACT_FILL_RATE=0;WRITE_DELAY=0");
        } catch (IOException e) {
            throw new StoreFailure("The database's directory cannot be made: " + settings.directory() + " (" + e
                    + "). Check its disk and its permissions.", e);
        }
        config.setUsername("gatehouse");
        config.setPassword("");
        // The pool's one idle connection keeps the file open; closing the pool closes it.
        config.setMinimumIdle(1);
        config.setMaxLifetime(0);
        config.setExceptionOverride(new ClosedItself());
        return config;
    }

    private static HikariConfig postgresql(DatabaseSettings.Postgresql settings) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(settings.url());
        config.setUsername(settings.user());
        config.setPassword(settings.password());
        config.setMinimumIdle(2);
        config.addDataSourceProperty("ApplicationName", "gatehouse");
        config.addDataSourceProperty("connectTimeout", "3");
        // Seconds: a server that vanished without a word must not hold a connection for ever.
        config.addDataSourceProperty("socketTimeout", "30");
        config.addDataSourceProperty("tcpKeepAlive", "true");
        config.addDataSourceProperty("reWriteBatchedInserts", "true");
        return config;
    }

    /** What the deepest cause says. */
    static String reason(Throwable failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        return String.valueOf(deepest.getMessage());
    }
}
