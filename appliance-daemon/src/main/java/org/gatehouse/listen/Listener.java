package org.gatehouse.listen;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

import io.helidon.common.concurrency.limits.FixedLimit;
import io.helidon.common.context.Context;
import io.helidon.http.encoding.ContentEncodingContext;
import io.helidon.http.media.MediaContext;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.Router;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.http2.Http2Config;
import io.helidon.webserver.http2.Http2ConnectionSelector;

/** One bound port: accepts connections on a thread of its own and holds the open ones. Thread-safe. */
final class Listener implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(Listener.class.getName());
    private static final int BACKLOG = 4096;

    private final Wiring wiring;
    private final ServerSocketChannel server;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicLong numbers = new AtomicLong();
    private final int port;

    private Listener(Wiring wiring, ServerSocketChannel server) throws IOException {
        this.wiring = wiring;
        this.server = server;
        this.port = ((InetSocketAddress) server.getLocalAddress()).getPort();
    }

    static Listener open(String name, ListenerSettings settings, HttpRouting routing, ClientWatch clientWatch)
            throws IOException {
        ListenerConfig config = ListenerConfig.builder().name(name).protocolsDiscoverServices(false)
                .maxPayloadSize(settings.limits().maxBodyBytes()).build();
        Http1Config http1 = Http1Config.builder().maxHeadersSize(settings.limits().maxHeaderBytes()).build();
        Http2Config http2 = Http2Config.builder().maxHeaderListSize(settings.limits().maxHeaderBytes())
                .maxConcurrentStreams(100).build();
        Router router = new OnlyRouting(new GuardedRouting(routing));
        Wiring wiring = new Wiring(name, Http1ConnectionSelector.builder().config(http1).build(),
                Http2ConnectionSelector.builder().http2Config(http2).build(), router, config, DirectHandlers.create(),
                MediaContext.create(),
                ContentEncodingContext.create(), Context.builder().id("listener-" + name).build(),
                Executors.newVirtualThreadPerTaskExecutor(),
                FixedLimit.create(), clientWatch);
        ServerSocketChannel server = ServerSocketChannel.open();
        try {
            server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            server.bind(new InetSocketAddress(settings.address(), settings.port()), BACKLOG);
            return new Listener(wiring, server);
        } catch (IOException e) {
            server.close();
            throw new IOException(
                    "Cannot listen on " + settings.address() + " port " + settings.port() + ": " + e.getMessage()
                            + "; check that the address is the box's own and that no other program has the port",
                    e);
        }
    }

    void start() {
        wiring.router().beforeStart();
        Thread.ofPlatform().name("listen-" + wiring.name()).start(this::accept);
    }

    int port() {
        return port;
    }

    boolean drain(Duration grace) {
        stopAccepting();
        long end = System.nanoTime() + grace.toNanos();
        try {
            while (connections.stream().anyMatch(c -> c.callsInFlight() > 0)) {
                if (System.nanoTime() - end > 0) {
                    return false;
                }
                Thread.sleep(10);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        stopAccepting();
        connections.forEach(Connection::close);
        wiring.executor().shutdownNow();
        wiring.router().afterStop();
    }

    private void stopAccepting() {
        try {
            server.close();
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.WARNING, "Closing the port failed", e);
        }
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                admit(server.accept());
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOGGER.log(System.Logger.Level.ERROR, "Accepting a connection failed; trying again", e);
                pause();
            }
        }
    }

    private void admit(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        Connection connection = new Connection(wiring, channel, numbers.incrementAndGet());
        connections.add(connection);
        Thread.ofVirtual().name("connection-" + connection.childSocketId()).start(() -> {
            try {
                connection.run();
            } finally {
                connections.remove(connection);
            }
        });
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
