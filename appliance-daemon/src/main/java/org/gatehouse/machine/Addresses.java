package org.gatehouse.machine;

import java.net.InetAddress;
import java.util.regex.Pattern;

/** Addresses as text, without asking a name server. Stateless. */
public final class Addresses {
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?");

    private Addresses() {}

    /** Whether it is an IPv4 or IPv6 address. */
    public static boolean isLiteral(String text) {
        try {
            InetAddress.ofLiteral(text);
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /** Whether it is an address with the length of its network's prefix, such as {@code 192.0.2.7/24}. */
    public static boolean isPrefixed(String text) {
        int slash = text.indexOf('/');
        return slash > 0 && isLiteral(text.substring(0, slash)) && text.substring(slash + 1).matches("[0-9]{1,3}")
                && prefix(text) <= 8 * address(text).getAddress().length;
    }

    /** Whether the two lie in the network of the first, which has a prefix. */
    public static boolean inOneNet(String prefixed, String other) {
        byte[] one = address(prefixed).getAddress();
        byte[] two = InetAddress.ofLiteral(other).getAddress();
        if (one.length != two.length) {
            return false;
        }
        for (int bit = 0; bit < prefix(prefixed); bit++) {
            int mask = 0x80 >> bit % 8;
            if ((one[bit / 8] & mask) != (two[bit / 8] & mask)) {
                return false;
            }
        }
        return true;
    }

    /** Whether a host may have that address, which has a prefix: no network's own, no broadcast, nobody's and not everybody's. */
    public static boolean isOfAHost(String prefixed) {
        if (!isPrefixed(prefixed) || prefix(prefixed) == 0) {
            return false;
        }
        InetAddress address = address(prefixed);
        if (address.isAnyLocalAddress() || address.isLoopbackAddress() || address.isMulticastAddress()) {
            return false;
        }
        byte[] bytes = address.getAddress();
        int host = 8 * bytes.length - prefix(prefixed);
        // RFC 3021: networks of two have neither; IPv6 has no broadcast, and its first address is the routers'.
        if (bytes.length != 4 || host < 2) {
            return bytes.length != 4 || (bytes[0] & 0xff) < 0xf0;
        }
        int low = java.nio.ByteBuffer.wrap(bytes).getInt() & (1 << host) - 1;
        return low != 0 && low != (1 << host) - 1 && (bytes[0] & 0xff) != 0 && (bytes[0] & 0xff) < 0xf0;
    }

    /** Whether the first, which has a prefix, is the second. */
    public static boolean same(String prefixed, String other) {
        return address(prefixed).equals(InetAddress.ofLiteral(other));
    }

    /** Whether it is an address of this very machine to itself. */
    public static boolean isLoopback(String text) {
        return isLiteral(text) && InetAddress.ofLiteral(text).isLoopbackAddress();
    }

    /** Whether it is an IPv6 address of its link alone, as routers announce themselves. */
    public static boolean isLinkLocal6(String literal) {
        InetAddress address = InetAddress.ofLiteral(literal);
        return address.getAddress().length == 16 && address.isLinkLocalAddress();
    }

    private static InetAddress address(String prefixed) {
        return InetAddress.ofLiteral(prefixed.substring(0, prefixed.indexOf('/')));
    }

    private static int prefix(String prefixed) {
        return Integer.parseInt(prefixed.substring(prefixed.indexOf('/') + 1));
    }

    static void requireHost(String field, String host) {
        if (!isLiteral(host) && !HOST.matcher(host).matches()) {
            throw new IllegalArgumentException(field + " must hold host names or addresses; '" + host + "' is none");
        }
    }
}
