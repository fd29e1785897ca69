package org.gatehouse.store;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.h2.api.DatabaseEventListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** H2 does not come back from opening a file: the box must, and without it. */
final class HangingOpenIT {

    private static final Duration WAIT = Duration.ofSeconds(5);
    private static final Duration LONGEST = Duration.ofSeconds(3);
    private static final CountDownLatch FOR_GOOD = new CountDownLatch(1);

    @TempDir
    private Path directory;

    /** H2 calls it while it opens a database and holds the lock on its name. */
    public static final class Hanging implements DatabaseEventListener {
        @Override
        public void init(String url) {
            try {
                assertThat(FOR_GOOD.await(10, TimeUnit.MINUTES)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private DatabaseSettings.Embedded settings() {
        return new DatabaseSettings.Embedded(directory.resolve("database"));
    }

    private EmbeddedOpening opening(int hanging) {
        AtomicInteger tries = new AtomicInteger();
        return new EmbeddedOpening(settings(), WAIT, Migrations::migrate, config -> {
            if (tries.getAndIncrement() < hanging) {
                config.setJdbcUrl(config.getJdbcUrl() + ";DATABASE_EVENT_LISTENER='" + Hanging.class.getName() + "'");
            }
            return new StorePool(config);
        }, LONGEST);
    }

    private static List<String> secrets(Database database) {
        return database.jdbi().withHandle(
                handle -> handle.createQuery("SELECT name FROM named_secret").mapTo(String.class).list());
    }

    private static void set(Database database, String name) {
        database.jdbi().useTransaction(handle -> handle.execute(
                "INSERT INTO named_secret (name, sealed, created_at) VALUES (?, ?, CURRENT_TIMESTAMP)", name,
                new byte[]{1}));
    }

    @Test
    void fileThatH2HangsOnIsRebuiltInTheSameLife() {
        try (Database database = Database.open(settings())) {
            database.copyLocally();
            set(database, "before");
        }
        try (Database database = opening(1).open()) {
            Rebuilt rebuilt = Objects.requireNonNull(database.rebuilt(), "not rebuilt");
            assertThat(rebuilt.reason()).isEqualTo("opening it did not end within 3000 ms");
            assertThat(secrets(database)).containsExactly("before");
            set(database, "after");
        }
    }

    @Test
    void openThatHangsWithoutCopiesSaysWhatToDo() {
        assertThatThrownBy(() -> opening(1).open()).isInstanceOf(StoreFailure.class)
                .hasMessageContaining("opening it did not end within").hasMessageContaining("gatehouse restore");
    }

    @Test
    void rebuiltFileThatHangsTooEndsTheStart() {
        try (Database database = Database.open(settings())) {
            database.copyLocally();
        }
        assertThatThrownBy(() -> opening(2).open()).isInstanceOf(StoreFailure.class)
                .hasMessageContaining("The database file hangs").hasMessageContaining("Restart the daemon");
    }
}
