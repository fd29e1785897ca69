package org.gatehouse.gateway.upstream.http;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;

/**
 * Tells addresses of the public internet from all others, by the IANA special-purpose registries for IPv4 and IPv6. IPv6 forms
 * that carry an IPv4 address are judged by that address. Stateless.
 */
final class AddressGuard {
    private static final List<Prefix> NOT_PUBLIC_V4 = List.of(
            // this network, private, carrier NAT, loopback, link-local with the clouds' metadata service
            v4(0, 0, 0, 0, 8), v4(10, 0, 0, 0, 8), v4(100, 64, 0, 0, 10), v4(127, 0, 0, 0, 8), v4(169, 254, 0, 0, 16),
            v4(172, 16, 0, 0, 12), v4(192, 168, 0, 0, 16),
            // protocol assignments, documentation, 6to4 relays, benchmarking
            v4(192, 0, 0, 0, 24), v4(192, 0, 2, 0, 24), v4(192, 88, 99, 0, 24), v4(198, 18, 0, 0, 15),
            v4(198, 51, 100, 0, 24),
            v4(203, 0, 113, 0, 24),
            // multicast, reserved and broadcast
            v4(224, 0, 0, 0, 4), v4(240, 0, 0, 0, 4));

    private static final Prefix GLOBAL_UNICAST = v6(3, 0x20);
    private static final List<Prefix> NOT_PUBLIC_V6 = List.of(
            // Teredo and other protocol assignments 2001::/23, documentation 2001:db8::/32 and 3fff::/20
            v6(23, 0x20, 0x01, 0x00), v6(32, 0x20, 0x01, 0x0d, 0xb8), v6(20, 0x3f, 0xff, 0x00));
    private static final Prefix NAT64 = v6(96, 0x00, 0x64, 0xff, 0x9b);
    private static final Prefix SIX_TO_FOUR = v6(16, 0x20, 0x02);
    private static final Prefix MAPPED = v6(96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff);

    private AddressGuard() {}

    /** Whether the address belongs to the public internet. */
    static boolean isPublic(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == 4 ? isPublicV4(bytes) : isPublicV6(bytes);
    }

    private static boolean isPublicV4(byte[] bytes) {
        return NOT_PUBLIC_V4.stream().noneMatch(prefix -> prefix.holds(bytes));
    }

    private static boolean isPublicV6(byte[] bytes) {
        if (NAT64.holds(bytes) || MAPPED.holds(bytes)) {
            return isPublicV4(Arrays.copyOfRange(bytes, 12, 16));
        }
        if (SIX_TO_FOUR.holds(bytes)) {
            return isPublicV4(Arrays.copyOfRange(bytes, 2, 6));
        }
        // Outside 2000::/3 nothing is global: unspecified, loopback, IPv4-compatible, unique local, link-local, multicast, local NAT64.
        return GLOBAL_UNICAST.holds(bytes) && NOT_PUBLIC_V6.stream().noneMatch(prefix -> prefix.holds(bytes));
    }

    private static Prefix v4(int first, int second, int third, int fourth, int bits) {
        return new Prefix(new byte[]{(byte) first, (byte) second, (byte) third, (byte) fourth}, bits);
    }

    private static Prefix v6(int bits, int... leading) {
        byte[] bytes = new byte[16];
        for (int index = 0; index < leading.length; index++) {
            bytes[index] = (byte) leading[index];
        }
        return new Prefix(bytes, bits);
    }

    /** The addresses whose first bits are these. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Prefix(byte[] bytes, int bits) {
        boolean holds(byte[] address) {
            for (int bit = 0; bit < bits; bit += 8) {
                int mask = bits - bit >= 8 ? 0xff : (0xff << (8 - (bits - bit))) & 0xff;
                if (((bytes[bit >> 3] ^ address[bit >> 3]) & mask) != 0) {
                    return false;
                }
            }
            return true;
        }
    }
}
