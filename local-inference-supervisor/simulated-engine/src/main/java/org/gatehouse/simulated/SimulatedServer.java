package org.gatehouse.simulated;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/**
 * A simulated engine inside of this JVM, for tests. Thread-safe. Listens when {@link #start} returns; a load time in its
 * options is left to {@link SimulatedEngine}.
 */
public final class SimulatedServer implements AutoCloseable {
    private static final int MOST_CONNECTIONS = 20_000;
    private static final long TICK_MILLIS = 500;
    private static final long DRAIN_POLL_MILLIS = 5;
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    private final Engine engine;
    private final Router router;
    private final ListeningSocket socket;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final CountDownLatch stopped = new CountDownLatch(1);

    private SimulatedServer(Options options, ListeningSocket socket) {
        this.socket = socket;
        engine = new Engine(options, Clock.systemUTC(), System::nanoTime, System.nanoTime());
        router = new Router(engine);
    }

    /**
     * Starts an engine.
     *
     * @throws UncheckedIOException when the address cannot be listened on
     */
    public static SimulatedServer start(Options options) {
        try {
            return listen(options, ListeningSocket.bind(options));
        } catch (IOException e) {
            throw new UncheckedIOException("The simulated engine cannot listen: " + e.getMessage(), e);
        }
    }

    /** Begins to listen on an address that is bound already. */
    static SimulatedServer listen(Options options, ListeningSocket bound) throws IOException {
        bound.listen();
        SimulatedServer server = new SimulatedServer(options, bound);
        Thread.ofVirtual().name("simulated-engine-accept").start(server::accept);
        Thread.ofVirtual().name("simulated-engine-idle").start(server::closeQuietConnections);
        return server;
    }

    /** The TCP port that it listens on; -1 on a unix socket. */
    public int port() {
        return socket.port();
    }

    /** The base of its URLs on TCP, such as {@code http://127.0.0.1:40123}. */
    public URI uri() {
        String host = engine.options().host();
        return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port());
    }

    /** What it was asked and what it produced. */
    public Ledger ledger() {
        return engine.ledger();
    }

    /** Requests that are being generated right now. */
    public int running() {
        return engine.metrics().running();
    }

    private void accept() {
        while (stopped.getCount() > 0) {
            try {
                SocketChannel channel = socket.accept();
                if (connections.size() >= MOST_CONNECTIONS) {
                    channel.close();
                    continue;
                }
                Connection connection = new Connection(engine, router, channel);
                connections.add(connection);
                Thread.ofVirtual().name("simulated-engine-connection").start(() -> {
                    try {
                        connection.run();
                    } finally {
                        connections.remove(connection);
                    }
                });
            } catch (IOException e) {
                // Either the socket is closed, and the loop ends, or one connection died before it was taken.
            }
        }
    }

    private void closeQuietConnections() {
        long limit = engine.options().keepAlive().toNanos();
        try {
            while (!stopped.await(TICK_MILLIS, TimeUnit.MILLISECONDS)) {
                connections.forEach(connection -> connection.closeIfQuietFor(limit));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Stops as vLLM does after the stop signal: what runs may go on for the shutdown timeout, what is asked meanwhile is
     * aborted, then everything is aborted and closed.
     */
    public void drain() {
        engine.drain();
        try {
            waitUntilIdle(engine.options().shutdownTimeout());
            connections.forEach(Connection::abort);
            waitUntilIdle(LAST_WORDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        close();
    }

    private void waitUntilIdle(Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (connections.stream().anyMatch(Connection::serving) && System.nanoTime() < deadline) {
            Thread.sleep(DRAIN_POLL_MILLIS);
        }
    }

    /** Closes everything at once. Running calls see their connection break. */
    @Override
    public void close() {
        stopped.countDown();
        socket.close();
        connections.forEach(Connection::close);
    }

    /** What takes place when the engine crashes, with its exit status. By default nothing: this JVM is not only its. */
    void crashes(IntConsumer how) {
        engine.crashes(how);
    }

    /** Lets the engine die. */
    void crash(int status) {
        engine.crash(status);
    }

    /** The address in words, for a log line. */
    String describe() {
        return socket.describe();
    }

    static InetSocketAddress address(Options options) {
        return new InetSocketAddress(options.host(), options.port());
    }
}
