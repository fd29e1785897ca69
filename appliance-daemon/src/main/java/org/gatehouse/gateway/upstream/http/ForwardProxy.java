package org.gatehouse.gateway.upstream.http;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * An HTTP proxy that calls leave the network by. It is asked for a tunnel (RFC 9110 9.3.6) and sees no more of a call than the
 * name and port that it goes to: TLS is between the box and the upstream. What is plain HTTP stays inside and goes directly.
 * Immutable.
 *
 * @param host name or address, without brackets
 * @param port 1 to 65535
 * @param authorization the value of {@code Proxy-Authorization}; {@code null} where it asks for none
 * @param exceptions what is reached without it, in lower case: a name and all below it, with or without a leading dot; an address;
 *        {@code *} for everything; each with a port or without
 */
public record ForwardProxy(String host, int port, @Nullable String authorization, List<String> exceptions) {

    /** Copies the list. */
    public ForwardProxy {
        exceptions = exceptions.stream().map(one -> one.strip().toLowerCase(Locale.ROOT)).toList();
    }

    /** The value of {@code Proxy-Authorization} for a user's password (RFC 7617). */
    public static String basic(String user, String password) {
        return "Basic " + Base64.getEncoder()
                .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    /** Whether calls to the endpoint go through it. */
    boolean carries(Endpoint endpoint) {
        return endpoint.scheme() == Endpoint.Scheme.HTTPS && !endpoint.direct() && !isLoopback(endpoint.host())
                && exceptions.stream().noneMatch(exception -> covers(exception, endpoint));
    }

    private static boolean isLoopback(String host) {
        InetAddress literal = literal(host);
        return literal != null ? literal.isLoopbackAddress() : isOfThisMachine(host);
    }

    private static boolean isOfThisMachine(String name) {
        String whole = withoutEnd(name);
        return whole.equals("localhost") || whole.endsWith(".localhost");
    }

    /** A trailing dot says that a name is whole (RFC 1034 3.1); it is the same name. */
    private static String withoutEnd(String name) {
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    static @Nullable InetAddress literal(String host) {
        try {
            return host.indexOf(':') >= 0 || host.matches("[0-9.]+") ? InetAddress.ofLiteral(host) : null;
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    private static boolean covers(String exception, Endpoint endpoint) {
        String name = exception;
        int colon = exception.lastIndexOf(':');
        boolean withPort = colon > 0 && (exception.indexOf(':') == colon || exception.charAt(colon - 1) == ']')
                && exception.substring(colon + 1).matches("[0-9]{1,5}");
        if (withPort) {
            if (Integer.parseInt(exception.substring(colon + 1)) != endpoint.port()) {
                return false;
            }
            name = exception.substring(0, colon);
        }
        if (name.equals("*")) {
            return true;
        }
        String plain = name.startsWith("[") && name.endsWith("]")
                ? name.substring(1, name.length() - 1)
                : name.startsWith("*.") ? name.substring(2) : name.startsWith(".") ? name.substring(1) : name;
        String host = withoutEnd(endpoint.host());
        InetAddress address = literal(host);
        return address != null
                ? address.equals(literal(plain))
                : !plain.isEmpty() && (host.equals(plain) || host.endsWith("." + plain));
    }

    /**
     * What of an endpoint the box must not have called for it. Names are looked up by the proxy, so only what the text tells can be
     * judged here: addresses, and names that are nobody's on the public internet.
     */
    static @Nullable String notPublic(Endpoint endpoint) {
        InetAddress literal = literal(endpoint.host());
        if (literal != null) {
            return endpoint.addressPolicy().allows(literal) ? null : literal.getHostAddress();
        }
        if (endpoint.addressPolicy() == AddressPolicy.ANY) {
            return null;
        }
        String name = withoutEnd(endpoint.host());
        // Digits and dots alone, such as 127.1 or 2130706433, are an address to some proxies; one label alone is a machine inside.
        return name.indexOf('.') < 0 || name.matches("(0x[0-9a-f]+|[0-9]+)(\\.(0x[0-9a-f]+|[0-9]+))*")
                || isOfThisMachine(name)
                || name.endsWith(".local") || name.endsWith(".internal") ? "a name inside" : null;
    }

    /** Where it is, for messages. */
    String address() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }

    /** Leaves the credentials out. */
    @Override
    public String toString() {
        return "ForwardProxy[" + address() + "]";
    }
}
