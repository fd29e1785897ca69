package org.gatehouse.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Assumptions;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * The databases that every test of the store runs on: put {@code @ParameterizedClass @EnumSource(Databases.class)} on
 * the test and call {@link #fresh}. PostgreSQL is one server for the whole test JVM: in a container where an engine
 * answers, else from the machine's own packages, else the test is skipped and says so.
 */
public enum Databases {
    H2, POSTGRESQL;

    /** A database of its own for one test, its schema up to date; closing it drops it. */
    public Fresh fresh(Path directory) {
        return switch (this) {
            case H2 -> Fresh.open(new DatabaseSettings.Embedded(directory.resolve("database")), () -> {});
            case POSTGRESQL -> {
                Server server = Server.SHARED
                        .orElseGet(() -> Assumptions.abort("skipped on PostgreSQL: no container engine answers and "
                                + "/usr/lib/postgresql holds no server of version 15 or newer"));
                yield server.freshSchema();
            }
        };
    }

    /**
     * A database for one test.
     *
     * @param settings to open the same database once more
     */
    public record Fresh(Database database, DatabaseSettings settings, Runnable drop) implements AutoCloseable {

        private static Fresh open(DatabaseSettings settings, Runnable drop) {
            return new Fresh(Database.open(settings, Duration.ofSeconds(2)), settings, drop);
        }

        @Override
        public void close() {
            database.close();
            drop.run();
        }
    }

    /** The one server of this JVM. */
    private record Server(String url, String user, String password, AtomicInteger schemas) {

        static final Optional<Server> SHARED = inContainer().or(Server::fromPackages);

        static Optional<Server> inContainer() {
            if (!DockerClientFactory.instance().isDockerAvailable()) {
                return Optional.empty();
            }
            PostgreSQLContainer container = new PostgreSQLContainer("postgres:17");
            container.start();
            return Optional.of(new Server(container.getJdbcUrl(), container.getUsername(), container.getPassword(),
                    new AtomicInteger()));
        }

        static Optional<Server> fromPackages() {
            return PostgresServer.start()
                    .map(server -> new Server(server.url(), "gatehouse", "", new AtomicInteger()));
        }

        Fresh freshSchema() {
            String schema = "test_" + schemas.incrementAndGet();
            execute("CREATE SCHEMA " + schema);
            String address = url + (url.contains("?") ? "&" : "?") + "currentSchema=" + schema;
            return Fresh.open(new DatabaseSettings.Postgresql(address, user, password),
                    () -> execute("DROP SCHEMA " + schema + " CASCADE"));
        }

        private void execute(String sql) {
            try (Connection connection = DriverManager.getConnection(url, user, password);
                    Statement statement = connection.createStatement()) {
                statement.execute(sql);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
