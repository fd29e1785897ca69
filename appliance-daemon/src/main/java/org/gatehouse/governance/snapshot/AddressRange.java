package org.gatehouse.governance.snapshot;

import java.net.InetAddress;
import java.util.Objects;

/** A range of IP addresses in CIDR notation, such as {@code 10.1.0.0/16} or {@code 2001:db8::/32}. Immutable. */
public final class AddressRange {
    private final byte[] network;
    private final int prefixLength;
    private final String text;

    private AddressRange(byte[] network, int prefixLength, String text) {
        this.network = network;
        this.prefixLength = prefixLength;
        this.text = text;
    }

    /**
     * Reads an address or a range; never asks a name server.
     *
     * @throws IllegalArgumentException says what is wrong with the text
     */
    public static AddressRange parse(String text) {
        Objects.requireNonNull(text, "text");
        int slash = text.indexOf('/');
        byte[] network = literal(slash < 0 ? text : text.substring(0, slash));
        int bits = network.length * 8;
        int prefixLength = bits;
        if (slash >= 0) {
            try {
                prefixLength = Integer.parseInt(text.substring(slash + 1));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("'" + text + "' has no number after the slash", e);
            }
        }
        if (prefixLength < 0 || prefixLength > bits) {
            throw new IllegalArgumentException("'" + text + "' needs a prefix length between 0 and " + bits);
        }
        return new AddressRange(network, prefixLength, text);
    }

    private static byte[] literal(String text) {
        try {
            return InetAddress.ofLiteral(text).getAddress();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text + "' is not an IP address", e);
        }
    }

    /** Whether the address lies in the range. An IPv4 range never holds an IPv6 address and the other way round. */
    public boolean contains(InetAddress address) {
        byte[] candidate = address.getAddress();
        if (candidate.length != network.length) {
            return false;
        }
        int whole = prefixLength / 8;
        for (int i = 0; i < whole; i++) {
            if (candidate[i] != network[i]) {
                return false;
            }
        }
        int rest = prefixLength % 8;
        return rest == 0 || ((candidate[whole] ^ network[whole]) & (0xff << (8 - rest)) & 0xff) == 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AddressRange range && range.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** The range as it was written. */
    @Override
    public String toString() {
        return text;
    }
}
