package org.gatehouse.acceptance.machine;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Ethernet frames of the few kinds that a neighbour sends: ARP (RFC 826), DHCP (RFC 2131), neighbour advertisements (RFC 4861), TCP (RFC 9293), multicast DNS (RFC 6762).
 * Stateless.
 */
final class Frames {
    static final int IPV4 = 0x0800;
    static final int ARP = 0x0806;
    static final int IPV6 = 0x86dd;
    static final int TCP = 6;
    static final int UDP = 17;
    static final int ICMPV6 = 58;
    static final int MDNS = 5353;
    static final int SYN = 0x02;
    static final int RST = 0x04;
    static final int ADVERTISEMENT = 136;
    static final int SOLICITATION = 135;

    static final byte[] OURS = hex("525400aa0001");
    static final byte[] THEIRS = hex("525400aa0002");
    static final byte[] OUR_IPV4 = hex("c0000201");
    static final byte[] THEIR_IPV4 = hex("c000020a");
    static final byte[] OUR_IPV6 = hex("fe800000000000000000000000000001");
    /** What RFC 4291 appendix A makes of {@link #THEIRS}. */
    static final byte[] THEIR_IPV6 = hex("fe80000000000000505400fffeaa0002");

    private static final int HOPS = 64;
    private static final int ND_HOPS = 255;
    private static final byte[] BROADCAST = hex("ffffffffffff");

    private Frames() {}

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }

    private static ByteBuffer ethernet(byte[] to, int type, int size) {
        return ByteBuffer.allocate(14 + size).put(to).put(OURS).putShort((short) type);
    }

    /** Says which hardware address our IPv4 address has. */
    static ByteBuffer arpReply() {
        return ethernet(THEIRS, ARP, 28).putShort((short) 1).putShort((short) IPV4).put((byte) 6).put((byte) 4)
                .putShort((short) 2).put(OURS).put(OUR_IPV4).put(THEIRS).put(THEIR_IPV4).flip();
    }

    /** Says which hardware address our IPv6 address has. */
    static ByteBuffer advertisement(byte[] asker) {
        ByteBuffer body = ByteBuffer.allocate(32).put((byte) ADVERTISEMENT).put((byte) 0).putShort((short) 0)
                .putInt(0x60000000).put(OUR_IPV6).put((byte) 2).put((byte) 1).put(OURS).flip();
        body.putShort(2, checksum(body, OUR_IPV6, asker, ICMPV6));
        return ipv6(asker, ICMPV6, ND_HOPS, body);
    }

    /** A first word to a port, or with {@link #RST} the last one. */
    static ByteBuffer tcp(boolean isIpv6, int from, int port, int sequence, int flags) {
        ByteBuffer body = ByteBuffer.allocate(20).putShort((short) from).putShort((short) port).putInt(sequence)
                .putInt(0).put((byte) 0x50).put((byte) flags).putShort((short) 1024).putInt(0).flip();
        body.putShort(16, isIpv6
                ? checksum(body, OUR_IPV6, THEIR_IPV6, TCP)
                : checksum(body, OUR_IPV4, THEIR_IPV4, TCP));
        return isIpv6 ? ipv6(THEIR_IPV6, TCP, HOPS, body) : ipv4(THEIRS, THEIR_IPV4, TCP, body);
    }

    /**
     * The answer to a DHCP message: the address that we have for the only other member of this network.
     *
     * @param asked the whole message, from its first byte
     * @param kind 2 to offer, 5 to acknowledge
     */
    static ByteBuffer lease(ByteBuffer asked, int kind) {
        ByteBuffer message = ByteBuffer.allocate(300).put((byte) 2).put((byte) 1).put((byte) 6).put((byte) 0)
                .putInt(asked.getInt(4)).putShort((short) 0).putShort(asked.getShort(10)).putInt(0).put(THEIR_IPV4)
                .put(OUR_IPV4).putInt(0).put(THEIRS).position(236).putInt(0x63825363)
                .put(new byte[]{53, 1, (byte) kind, 54, 4}).put(OUR_IPV4).put(new byte[]{51, 4, 0, 1, 0, 0})
                .put(hex("0104ffffff00")).put((byte) 255).rewind();
        ByteBuffer datagram = ByteBuffer.allocate(308).putShort((short) 67).putShort((short) 68).putShort((short) 308)
                .putShort((short) 0).put(message).flip();
        return ipv4(BROADCAST, hex("ffffffff"), UDP, datagram);
    }

    /** Asks everybody on the network who has this name, for an IPv4 address (RFC 6762). */
    static ByteBuffer whoHas(String name) {
        ByteBuffer body = ByteBuffer.allocate(8 + 12 + name.length() + 2 + 4).position(8)
                .putShort((short) 0).putShort((short) 0).putShort((short) 1).putShort((short) 0).putShort((short) 0)
                .putShort((short) 0);
        for (String label : name.split("\\.")) {
            body.put((byte) label.length()).put(label.getBytes(StandardCharsets.US_ASCII));
        }
        body.put((byte) 0).putShort((short) 1).putShort((short) 1);
        body.putShort(0, (short) MDNS).putShort(2, (short) MDNS).putShort(4, (short) body.limit()).flip();
        return ipv4(hex("01005e0000fb"), hex("e00000fb"), UDP, body);
    }

    private static ByteBuffer ipv4(byte[] hardware, byte[] to, int protocol, ByteBuffer body) {
        ByteBuffer head = ByteBuffer.allocate(20).put((byte) 0x45).put((byte) 0)
                .putShort((short) (20 + body.remaining())).putInt(0).put((byte) HOPS).put((byte) protocol)
                .putShort((short) 0).put(OUR_IPV4).put(to).flip();
        head.putShort(10, (short) ~sum(head, 0));
        return ethernet(hardware, IPV4, 20 + body.remaining()).put(head).put(body).flip();
    }

    private static ByteBuffer ipv6(byte[] to, int protocol, int hops, ByteBuffer body) {
        return ethernet(THEIRS, IPV6, 40 + body.remaining()).putInt(0x60000000).putShort((short) body.remaining())
                .put((byte) protocol).put((byte) hops).put(OUR_IPV6).put(to).put(body).flip();
    }

    /** With the addresses, as TCP over IPv4 (RFC 9293 3.1) and everything over IPv6 (RFC 8200 8.1) has it. */
    private static short checksum(ByteBuffer body, byte[] from, byte[] to, int protocol) {
        int around = sum(ByteBuffer.wrap(from), sum(ByteBuffer.wrap(to), protocol + body.remaining()));
        return (short) ~sum(body, around);
    }

    private static int sum(ByteBuffer words, int begun) {
        int sum = begun;
        for (int at = words.position(); at < words.limit(); at += 2) {
            sum += words.getShort(at) & 0xffff;
        }
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return sum;
    }
}
