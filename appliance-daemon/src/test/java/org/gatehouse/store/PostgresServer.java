package org.gatehouse.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL server of the machine's own packages, in a temporary directory, on a free loopback port. May be stopped
 * and started again, to test what happens in between.
 */
public final class PostgresServer implements AutoCloseable {

    private static final Path PACKAGES = Path.of("/usr/lib/postgresql");

    private final Path programs;
    private final Path home;
    private final List<String> asUser;
    private final int port;
    private @Nullable Process process;

    private PostgresServer(Path programs, Path home, List<String> asUser, int port) {
        this.programs = programs;
        this.home = home;
        this.asUser = asUser;
        this.port = port;
    }

    /** Makes a cluster and starts it; empty when the machine has no PostgreSQL 15 or newer. */
    public static Optional<PostgresServer> start() {
        Optional<Path> programs = newestPrograms();
        if (programs.isEmpty()) {
            return Optional.empty();
        }
        try {
            Path home = Files.createTempDirectory("gatehouse-postgresql");
            // The server refuses to run as root: it gets an unprivileged user, and dies with this JVM.
            List<String> asUser = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL"));
            if (System.getProperty("user.name").equals("root")) {
                UserPrincipal nobody = home.getFileSystem().getUserPrincipalLookupService()
                        .lookupPrincipalByName("nobody");
                Files.setOwner(home, nobody);
                asUser.addAll(List.of("--reuid", "nobody", "--regid", "nogroup", "--clear-groups"));
            }
            PostgresServer server = new PostgresServer(programs.get(), home, List.copyOf(asUser), freePort());
            server.runToEnd(List.of("initdb", "--pgdata", home.resolve("data").toString(), "--username", "gatehouse",
                    "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync"));
            server.startAgain();
            Runtime.getRuntime().addShutdownHook(new Thread(server::close));
            return Optional.of(server);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its address as JDBC wants it. */
    public String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
    }

    /** A connection of the superuser. */
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(url(), "gatehouse", "");
    }

    /** Starts the stopped server on the same port and waits until it answers. */
    public void startAgain() {
        try {
            process = command(List.of("postgres", "-D", home.resolve("data").toString(), "-p", String.valueOf(port),
                    "-h", "127.0.0.1", "-k", home.toString(), "-F", "-c", "max_connections=200")).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            try (Connection connection = connect()) {
                return;
            } catch (SQLException e) {
                if (System.nanoTime() > deadline || !Objects.requireNonNull(process).isAlive()) {
                    throw new IllegalStateException("PostgreSQL does not start; see " + home.resolve("log"), e);
                }
                pause();
            }
        }
    }

    /** Stops it at once: its clients' connections break. */
    public void stop() {
        Process running = process;
        if (running == null) {
            return;
        }
        try {
            // SIGINT is the server's own fast shutdown; SIGTERM would wait for its clients to leave.
            new ProcessBuilder("kill", "-INT", String.valueOf(running.pid())).start().waitFor();
            if (!running.waitFor(10, TimeUnit.SECONDS)) {
                running.destroyForcibly().waitFor();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process = null;
    }

    /** Stops it and removes its files. */
    @Override
    public void close() {
        stop();
        try (Stream<Path> files = Files.walk(home)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ProcessBuilder command(List<String> words) {
        List<String> command = new ArrayList<>(asUser);
        command.add(programs.resolve(words.getFirst()).toString());
        command.addAll(words.subList(1, words.size()));
        return new ProcessBuilder(command).directory(home.toFile()).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(home.resolve("log").toFile()));
    }

    private void runToEnd(List<String> words) throws IOException {
        try {
            int status = command(words).start().waitFor();
            if (status != 0) {
                throw new IllegalStateException(words.getFirst() + " failed with " + status + ":\n"
                        + Files.readString(home.resolve("log")));
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Optional<Path> newestPrograms() {
        if (!Files.isDirectory(PACKAGES)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(PACKAGES)) {
            return versions.filter(version -> version.getFileName().toString().matches("\\d+"))
                    .filter(version -> Integer.parseInt(version.getFileName().toString()) >= 15)
                    .max(Comparator.comparingInt(version -> Integer.parseInt(version.getFileName().toString())))
                    .map(version -> version.resolve("bin"))
                    .filter(programs -> Files.isExecutable(programs.resolve("initdb")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
