package org.gatehouse.store;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@ParameterizedClass
@EnumSource(Databases.class)
final class DatabaseIT {

    private final Databases kind;
    private Databases.Fresh fresh;

    DatabaseIT(Databases kind) {
        this.kind = kind;
    }

    @BeforeEach
    void open(@TempDir Path directory) {
        fresh = kind.fresh(directory);
    }

    @AfterEach
    void close() {
        fresh.close();
    }

    @Test
    void opensWithItsSchemaUpToDate() {
        List<String> versions = fresh.database().jdbi().withHandle(handle -> handle
                .createQuery("SELECT \"version\" FROM \"flyway_schema_history\" WHERE \"version\" IS NOT NULL")
                .mapTo(String.class).list());
        assertThat(versions).contains("001");
        assertThat(fresh.database().healthy()).isTrue();
    }

    @Test
    void changeOutsideOfATransactionIsRefused() {
        assertThatThrownBy(() -> fresh.database().jdbi().useHandle(handle -> insert(handle, "loose")))
                .hasMessageContaining("inTransaction");
        fresh.database().jdbi().useTransaction(handle -> insert(handle, "kept"));
        assertThat(names()).containsExactly("kept");
    }

    @Test
    void transactionThatThrowsLeavesNothing() {
        assertThatThrownBy(() -> fresh.database().jdbi().useTransaction(handle -> {
            insert(handle, "half");
            throw new IllegalStateException("stop");
        })).hasMessage("stop");
        assertThat(names()).isEmpty();
    }

    @Test
    void closedDatabaseSaysThatItIsNotHealthy(@TempDir Path directory) {
        Databases.Fresh other = kind.fresh(directory);
        other.close();
        assertThat(other.database().healthy()).isFalse();
    }

    @Test
    void reopenedDatabaseStillHasItsRows() {
        fresh.database().jdbi().useTransaction(handle -> insert(handle, "kept"));
        fresh.database().close();
        try (Database again = Database.open(fresh.settings(), Duration.ofSeconds(2))) {
            assertThat(again.jdbi().<Integer, RuntimeException>withHandle(
                    handle -> handle.createQuery("SELECT COUNT(*) FROM named_secret").mapTo(Integer.class).one()))
                    .isEqualTo(1);
        }
    }

    /** What an update leaves that the box came back from: see docs/decisions/0013. */
    @Test
    void opensWhatANewerReleaseMigratedForward() {
        fresh.database().jdbi().useTransaction(handle -> {
            insert(handle, "kept");
            handle.execute("ALTER TABLE named_secret ADD COLUMN newer VARCHAR(10)");
            handle.execute("CREATE TABLE of_a_newer_release (id INT PRIMARY KEY)");
            handle.execute(
                    "INSERT INTO \"flyway_schema_history\" (\"installed_rank\", \"version\", \"description\", \"type\","
                            + " \"script\", \"checksum\", \"installed_by\", \"execution_time\", \"success\") VALUES (9999, '999',"
                            + " 'newer', 'SQL', 'V999__newer.sql', 1, 'sa', 1, TRUE)");
            handle.execute("UPDATE schema_digest SET digest = 'of a newer release'");
        });
        fresh.database().close();
        for (int i = 0; i < 2; i++) {
            try (Database again = Database.open(fresh.settings(), Duration.ofSeconds(2))) {
                int number = i;
                again.jdbi().useTransaction(handle -> insert(handle, "by the older release, " + number));
                assertThat(again.jdbi().<Integer, RuntimeException>withHandle(
                        handle -> handle.createQuery("SELECT COUNT(*) FROM named_secret").mapTo(Integer.class).one()))
                        .isEqualTo(i + 2);
            }
        }
    }

    private List<String> names() {
        return fresh.database().jdbi().withHandle(
                handle -> handle.createQuery("SELECT name FROM named_secret ORDER BY name").mapTo(String.class).list());
    }

    private static void insert(Handle handle, String name) {
        handle.createUpdate(
                "INSERT INTO named_secret (name, sealed, created_at) VALUES (:name, :sealed, CURRENT_TIMESTAMP)")
                .bind("name", name).bind("sealed", new byte[]{1, 2, 3}).execute();
    }
}
