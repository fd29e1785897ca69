package org.gatehouse.gateway.upstream.http;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Carries calls to upstreams over pooled connections. One for the daemon; thread-safe. Runs one thread of its own that keeps
 * deadlines, and a few more while names are looked up.
 */
public final class UpstreamClient implements AutoCloseable {
    private static final Duration SWEEP_INTERVAL = Duration.ofMillis(25);

    private final LongSupplier nanoTime;
    private final BufferStack buffers = new BufferStack();
    private final ConcurrentHashMap<Endpoint, Lane> lanes = new ConcurrentHashMap<>();
    /** Pools of forgotten endpoints that calls are still using. */
    private final Set<ConnectionPool> retiring = ConcurrentHashMap.newKeySet();
    private final Sweeper sweeper;
    private final Connector connector;
    private volatile @Nullable ForwardProxy proxied;
    private volatile boolean closed;

    /** A client on the system's clock and name service. */
    public UpstreamClient() {
        this(System::nanoTime, InetAddress::getAllByName, SWEEP_INTERVAL);
    }

    /**
     * A client on another clock and name service.
     *
     * @param nanoTime as {@link System#nanoTime()}
     * @param lookup finds addresses
     * @param sweepInterval how often deadlines are looked at
     */
    public UpstreamClient(LongSupplier nanoTime, NameLookup lookup, Duration sweepInterval) {
        this.nanoTime = nanoTime;
        this.connector = new Connector(lookup, nanoTime);
        this.sweeper = new Sweeper(this::sweep, nanoTime, sweepInterval);
        sweeper.start();
    }

    /** A call under {@link ReplyLimits#DEFAULT}. */
    public UpstreamCall newCall(Endpoint endpoint, UpstreamRequest request, Deadlines deadlines) {
        return newCall(endpoint, request, deadlines, ReplyLimits.DEFAULT);
    }

    /** A call that does nothing until it is executed. */
    public UpstreamCall newCall(Endpoint endpoint, UpstreamRequest request, Deadlines deadlines, ReplyLimits limits) {
        UpstreamCall call = new UpstreamCall(lane(endpoint), request, deadlines, limits, nanoTime);
        if (closed) {
            call.abort(AbortCause.SHUTTING_DOWN);
        }
        return call;
    }

    /**
     * Has calls go out by a proxy from now on, or by none. Connections that rest are closed, so that nothing goes on by the old way;
     * calls in flight end as they began.
     *
     * @param proxy {@code null} for none
     */
    public void through(@Nullable ForwardProxy proxy) {
        if (!Objects.equals(proxied, proxy)) {
            proxied = proxy;
            connector.through(proxy);
            retain(Set.of());
        }
    }

    /** One endpoint's connections as they are now. */
    public PoolFigures figures(Endpoint endpoint) {
        Lane lane = lanes.get(endpoint);
        return lane == null ? new PoolFigures(0, 0, 0, 0, 0, 0) : lane.pool().figures();
    }

    /** The connections of every endpoint called so far, by base URL. */
    public Map<String, PoolFigures> figures() {
        Map<String, PoolFigures> all = new TreeMap<>();
        lanes.values().forEach(lane -> all.put(lane.endpoint().toString(), lane.pool().figures()));
        return all;
    }

    /** Closes the idle connections of an endpoint that the configuration no longer has; calls in flight go on. */
    public void forget(Endpoint endpoint) {
        Lane lane = lanes.remove(endpoint);
        if (lane != null) {
            retiring.add(lane.pool());
            lane.pool().retire();
        }
    }

    /** {@linkplain #forget Forgets} every endpoint but these. */
    public void retain(Set<Endpoint> endpoints) {
        for (Endpoint known : lanes.keySet()) {
            if (!endpoints.contains(known)) {
                forget(known);
            }
        }
    }

    /** Aborts every call in flight and closes every connection. */
    @Override
    public void close() {
        closed = true;
        lanes.values().forEach(lane -> lane.pool().shutDown());
        retiring.forEach(ConnectionPool::shutDown);
        sweeper.watched().forEach(Connection::shutDown);
        sweeper.close();
        connector.close();
    }

    private void sweep(long now) {
        lanes.values().forEach(lane -> lane.pool().reap(now));
        if (!retiring.isEmpty()) {
            retiring.removeIf(ConnectionPool::isEmpty);
        }
    }

    private Lane lane(Endpoint endpoint) {
        Lane known = lanes.get(endpoint);
        return known != null ? known : lanes.computeIfAbsent(endpoint, this::newLane);
    }

    private Lane newLane(Endpoint endpoint) {
        return new Lane(endpoint, new ConnectionPool(endpoint, sweeper, buffers, nanoTime), connector,
                new RequestWriter(endpoint));
    }
}
