package org.gatehouse.acceptance.machine;

import java.nio.ByteBuffer;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class FramesTest {

    /** RFC 1071: the sum over everything that a checksum is about, the checksum included, is all ones. */
    private static int sum(ByteBuffer frame, int from, int to, int begun) {
        int sum = begun;
        for (int at = from; at < to; at += 2) {
            sum += frame.getShort(at) & 0xffff;
        }
        return (sum & 0xffff) + (sum >>> 16);
    }

    @Test
    void knockOverIpv4IsOneThatAnyMachineTakes() {
        ByteBuffer frame = Frames.tcp(false, 40_000, 443, 7, Frames.SYN);
        assertThat(frame.remaining()).isEqualTo(14 + 20 + 20);
        assertThat(sum(frame, 14, 34, 0)).isEqualTo(0xffff);
        assertThat(sum(frame, 26, 54, Frames.TCP + 20)).isEqualTo(0xffff);
        assertThat(frame.getShort(36)).isEqualTo((short) 443);
    }

    @Test
    void knockOverIpv6IsOneThatAnyMachineTakes() {
        ByteBuffer frame = Frames.tcp(true, 40_000, 443, 7, Frames.SYN);
        assertThat(frame.remaining()).isEqualTo(14 + 40 + 20);
        assertThat(sum(frame, 22, 74, Frames.TCP + 20)).isEqualTo(0xffff);
    }

    @Test
    void advertisementNamesOurHardware() {
        ByteBuffer frame = Frames.advertisement(Frames.THEIR_IPV6);
        assertThat(frame.remaining()).isEqualTo(14 + 40 + 32);
        assertThat(sum(frame, 22, 86, Frames.ICMPV6 + 32)).isEqualTo(0xffff);
        assertThat(frame.get(21) & 0xff).as("hop limit, RFC 4861 7.1.2").isEqualTo(255);
    }
}
