package org.gatehouse.governance;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.snapshot.AddressRange;
import org.gatehouse.governance.snapshot.Upstream;

/**
 * Whether an upstream's base URL is one that the box may call. Looks at the text alone and asks no name server: what a
 * name resolves to is checked by whoever connects, each time (a name can change its address after it was checked).
 */
final class BaseUrl {
    private static final AddressRange SHARED = AddressRange.parse("100.64.0.0/10");
    private static final AddressRange UNIQUE_LOCAL = AddressRange.parse("fc00::/7");

    /** {@code sun_path} of unix(7) has room for 108 bytes with a zero behind them. */
    private static final int LONGEST_SOCKET_PATH = 107;

    private BaseUrl() {}

    /** What is wrong with it, or {@code null}. */
    static @Nullable String problem(String text, boolean local, boolean privateAddressesAllowed) {
        if (text.startsWith("unix:")) {
            if (!local) {
                return "may be a unix: socket only where the upstream is local";
            }
            return socketProblem(text.substring("unix:".length()));
        }
        if (text.startsWith(Upstream.DEPLOYMENT)) {
            if (!local) {
                return "may be a deployment of this box only where the upstream is local";
            }
            return text.substring(Upstream.DEPLOYMENT.length()).matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
                    ? null
                    : "must be deployment: and the name of a deployment";
        }
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException _) {
            return "is no URL";
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        String host = uri.getHost();
        if (!("https".equals(scheme) || "http".equals(scheme)) || host == null) {
            return "must be https://host/path, http://host/path, unix:/path or deployment:name";
        }
        if (uri.getUserInfo() != null) {
            return "must not hold credentials; put them into apiKey";
        }
        if (uri.getQuery() != null || uri.getFragment() != null) {
            return "must not have a query or a fragment";
        }
        if (uri.getPort() == 0 || uri.getPort() > 65_535) {
            return "must have a port between 1 and 65535";
        }
        if (local || privateAddressesAllowed) {
            return null;
        }
        if ("http".equals(scheme)) {
            return "must be https:// unless the upstream is local or privateAddressesAllowed is set";
        }
        return isPrivate(host)
                ? "is a private address; set privateAddressesAllowed if it is meant, or local if it runs on this box"
                : null;
    }

    /** What is wrong with a socket's path, behind which a base path may follow a colon. */
    private static @Nullable String socketProblem(String text) {
        int colon = text.indexOf(":/");
        String path = colon < 0 ? text : text.substring(0, colon);
        String base = colon < 0 ? "" : text.substring(colon + 1);
        if (!path.startsWith("/") || path.length() == 1 || path.endsWith("/")) {
            return "must be unix:/absolute/path of a socket";
        }
        if (!(path + "/").matches("[\\x20-\\x7e]+") || (path + "/").matches(".*/\\.{0,2}/.*")) {
            return "must be unix:/path in printable ASCII, without empty, . and .. segments";
        }
        if (path.length() > LONGEST_SOCKET_PATH) {
            return "is too long for a socket: at most " + LONGEST_SOCKET_PATH + " bytes after unix:";
        }
        return base.isEmpty() || base.matches("(/[A-Za-z0-9._~-]+)+/?") && !(base + "/").matches(".*/\\.{1,2}/.*")
                ? null
                : "must have a plain path such as /v1 behind the socket, or none";
    }

    /** Whether a host names an address that is not on the public internet, as far as its text tells. */
    static boolean isPrivate(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        if (name.equals("localhost") || name.endsWith(".localhost")) {
            return true;
        }
        boolean literal = name.indexOf(':') >= 0 || name.matches("[0-9.]+");
        if (!literal) {
            return false;
        }
        try {
            InetAddress address = InetAddress.ofLiteral(name.replace("[", "").replace("]", ""));
            return address.isLoopbackAddress() || address.isAnyLocalAddress() || address.isLinkLocalAddress()
                    || address.isSiteLocalAddress() || address.isMulticastAddress() || SHARED.contains(address)
                    || UNIQUE_LOCAL.contains(address);
        } catch (IllegalArgumentException _) {
            // Digits and dots that are no address, such as 127.1: some resolvers take them for one.
            return true;
        }
    }

    /** Whether a host is this very box, as far as its text tells. */
    static boolean isLoopback(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return name.equals("localhost") || name.equals("::1") || name.equals("[::1]")
                || name.matches("127(\\.[0-9]{1,3}){3}");
    }
}
