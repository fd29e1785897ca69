package org.gatehouse.gateway.upstream.http;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Where an upstream listens and how to connect to it. A value: calls with equal endpoints share one pool of connections, also
 * when the configuration has been read again in between. Built once per configured upstream with {@link #parse}.
 *
 * @param scheme how to speak to it
 * @param host name or IP address without brackets; for {@link Scheme#UNIX} the path of the socket
 * @param port 1 to 65535; 0 for {@link Scheme#UNIX}
 * @param basePath what every request path is appended to; empty, or begins with {@code /} and does not end with it
 * @param addressPolicy which addresses the host may lead to
 * @param extraTrust PEM certificates trusted beside those of the Java platform; {@code null} for none
 * @param maxConnections most connections open at a time, 1 or more
 * @param maxIdleAge how long a connection may rest in the pool. Below the upstream's own keep-alive time (5 s in uvicorn and
 *        Node.js), so that we close first: a request on a connection that the other side is just closing would be lost
 * @param direct whether it is never called through a proxy, because it is on this machine
 */
public record Endpoint(Scheme scheme, String host, int port, String basePath, AddressPolicy addressPolicy,
        @Nullable String extraTrust, int maxConnections, Duration maxIdleAge, boolean direct) {

    /** Default of {@link #maxConnections()}. */
    public static final int DEFAULT_MAX_CONNECTIONS = 1024;
    /** Default of {@link #maxIdleAge()}. */
    public static final Duration DEFAULT_MAX_IDLE_AGE = Duration.ofSeconds(4);

    /** How to speak to an endpoint. */
    public enum Scheme {
        /** Plain HTTP over TCP. */
        HTTP,
        /** HTTP over TLS 1.2 or 1.3, host name verified. */
        HTTPS,
        /** Plain HTTP over a unix domain socket. */
        UNIX
    }

    /** Checks ranges, and that extra trust can be read. */
    public Endpoint {
        Objects.requireNonNull(scheme, "scheme");
        Objects.requireNonNull(addressPolicy, "addressPolicy");
        boolean portFits = scheme == Scheme.UNIX ? port == 0 : port >= 1 && port <= 65535;
        boolean pathFits = basePath.isEmpty() || (basePath.startsWith("/") && !basePath.endsWith("/"));
        if (host.isEmpty() || !portFits || !pathFits || maxConnections < 1 || maxIdleAge.isNegative()) {
            throw new IllegalArgumentException("Endpoint " + host + ":" + port + basePath + " with " + maxConnections
                    + " connections and idle age " + maxIdleAge
                    + " is out of range. Check host, port, path and limits.");
        }
        if (extraTrust != null) {
            TrustedCertificates.read(extraTrust);
        }
    }

    /**
     * Reads a base URL: {@code http://host[:port][/base]}, {@code https://…}, or {@code unix:/run/engine.sock[:/base]}. TCP
     * endpoints are {@link AddressPolicy#PUBLIC_ONLY} until {@link #withAddressPolicy} says otherwise, unix sockets
     * {@link AddressPolicy#ANY}.
     *
     * @throws IllegalArgumentException when it is none of these, or carries user information, a query or a fragment; the message
     *         does not repeat the URL, because that may hold a credential
     */
    public static Endpoint parse(String baseUrl) {
        if (baseUrl.startsWith("unix:")) {
            return parseUnix(baseUrl.substring("unix:".length()));
        }
        int mark = baseUrl.indexOf("://");
        Scheme scheme = switch (mark < 0 ? "" : baseUrl.substring(0, mark).toLowerCase(Locale.ROOT)) {
            case "http" -> Scheme.HTTP;
            case "https" -> Scheme.HTTPS;
            default -> throw bad("it must begin with http://, https:// or unix:/");
        };
        String rest = baseUrl.substring(mark + 3);
        int slash = rest.indexOf('/');
        String authority = slash < 0 ? rest : rest.substring(0, slash);
        String path = slash < 0 ? "" : rest.substring(slash);
        boolean bracketed = authority.startsWith("[");
        int bracket = authority.indexOf(']');
        int colon = authority.indexOf(':');
        if (bracketed && bracket < 0) {
            throw bad("a bracket in the host is not closed");
        }
        int hostEnd = bracketed ? bracket + 1 : colon < 0 ? authority.length() : colon;
        String host = bracketed ? authority.substring(1, bracket) : authority.substring(0, hostEnd);
        String port = authority.substring(hostEnd);
        checkHost(host, bracketed);
        return new Endpoint(scheme, host.toLowerCase(Locale.ROOT), parsePort(port, scheme), checkBase(path),
                AddressPolicy.PUBLIC_ONLY, null, DEFAULT_MAX_CONNECTIONS, DEFAULT_MAX_IDLE_AGE, false);
    }

    /** The same endpoint under another address policy. */
    public Endpoint withAddressPolicy(AddressPolicy policy) {
        return new Endpoint(scheme, host, port, basePath, policy, extraTrust, maxConnections, maxIdleAge, direct);
    }

    /** The same endpoint, which also trusts these PEM certificates. */
    public Endpoint withExtraTrust(String pem) {
        return new Endpoint(scheme, host, port, basePath, addressPolicy, pem, maxConnections, maxIdleAge, direct);
    }

    /** The same endpoint with another bound on its pool. */
    public Endpoint withMaxConnections(int connections) {
        return new Endpoint(scheme, host, port, basePath, addressPolicy, extraTrust, connections, maxIdleAge, direct);
    }

    /** The same endpoint with another idle age. */
    public Endpoint withMaxIdleAge(Duration age) {
        return new Endpoint(scheme, host, port, basePath, addressPolicy, extraTrust, maxConnections, age, direct);
    }

    /** The same endpoint, never called through a proxy. */
    public Endpoint withoutProxy() {
        return new Endpoint(scheme, host, port, basePath, addressPolicy, extraTrust, maxConnections, maxIdleAge, true);
    }

    /** Scheme, host and port without any path, as in the {@code host} header of calls there; for what signs them. */
    public String origin() {
        return (scheme == Scheme.HTTPS ? "https://" : "http://") + authority();
    }

    /** The {@code host} header: the port only where it is not the scheme's own. */
    String authority() {
        return switch (scheme) {
            case UNIX -> "localhost";
            case HTTP -> port == 80 ? bracketedHost() : bracketedHost() + ":" + port;
            case HTTPS -> port == 443 ? bracketedHost() : bracketedHost() + ":" + port;
        };
    }

    /** The base URL, for messages. */
    @Override
    public String toString() {
        return switch (scheme) {
            case UNIX -> "unix:" + host + (basePath.isEmpty() ? "" : ":" + basePath);
            case HTTP -> "http://" + authority() + basePath;
            case HTTPS -> "https://" + authority() + basePath;
        };
    }

    private String bracketedHost() {
        return host.indexOf(':') < 0 ? host : "[" + host + "]";
    }

    private static Endpoint parseUnix(String text) {
        int colon = text.indexOf(":/");
        String socket = colon < 0 ? text : text.substring(0, colon);
        if (!socket.startsWith("/")) {
            throw bad("the path of a unix socket must begin with /");
        }
        return new Endpoint(Scheme.UNIX, socket, 0, checkBase(colon < 0 ? "" : text.substring(colon + 1)),
                AddressPolicy.ANY,
                null, DEFAULT_MAX_CONNECTIONS, DEFAULT_MAX_IDLE_AGE, false);
    }

    private static void checkHost(String host, boolean bracketed) {
        if (bracketed) {
            try {
                InetAddress.ofLiteral(host);
            } catch (IllegalArgumentException notAnAddress) {
                throw bad("what stands in brackets must be an IPv6 address");
            }
        } else if (!host.matches("[A-Za-z0-9._-]+")) {
            throw bad("the host must be a name of letters, digits, dots and hyphens, without user information");
        }
    }

    private static int parsePort(String text, Scheme scheme) {
        if (text.isEmpty()) {
            return scheme == Scheme.HTTPS ? 443 : 80;
        }
        if (!text.matches(":[0-9]{1,5}")) {
            throw bad("the port must be a number");
        }
        return Integer.parseInt(text.substring(1));
    }

    private static String checkBase(String path) {
        if (!path.matches("[\\x21-\\x7e]*") || path.contains("?") || path.contains("#")) {
            throw bad("the path must be percent-encoded and carry no query and no fragment");
        }
        int end = path.length();
        while (end > 0 && path.charAt(end - 1) == '/') {
            end--;
        }
        return path.substring(0, end);
    }

    private static IllegalArgumentException bad(String why) {
        return new IllegalArgumentException(
                "A base URL cannot be read: " + why + ". Give it like https://api.example.com/v1.");
    }
}
