package org.gatehouse.listen;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

import io.helidon.common.concurrency.limits.FixedLimit;
import io.helidon.common.context.Context;
import io.helidon.http.encoding.ContentEncodingContext;
import io.helidon.http.media.MediaContext;
import io.helidon.webserver.ErrorHandling;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.http2.Http2Config;
import io.helidon.webserver.http2.Http2ConnectionSelector;

/**
 * One bound port: accepts connections on a thread of its own, as long as it is open and whatever goes wrong with one of them, and knows those that
 * are open. Thread-safe.
 */
final class Listener implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(Listener.class.getName());
    private static final int MAX_HTTP2_STREAMS = 100;
    private static final int MAX_REQUEST_LINE_BYTES = 8 << 10;
    /** After a failure to accept; with no descriptor left the next attempt fails at once too. */
    private static final long PAUSE_MILLIS = 50;

    private final ListenerSettings settings;
    private final ServerCertificate certificate;
    private final Reaper reaper;
    private final Wiring wiring;
    private final Tally tally = new Tally();
    private final RareLog refusals;
    private final Admission admission;
    private final ListeningSocket server;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicLong numbers = new AtomicLong();
    private final int port;
    private volatile boolean draining;
    private volatile boolean closed;

    private Listener(String name, ListenerSettings settings, HttpRouting routing, TransportErrorRenderer renderer,
            EarlyRefusal.Observer observer, ClientWatch clientWatch,
            Reaper reaper, ServerCertificate certificate, ListeningSocket server) {
        this.settings = settings;
        this.certificate = certificate;
        this.reaper = reaper;
        this.server = server;
        this.port = server.port();
        this.refusals = new RareLog(LOGGER, reaper.clock());
        ListenerSettings.Limits limits = settings.limits();
        int connectionsAllowed = DescriptorLimit.connections(limits.maxConnections());
        this.admission = new Admission(connectionsAllowed,
                Math.min(connectionsAllowed, limits.maxConnectionsPerClient()));
        TransportErrors errors = new TransportErrors(name, renderer, observer,
                new RareLog(LOGGER, reaper.clock()));
        this.wiring = new Wiring(name, settings.timeouts(), http1(limits), http2(limits),
                new OnlyRouting(new GuardedRouting(routing, errors, limits, () -> draining)), config(name, limits),
                limits.maxBodyBytes(),
                errors, MediaContext.create(),
                ContentEncodingContext.create(), Context.builder().id("listener-" + name).build(),
                Executors.newVirtualThreadPerTaskExecutor(),
                FixedLimit.create(), clientWatch, reaper.clock(), tally, new RareLog(LOGGER, reaper.clock()));
    }

    /**
     * Binds the port, or takes it as it was handed over; connections wait in the kernel until {@link #start}.
     *
     * @throws IOException if the port cannot be bound or the certificate not be used
     */
    static Listener open(String name, ListenerSettings settings, HttpRouting routing, TransportErrorRenderer renderer,
            EarlyRefusal.Observer observer, ClientWatch clientWatch,
            Reaper reaper) throws IOException {
        ServerCertificate certificate = ServerCertificate.open(settings.tls(), settings.clientAuthority(),
                InstantSource.system());
        ListeningSocket server = ListeningSocket.open(settings.address(), settings.port());
        try {
            return new Listener(name, settings, routing, renderer, observer, clientWatch, reaper, certificate, server);
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private static Http1ConnectionSelector http1(ListenerSettings.Limits limits) {
        // Helidon logs headers at DEBUG, and with them keys.
        Http1Config config = Http1Config.builder().maxHeadersSize(limits.maxHeaderBytes())
                .maxPrologueLength(MAX_REQUEST_LINE_BYTES)
                .sendKeepAliveHeader(false).addSendListener(new CloseHeader())
                .log(log -> log.receiveLog(false).sendLog(false)).build();
        return Http1ConnectionSelector.builder().config(config).build();
    }

    private static Http2ConnectionSelector http2(ListenerSettings.Limits limits) {
        Http2Config config = Http2Config.builder().maxHeaderListSize(limits.maxHeaderBytes())
                .maxConcurrentStreams(MAX_HTTP2_STREAMS)
                .log(log -> log.receiveLog(false).sendLog(false)).build();
        return Http2ConnectionSelector.builder().http2Config(config).build();
    }

    private static ListenerConfig config(String name, ListenerSettings.Limits limits) {
        return ListenerConfig.builder().name(name).protocolsDiscoverServices(false)
                .maxPayloadSize(limits.mostBodyBytes()).writeQueueLength(0)
                .errorHandling(ErrorHandling.builder().includeEntity(true).build()).build();
    }

    void start() {
        wiring.router().beforeStart();
        Thread.ofPlatform().name("listen-" + wiring.name()).start(this::accept);
        LOGGER.log(System.Logger.Level.INFO,
                "Listening (" + wiring.name() + ") on " + settings.address() + " port " + port
                        + (certificate.context() == null ? ", plain HTTP" : ", TLS")
                        + (server.isHandedOver() ? ", on a socket that was handed over" : ""));
    }

    int port() {
        return port;
    }

    ServerCertificate certificate() {
        return certificate;
    }

    ListenerSettings settings() {
        return settings;
    }

    ListenerCounts counts() {
        return new ListenerCounts(admission.open(), callsInFlight(), tally.accepted.sum(), tally.refusedFull.sum(),
                tally.refusedClient.sum(),
                tally.acceptFailures.sum(), tally.tlsFailures.sum(), tally.lateHeaders.sum(), tally.slowBodies.sum(),
                tally.stalledWrites.sum(),
                tally.idle.sum(), tally.clientsLeft.sum());
    }

    int callsInFlight() {
        return connections.stream().mapToInt(Connection::callsInFlight).sum();
    }

    /** Takes no new connection, and no new call on those that are open. */
    void beginDrain() {
        draining = true;
        stopAccepting();
    }

    @Override
    public void close() {
        beginDrain();
        closed = true;
        connections.forEach(Connection::finish);
        connections.forEach(Connection::close);
        wiring.executor().shutdownNow();
        wiring.router().afterStop();
    }

    private void stopAccepting() {
        try {
            server.close();
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.WARNING, "Closing port " + port + " failed; the process's end closes it", e);
        }
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                admit(server.accept());
            } catch (ClosedChannelException e) {
                return;
            } catch (Throwable e) {
                // Out of descriptors or memory: what is open must go on, and what waits in the kernel is served when there is room again. Errors
                // too: without a descriptor the JVM cannot even load a class.
                tally.acceptFailures.increment();
                report(e);
                pause();
            }
        }
    }

    private void report(Throwable failure) {
        try {
            refusals.warn("A connection could not be accepted; trying again until it works", failure);
        } catch (RuntimeException | Error e) {
            // A log that cannot be written must not end the listener; the count tells.
        }
    }

    private void admit(SocketChannel channel) throws IOException {
        InetSocketAddress client = (InetSocketAddress) channel.getRemoteAddress();
        Admission.Answer answer = admission.enter(client.getAddress());
        if (answer != Admission.Answer.ADMITTED) {
            refuse(channel, answer);
            return;
        }
        boolean started = false;
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            Connection connection = new Connection(wiring, channel, certificate.tls(), numbers.incrementAndGet());
            // Counted first: whoever has an answer finds its connection in the counts.
            tally.accepted.increment();
            Thread.ofVirtual().name("connection-" + numbers.get()).start(() -> serve(connection, client));
            started = true;
        } finally {
            if (!started) {
                admission.leave(client.getAddress());
                channel.close();
            }
        }
    }

    private void serve(Connection connection, InetSocketAddress client) {
        connections.add(connection);
        reaper.add(connection);
        try {
            if (closed) {
                // Accepted just before the end; nobody would end it any more.
                connection.close();
            }
            connection.run();
        } finally {
            reaper.remove(connection);
            connections.remove(connection);
            admission.leave(client.getAddress());
        }
    }

    private void refuse(SocketChannel channel, Admission.Answer answer) throws IOException {
        channel.close();
        if (answer == Admission.Answer.FULL) {
            tally.refusedFull.increment();
            refusals.warn(
                    "A connection was refused: " + admission.open() + " are open, which is the limit (maxConnections)",
                    null);
        } else {
            tally.refusedClient.increment();
            refusals.warn(
                    "A connection was refused: its client has as many open as one may have (maxConnectionsPerClient)",
                    null);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
