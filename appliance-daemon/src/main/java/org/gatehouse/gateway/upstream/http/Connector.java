package org.gatehouse.gateway.upstream.http;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

import org.jspecify.annotations.Nullable;

/**
 * Connects: name lookup, address guard, each address in turn, TLS. The name is looked up once, and what was checked is what is
 * connected to, so that a name server cannot answer differently the second time (DNS rebinding). Thread-safe.
 */
final class Connector implements AutoCloseable {
    private static final String[] TLS_VERSIONS = {"TLSv1.3", "TLSv1.2"};
    private static final String[] APPLICATION_PROTOCOLS = {"http/1.1"};
    private static final String NO_EXTRA_TRUST = "";

    private final NameResolution names;
    private final LongSupplier nanoTime;
    private final ConcurrentHashMap<String, SSLContext> contexts = new ConcurrentHashMap<>();
    private volatile @Nullable ForwardProxy proxy;

    Connector(NameLookup lookup, LongSupplier nanoTime) {
        this.names = new NameResolution(lookup);
        this.nanoTime = nanoTime;
    }

    /** By which proxy new connections go; {@code null} for none. */
    void through(@Nullable ForwardProxy next) {
        proxy = next;
    }

    /** The proxy that connections to the endpoint go by now; {@code null} for none. */
    private @Nullable ForwardProxy carrier(Endpoint endpoint) {
        ForwardProxy now = proxy;
        return now != null && now.carries(endpoint) ? now : null;
    }

    /** Connects before the deadline, or fails the call. */
    void connect(Connection connection, UpstreamCall call, Endpoint endpoint, long deadline)
            throws UpstreamFailureException {
        ForwardProxy via = carrier(endpoint);
        SocketAddress[] addresses = via == null
                ? addresses(call, endpoint, deadline)
                : addresses(call, endpoint, via, deadline);
        IOException last = null;
        for (int index = 0; index < addresses.length; index++) {
            long now = nanoTime.getAsLong();
            if (now - deadline >= 0) {
                break;
            }
            // A share of what is left for each, so that one address that swallows packets does not cost the others their turn.
            long share = (deadline - now) / (addresses.length - index);
            try {
                attempt(connection, endpoint, via, addresses[index], now + share);
                return;
            } catch (IOException failed) {
                call.throwIfBrokenOff();
                // Past its time the channel was closed under the handshake, which the TLS layer reports as its own failure.
                if (failed instanceof SSLException && nanoTime.getAsLong() - now < share) {
                    throw call.fail(
                            new UpstreamFailure.TlsFailed(endpoint.toString(), String.valueOf(failed.getMessage())),
                            failed);
                }
                if (via != null && failed instanceof Tunnel.RefusedException refused) {
                    throw call.fail(proxyFailed(endpoint, via, refused), failed);
                }
                last = failed;
            }
        }
        if (via != null && last != null) {
            boolean late = nanoTime.getAsLong() - deadline >= 0;
            throw call.fail(new UpstreamFailure.ProxyFailed(endpoint.toString(), via.address(),
                    late
                            ? UpstreamFailure.ProxyFailed.Reason.TIMEOUT
                            : UpstreamFailure.ProxyFailed.Reason.UNREACHABLE,
                    late ? "no connection in time" : String.valueOf(last.getMessage())), last);
        }
        if (last == null || nanoTime.getAsLong() - deadline >= 0) {
            throw call.connectTimedOut();
        }
        throw call.fail(new UpstreamFailure.ConnectFailed(endpoint.toString(), reason(last), detail(addresses, last)),
                last);
    }

    @Override
    public void close() {
        names.close();
    }

    private SocketAddress[] addresses(UpstreamCall call, Endpoint endpoint, long deadline)
            throws UpstreamFailureException {
        boolean publicOnly = endpoint.addressPolicy() == AddressPolicy.PUBLIC_ONLY;
        if (endpoint.scheme() == Endpoint.Scheme.UNIX) {
            if (publicOnly) {
                throw notAllowed(call, endpoint, "a unix socket");
            }
            return new SocketAddress[]{UnixDomainSocketAddress.of(endpoint.host())};
        }
        InetAddress[] found = lookUp(call, endpoint, deadline);
        SocketAddress[] addresses = new SocketAddress[found.length];
        for (int index = 0; index < found.length; index++) {
            // One private address among public ones refuses them all: it is no mistake that an honest name server makes.
            if (!endpoint.addressPolicy().allows(found[index])) {
                throw notAllowed(call, endpoint, found[index].getHostAddress());
            }
            addresses[index] = new InetSocketAddress(found[index], endpoint.port());
        }
        return addresses;
    }

    /** Of the proxy. It may lie anywhere, and looks up the endpoint's name itself: what of that the guard can judge it judges. */
    private SocketAddress[] addresses(UpstreamCall call, Endpoint endpoint, ForwardProxy via, long deadline)
            throws UpstreamFailureException {
        String inside = ForwardProxy.notPublic(endpoint);
        if (inside != null) {
            throw notAllowed(call, endpoint, inside);
        }
        try {
            InetAddress[] found = names.resolve(via.host(), call, deadline);
            if (found != null) {
                return Arrays.stream(found).map(address -> new InetSocketAddress(address, via.port()))
                        .toArray(SocketAddress[]::new);
            }
        } catch (IOException unknown) {
            throw call.fail(new UpstreamFailure.ProxyFailed(endpoint.toString(), via.address(),
                    UpstreamFailure.ProxyFailed.Reason.UNREACHABLE, "no address for the name " + via.host()), unknown);
        }
        throw call.fail(new UpstreamFailure.ProxyFailed(endpoint.toString(), via.address(),
                UpstreamFailure.ProxyFailed.Reason.TIMEOUT, "its name was not looked up in time"), null);
    }

    private static UpstreamFailure.ProxyFailed proxyFailed(Endpoint endpoint, ForwardProxy via,
            Tunnel.RefusedException refused) {
        return new UpstreamFailure.ProxyFailed(endpoint.toString(), via.address(), switch (refused.status()) {
            case 0 -> UpstreamFailure.ProxyFailed.Reason.NO_PROXY;
            case 407 -> UpstreamFailure.ProxyFailed.Reason.AUTHENTICATION;
            default -> UpstreamFailure.ProxyFailed.Reason.REFUSED;
        }, String.valueOf(refused.getMessage()));
    }

    private InetAddress[] lookUp(UpstreamCall call, Endpoint endpoint, long deadline) throws UpstreamFailureException {
        try {
            InetAddress[] found = names.resolve(endpoint.host(), call, deadline);
            if (found != null) {
                return found;
            }
        } catch (IOException unknown) {
            throw call.fail(new UpstreamFailure.ConnectFailed(endpoint.toString(),
                    UpstreamFailure.ConnectFailed.Reason.UNKNOWN_HOST, "no address for the name " + endpoint.host()),
                    unknown);
        }
        throw call.connectTimedOut();
    }

    private void attempt(Connection connection, Endpoint endpoint, @Nullable ForwardProxy via, SocketAddress address,
            long deadline) throws IOException {
        SocketChannel channel = endpoint.scheme() == Endpoint.Scheme.UNIX
                ? SocketChannel.open(StandardProtocolFamily.UNIX)
                : SocketChannel.open();
        Attempt attempt = new Attempt(channel, true, deadline);
        boolean connected = false;
        try {
            connection.connecting(attempt);
            if (endpoint.scheme() != Endpoint.Scheme.UNIX) {
                // Without TCP_NODELAY the first bytes wait for a delayed acknowledgement: 40 ms, measured.
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            }
            channel.connect(address);
            if (via != null) {
                Tunnel.open(channel, via, endpoint);
            }
            Transport transport = endpoint.scheme() == Endpoint.Scheme.HTTPS
                    ? secure(channel, endpoint)
                    : new PlainTransport(channel);
            connection.connected(attempt, transport);
            connected = true;
        } finally {
            if (!connected) {
                channel.close();
            }
        }
    }

    /** The socket lies over the channel: closing the channel releases a thread that blocks in the TLS layer, without a close_notify. */
    private TlsTransport secure(SocketChannel channel, Endpoint endpoint) throws IOException {
        String trust = endpoint.extraTrust() == null ? NO_EXTRA_TRUST : endpoint.extraTrust();
        SSLContext context = contexts.computeIfAbsent(trust,
                pem -> TrustedCertificates.context(pem.equals(NO_EXTRA_TRUST) ? null : pem));
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(new ChannelSocket(channel),
                endpoint.host(),
                endpoint.port(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setProtocols(TLS_VERSIONS);
        parameters.setApplicationProtocols(APPLICATION_PROTOCOLS);
        socket.setSSLParameters(parameters);
        shakeHands(socket);
        return TlsTransport.over(socket);
    }

    /** A server that has no version or cipher in common with us often just hangs up; that is a failure of TLS as well. */
    private static void shakeHands(SSLSocket socket) throws IOException {
        try {
            socket.startHandshake();
        } catch (SSLException refused) {
            throw refused;
        } catch (IOException broken) {
            throw new SSLException("the connection ended during the handshake: " + broken.getMessage(), broken);
        }
    }

    private static UpstreamFailureException notAllowed(UpstreamCall call, Endpoint endpoint, String address) {
        return call.fail(new UpstreamFailure.AddressNotAllowed(endpoint.toString(), endpoint.host(), address), null);
    }

    private static UpstreamFailure.ConnectFailed.Reason reason(IOException failed) {
        String message = String.valueOf(failed.getMessage());
        if (failed instanceof NoRouteToHostException || message.contains("unreachable")
                || message.contains("No such file")) {
            return UpstreamFailure.ConnectFailed.Reason.UNREACHABLE;
        }
        if (failed instanceof ConnectException && message.contains("refused")) {
            return UpstreamFailure.ConnectFailed.Reason.REFUSED;
        }
        return failed instanceof UnknownHostException
                ? UpstreamFailure.ConnectFailed.Reason.UNKNOWN_HOST
                : UpstreamFailure.ConnectFailed.Reason.OTHER;
    }

    private static String detail(SocketAddress[] addresses, @Nullable IOException last) {
        return addresses[addresses.length - 1] + ": " + (last == null ? "" : last.getMessage());
    }
}
