package org.gatehouse.listen;

import java.nio.file.Path;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Where a listener stands and what it endures. Immutable; every value is checked here, so that a running listener holds only sane ones.
 *
 * @param address  address or host name to bind, {@code 0.0.0.0} for all of IPv4, {@code ::} for all addresses
 * @param port     0 to 65535; 0 takes any free port
 * @param tls      whether and with which certificate to speak TLS
 * @param limits   sizes and counts
 * @param timeouts how long to wait for whom
 * @param clientAuthority PEM file with the authorities whose certificates clients may show; null: nobody is asked for one
 */
public record ListenerSettings(String address, int port, Tls tls, Limits limits, Timeouts timeouts,
        @Nullable Path clientAuthority) {

    /** One that asks no client for a certificate. */
    public ListenerSettings(String address, int port, Tls tls, Limits limits, Timeouts timeouts) {
        this(address, port, tls, limits, timeouts, null);
    }

    public ListenerSettings {
        if (address.isBlank()) {
            throw new IllegalArgumentException(
                    "The listener has no address: give one to bind, for example 0.0.0.0 for every interface");
        }
        within("port", port, 0, 65_535);
    }

    /** Plain HTTP on 127.0.0.1 with default limits: for demonstrations and tests. */
    public static ListenerSettings onLoopback(int port) {
        return new ListenerSettings("127.0.0.1", port, new Tls.Off(), Limits.defaults(), Timeouts.defaults());
    }

    /** The same with another certificate source. */
    public ListenerSettings with(Tls newTls) {
        return new ListenerSettings(address, port, newTls, limits, timeouts, clientAuthority);
    }

    /** The same with other sizes and counts. */
    public ListenerSettings with(Limits newLimits) {
        return new ListenerSettings(address, port, tls, newLimits, timeouts, clientAuthority);
    }

    /** The same with other time limits. */
    public ListenerSettings with(Timeouts newTimeouts) {
        return new ListenerSettings(address, port, tls, limits, newTimeouts, clientAuthority);
    }

    /** The same, asking clients for certificates of those authorities. */
    public ListenerSettings askingClients(@Nullable Path authority) {
        return new ListenerSettings(address, port, tls, limits, timeouts, authority);
    }

    /** Whether and with which certificate a listener speaks TLS. */
    public sealed interface Tls {
        /** Plain HTTP/1.1. */
        record Off() implements Tls {}

        /**
         * A certificate that the box makes for itself at the first start and renews before it expires.
         *
         * @param directory where certificate and key are kept; made if absent, readable by the daemon's user alone
         */
        record SelfSigned(Path directory) implements Tls {}

        /**
         * A certificate that somebody else issued.
         *
         * @param certificateChain PEM file, the server's own certificate first, then the intermediate ones
         * @param privateKey       PEM file with an unencrypted PKCS#8, PKCS#1 or EC key
         */
        record Files(Path certificateChain, Path privateKey) implements Tls {}
    }

    /**
     * Sizes and counts.
     *
     * @param maxHeaderBytes          all headers of a request together, 1 KiB to 1 MiB; more is answered 431
     * @param maxBodyBytes            the largest request body that any path but {@code large} takes, 1 KiB to 2 GiB; more is answered 413. Paths may take less.
     * @param maxConnections          open connections in all, 1 to 1,000,000. A start under a lower limit of file descriptors lowers it to 40 % of
     *                                that, because a call may need a second descriptor towards the upstream.
     * @param maxConnectionsPerClient open connections of one IPv4 address or one IPv6 /64 network, 1 to maxConnections. The connection above it is
     *                                closed unanswered. Behind a balancer all clients are one address: set it to maxConnections there.
     * @param large                   the one path that takes more, and streams it; {@code null} for none
     */
    public record Limits(int maxHeaderBytes, long maxBodyBytes, int maxConnections, int maxConnectionsPerClient,
            @Nullable LargeBodies large) {
        public Limits {
            within("large.maxBytes", large == null ? maxBodyBytes : large.maxBytes(), 1 << 10, Integer.MAX_VALUE);
            within("maxHeaderBytes", maxHeaderBytes, 1 << 10, 1 << 20);
            within("maxBodyBytes", maxBodyBytes, 1 << 10, Integer.MAX_VALUE);
            within("maxConnections", maxConnections, 1, 1_000_000);
            within("maxConnectionsPerClient", maxConnectionsPerClient, 1, maxConnections);
        }

        /** No path takes larger bodies than the others. */
        public Limits(int maxHeaderBytes, long maxBodyBytes, int maxConnections, int maxConnectionsPerClient) {
            this(maxHeaderBytes, maxBodyBytes, maxConnections, maxConnectionsPerClient, null);
        }

        /** The same with a path that takes larger bodies. */
        public Limits with(LargeBodies exception) {
            return new Limits(maxHeaderBytes, maxBodyBytes, maxConnections, maxConnectionsPerClient, exception);
        }

        /** The largest body that a path takes. */
        long maxBodyBytes(String path) {
            return large != null && large.path().equals(path) ? Math.max(maxBodyBytes, large.maxBytes()) : maxBodyBytes;
        }

        /** The largest body that any path takes. */
        long mostBodyBytes() {
            return large == null ? maxBodyBytes : Math.max(maxBodyBytes, large.maxBytes());
        }

        /** 32 KiB of headers, 64 MiB of body (a chat request with images), 8000 connections in all, 2000 a client. */
        public static Limits defaults() {
            return new Limits(32 << 10, 64 << 20, 8000, 2000);
        }
    }

    /**
     * How long to wait for whom; each 10 ms to a day.
     *
     * @param header                from the first byte of a request (or the opening of a connection, TLS handshake included) to the end of its headers
     * @param bodyStall             between two pieces of a request body
     * @param minBodyBytesPerSecond the slowest body that is put up with, measured over the whole body after its first {@code bodyStall}; 0 for any
     * @param idle                  between two requests of a kept-alive connection
     * @param write                 for a client that stopped to take its answer
     * @param drainGrace            how long {@link Listeners#close()} lets running calls finish
     */
    public record Timeouts(Duration header, Duration bodyStall, int minBodyBytesPerSecond, Duration idle,
            Duration write, Duration drainGrace) {
        public Timeouts {
            bounded("header", header);
            bounded("bodyStall", bodyStall);
            within("minBodyBytesPerSecond", minBodyBytesPerSecond, 0, 1 << 30);
            bounded("idle", idle);
            bounded("write", write);
            bounded("drainGrace", drainGrace);
        }

        /** 15 s for headers, 15 s between body pieces at no less than 1 KiB/s, 5 min idle, 60 s for a stalled write, 30 s to drain. */
        public static Timeouts defaults() {
            return new Timeouts(Duration.ofSeconds(15), Duration.ofSeconds(15), 1024, Duration.ofMinutes(5),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(30));
        }
    }

    /**
     * A path whose bodies are too large to be held, read with {@link BodyReader#pour}.
     *
     * @param path     from the root, as clients write it
     * @param maxBytes the largest body
     */
    public record LargeBodies(String path, long maxBytes) {}

    private static void within(String name, long value, long low, long high) {
        if (value < low || value > high) {
            throw new IllegalArgumentException(
                    "Listener setting " + name + " is " + value + ": it must be from " + low + " to " + high);
        }
    }

    private static void bounded(String name, Duration value) {
        if (value.compareTo(Duration.ofMillis(10)) < 0 || value.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException(
                    "Listener timeout " + name + " is " + value + ": it must be from 10 ms to a day");
        }
    }
}
