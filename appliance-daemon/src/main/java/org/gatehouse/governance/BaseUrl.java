package org.gatehouse.governance;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.snapshot.AddressRange;

/**
 * Whether an upstream's base URL is one that the box may call. Looks at the text alone and asks no name server: what a
 * name resolves to is checked by whoever connects, each time (a name can change its address after it was checked).
 */
final class BaseUrl {
    private static final AddressRange SHARED = AddressRange.parse("100.64.0.0/10");
    private static final AddressRange UNIQUE_LOCAL = AddressRange.parse("fc00::/7");

    private BaseUrl() {}

    /** What is wrong with it, or {@code null}. */
    static @Nullable String problem(String text, boolean local, boolean privateAddressesAllowed) {
        if (text.startsWith("unix:")) {
            if (!local) {
                return "may be a unix: socket only where the upstream is local";
            }
            return text.startsWith("unix:/") && text.indexOf("..") < 0 ? null : "must be unix:/absolute/path";
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
            return "must be https://host/path, http://host/path or unix:/path";
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

    private static boolean isPrivate(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        if (name.equals("localhost") || name.endsWith(".localhost")) {
            return true;
        }
        boolean literal = name.startsWith("[") || name.matches("[0-9.]+");
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
}
