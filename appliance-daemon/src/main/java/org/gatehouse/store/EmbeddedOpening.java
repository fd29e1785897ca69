package org.gatehouse.store;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

import com.zaxxer.hikari.HikariConfig;

/**
 * Opens the embedded database: looks whether its file is whole, and has it rebuilt from its local copies when it is not,
 * or when H2 hangs on it. For one thread.
 */
final class EmbeddedOpening {

    /** H2 reads a file's head and its last chunks to open it: seconds. The look at its rows ends by itself after a minute a table. */
    private static final Duration LONGEST = Duration.ofMinutes(2);

    private final DatabaseSettings.Embedded settings;
    private final Duration connectionWait;
    private final Database.SchemaStep latest;
    private final Database.PoolOpener opener;
    private final Duration longest;
    private final EmbeddedFile file;
    private final LocalCopies copies;
    private boolean hangs;

    EmbeddedOpening(DatabaseSettings.Embedded settings, Duration connectionWait, Database.SchemaStep latest) {
        this(settings, connectionWait, latest, StorePool::new, LONGEST);
    }

    /** @param longest how long H2 may take to open a file or to read what is looked at, before it counts as damaged */
    EmbeddedOpening(DatabaseSettings.Embedded settings, Duration connectionWait, Database.SchemaStep latest,
            Database.PoolOpener opener, Duration longest) {
        this.settings = settings;
        this.connectionWait = connectionWait;
        this.latest = latest;
        this.opener = opener;
        this.longest = longest;
        this.file = new EmbeddedFile(settings.directory());
        this.copies = new LocalCopies(settings.directory());
    }

    Database open() {
        try {
            file.finishRebuild();
            StoreFailure damaged;
            try {
                Database database = openAsItIs();
                Optional<String> damage = damage(database);
                if (damage.isEmpty()) {
                    file.opened();
                    return database;
                }
                leave(database);
                damaged = new StoreFailure(damage.get());
            } catch (StoreFailure e) {
                if (!DamageCheck.saysDamaged(e)) {
                    throw e;
                }
                damaged = e;
            }
            System.getLogger(Database.class.getName()).log(System.Logger.Level.ERROR,
                    "The database file is damaged; it is put aside and rebuilt from its local copies: {0}",
                    Database.reason(damaged));
            file.rebuild(Database.reason(damaged), Clock.systemUTC().instant(), damaged);
            Database database = Database.open(settings, connectionWait, latest, settings.directory(),
                    this::openInTime);
            file.opened();
            return database;
        } catch (IOException e) {
            throw new StoreFailure("The database's directory cannot be used: " + settings.directory() + " (" + e
                    + "). Check its disk and its permissions.", e);
        }
    }

    private Database openAsItIs() throws IOException {
        Database.SchemaStep known = !copies.any() ? latest : (migrations, dataSource) -> {
            try (Connection connection = dataSource.getConnection()) {
                DamageCheck.requireSchema(connection);
            }
            latest.run(migrations, dataSource);
        };
        if (!copies.any()) {
            // Where there are copies the rows are lost, and rebuilt from those.
            file.beginMaking();
        }
        Database database = Database.open(settings, connectionWait, known, settings.directory(), this::openInTime);
        if (file.isBeingMade()) {
            try {
                database.force();
            } catch (SQLException e) {
                database.closePool();
                throw new StoreFailure("The new database cannot be written to its disk: " + settings.directory() + " ("
                        + e.getMessage() + "). Check the data disk and its space.", e);
            }
            file.made();
        }
        return database;
    }

    private Optional<String> damage(Database database) throws IOException {
        long copied = copies.changes();
        boolean leftOpen = file.wasLeftOpen();
        try {
            return inTime("reading its rows", () -> Optional.ofNullable(database.damage(copied, leftOpen)), _ -> {});
        } catch (StoreFailure e) {
            return Optional.of(Database.reason(e));
        }
    }

    private void leave(Database database) throws IOException {
        if (hangs) {
            // Closing would wait for what hangs.
            Thread.ofPlatform().daemon().name("store-leaving").start(database::closePool);
            return;
        }
        if (copies.changes() <= database.changes()) {
            // What is damaged is elsewhere: the settings in the file are readable and newer than their copy.
            database.copySettings();
        }
        database.closePool();
    }

    private StorePool openInTime(HikariConfig config) {
        if (hangs) {
            // H2 opens a name once in a process, and holds its lock on the name while that hangs. This is another name
            // for the same file; its channel differs in that it is opened again after an interrupt.
            config.setJdbcUrl(config.getJdbcUrl().replace("jdbc:h2:file:", "jdbc:h2:retry:"));
        }
        return inTime("opening it", () -> opener.open(config), StorePool::close);
    }

    /**
     * Does what may hang inside H2 on a thread that is left alone when it does.
     *
     * @param late gets what comes after all
     */
    private <T> T inTime(String what, Callable<T> work, Consumer<T> late) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("store-opening").start(() -> {
            try {
                T made = work.call();
                if (!answer.complete(made)) {
                    late.accept(made);
                }
            } catch (Exception | Error e) {
                answer.completeExceptionally(e);
            }
        });
        try {
            return answer.get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            // As a damaged file, which is what this is.
            SQLException cause = new SQLException(what + " did not end within " + longest.toMillis() + " ms", "90030",
                    DamageCheck.FILE_CORRUPTED);
            StoreFailure failure = new StoreFailure("The database file hangs: " + settings.directory() + " ("
                    + cause.getMessage() + "). Restart the daemon; if it hangs again, put the last backup back with "
                    + "\"gatehouse restore\".", cause);
            hangs = answer.completeExceptionally(failure);
            if (hangs) {
                throw failure;
            }
            return answer.join();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            // Among them the stack overflow that a damaged file leads H2 into: it counts as damage.
            throw new StoreFailure("The database file cannot be opened: " + settings.directory() + " (" + e.getCause()
                    + "). Check the data disk.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreFailure("Opening the database was interrupted: " + settings.directory()
                    + ". Start the daemon again.", e);
        }
    }
}
