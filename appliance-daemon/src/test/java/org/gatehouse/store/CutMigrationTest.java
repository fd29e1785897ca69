package org.gatehouse.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import javax.sql.DataSource;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The power fails while the embedded database's schema is made or brought forward: H2 has kept a part of a script. */
final class CutMigrationTest {
    private static final Duration WAIT = Duration.ofSeconds(2);
    /** The last schema of before there were updates. */
    private static final String BEFORE_UPDATES = "095";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"001", "030", BEFORE_UPDATES})
    void databaseThatWasNeverFinishedIsMadeAnew(String reached) throws Exception {
        Path cut = folder.resolve("cut");
        EmbeddedOpening first = new EmbeddedOpening(new DatabaseSettings.Embedded(folder.resolve("first")), WAIT,
                (migrations, dataSource) -> {
                    migrations.migrateTo(dataSource, reached);
                    // A part of the next script: what would be in its way.
                    run(dataSource, "CREATE TABLE backup_target (id INT)", Database.H2_FORCE);
                    copy(folder.resolve("first"), cut);
                    throw new SQLException("the power fails");
                });
        assertThatThrownBy(first::open).isInstanceOf(StoreFailure.class);
        for (int start = 0; start < 2; start++) {
            try (Database database = Database.open(new DatabaseSettings.Embedded(cut), WAIT)) {
                assertThat(database.healthy()).isTrue();
                int rows = database.jdbi().<Integer, RuntimeException>inTransaction(handle -> {
                    handle.execute(
                            "INSERT INTO named_secret (name, sealed, created_at) VALUES (?, ?, CURRENT_TIMESTAMP)",
                            "row " + handle.createQuery("SELECT COUNT(*) FROM named_secret").mapTo(String.class).one(),
                            new byte[]{1});
                    return handle.createQuery("SELECT COUNT(*) FROM named_secret").mapTo(Integer.class).one();
                });
                assertThat(rows).as("rows at start " + start).isEqualTo(start + 1);
            }
        }
    }

    /** Each script since there are updates, cut after each of its statements, and after the last but before it was noted. */
    static Stream<List<String>> cuts() throws IOException, URISyntaxException {
        Path scripts = Path
                .of(Objects.requireNonNull(CutMigrationTest.class.getResource("/db/migration")).toURI());
        List<List<String>> cuts = new ArrayList<>();
        try (Stream<Path> files = Files.list(scripts)) {
            List<String> before = new ArrayList<>();
            for (Path script : files.filter(file -> version(file).compareTo(BEFORE_UPDATES) > 0).sorted().toList()) {
                for (String statement : Files.readString(script).replaceAll("--[^\n]*", "").split(";")) {
                    if (!statement.isBlank()) {
                        before.add(statement);
                        cuts.add(List.copyOf(before));
                    }
                }
            }
        }
        return cuts.stream();
    }

    @ParameterizedTest
    @MethodSource("cuts")
    void scriptThatWasCutOffIsRunAgain(List<String> done) {
        DatabaseSettings settings = new DatabaseSettings.Embedded(folder.resolve("database"));
        try (Database older = Database.openAt(settings, BEFORE_UPDATES)) {
            run(older.dataSource(), done.toArray(String[]::new));
        }
        try (Database newer = Database.open(settings, WAIT)) {
            assertThat(newer.healthy()).isTrue();
        }
    }

    @Test
    void scriptThatFailedForWantOfSpaceIsRunAgain() {
        DatabaseSettings settings = new DatabaseSettings.Embedded(folder.resolve("database"));
        try (Database older = Database.openAt(settings, BEFORE_UPDATES)) {
            run(older.dataSource(),
                    """
                            INSERT INTO "flyway_schema_history" ("installed_rank", "version", "description", "type", "script", "checksum",
                                "installed_by", "execution_time", "success")
                            VALUES (9999, '100', 'backup target', 'SQL', 'V100__backup_target.sql', 1, 'sa', 1, FALSE)""");
        }
        try (Database newer = Database.open(settings, WAIT)) {
            assertThat(newer.healthy()).isTrue();
        }
    }

    private static String version(Path script) {
        return Objects.requireNonNull(script.getFileName()).toString().substring(1, 4);
    }

    private static void run(DataSource dataSource, String... statements) {
        try (Connection connection = dataSource.getConnection(); Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static void copy(Path from, Path to) {
        try (Stream<Path> files = Files.list(from)) {
            Files.createDirectory(to);
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, to.resolve(Objects.requireNonNull(file.getFileName())));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
