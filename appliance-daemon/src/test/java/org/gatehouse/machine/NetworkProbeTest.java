package org.gatehouse.machine;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Random;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Servers on loopback that answer as they are told. */
class NetworkProbeTest {
    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");
    private static final long NTP_NOON = NOON.getEpochSecond() + 2_208_988_800L;

    private static NetworkProbe at(int port) {
        return new NetworkProbe(Clock.fixed(NOON, ZoneOffset.UTC), new Random(1), port, port);
    }

    private static DatagramSocket answering(UnaryOperator<byte[]> answer) throws IOException {
        DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            try {
                DatagramPacket question = new DatagramPacket(new byte[512], 512);
                socket.receive(question);
                byte[] bytes = answer.apply(java.util.Arrays.copyOf(question.getData(), question.getLength()));
                socket.send(new DatagramPacket(bytes, bytes.length, question.getSocketAddress()));
            } catch (IOException _) {
                // The test is over.
            }
        });
        return socket;
    }

    @Test
    void nameServerThatRefusesIsThereNevertheless() throws IOException {
        try (DatagramSocket server = answering(question -> {
            byte[] answer = java.util.Arrays.copyOf(question, 12);
            answer[2] = (byte) 0x80;
            answer[3] = 5;
            return answer;
        })) {
            assertThat(at(server.getLocalPort()).nameServer("127.0.0.1").ok()).isTrue();
        }
    }

    @Test
    void whatAnswersSomethingElseIsNoNameServer() throws IOException {
        try (DatagramSocket server = answering(_ -> "hello, I am no DNS".getBytes(StandardCharsets.US_ASCII))) {
            NetworkProbe.Answer answer = at(server.getLocalPort()).nameServer("127.0.0.1");
            assertThat(answer.ok()).isFalse();
            assertThat(answer.message()).contains("no name server");
        }
    }

    @Test
    void timeServerSaysHowFarTheClockIsOff() throws IOException {
        try (DatagramSocket server = answering(_ -> ByteBuffer.allocate(48).put(0, (byte) 0b00_100_100)
                .put(1, (byte) 2).putInt(40, (int) (NTP_NOON + 90)).array())) {
            NetworkProbe.Answer answer = at(server.getLocalPort()).timeServer("127.0.0.1");
            assertThat(answer.ok()).isTrue();
            assertThat(answer.message()).contains("90 s off");
        }
    }

    @Test
    void timeServerThatDoesNotKnowTheTimeIsRefused() throws IOException {
        try (DatagramSocket server = answering(_ -> ByteBuffer.allocate(48).put(0, (byte) 0b11_100_100).array())) {
            assertThat(at(server.getLocalPort()).timeServer("127.0.0.1").ok()).isFalse();
        }
    }

    @Test
    void nobodyWhereATimeServerShouldBeIsToldAsSuch() {
        NetworkProbe.Answer answer = at(1).timeServer("127.0.0.1");
        assertThat(answer.ok()).isFalse();
        assertThat(answer.message()).contains("127.0.0.1");
    }

    @Test
    void proxyThatWantsAPasswordOrIsNoneIsRefused() throws IOException {
        assertThat(proxied("HTTP/1.1 200 OK\r\n\r\n").ok()).isTrue();
        assertThat(proxied("HTTP/1.1 403 Forbidden\r\n\r\n").ok()).isTrue();
        assertThat(proxied("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").message()).contains("password");
        assertThat(proxied("SSH-2.0-OpenSSH\r\n").message()).contains("no HTTP proxy");
    }

    private static NetworkProbe.Answer proxied(String answer) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> {
                try (Socket client = server.accept()) {
                    client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                    client.getInputStream().readNBytes(20);
                } catch (IOException _) {
                    // The test is over.
                }
            });
            return at(1).proxy("http://127.0.0.1:" + server.getLocalPort(), null, null,
                    "example.com:443");
        }
    }

    @Test
    void addressesAreComparedByTheirNetworks() {
        assertThat(Addresses.inOneNet("192.0.2.7/24", "192.0.2.1")).isTrue();
        assertThat(Addresses.inOneNet("192.0.2.7/25", "192.0.2.129")).isFalse();
        assertThat(Addresses.inOneNet("2001:db8::7/64", "2001:db8::1")).isTrue();
        assertThat(Addresses.inOneNet("192.0.2.7/24", "2001:db8::1")).isFalse();
        assertThat(Addresses.isPrefixed("192.0.2.7/33")).isFalse();
        assertThat(Addresses.isPrefixed("192.0.2.7")).isFalse();
        assertThat(Addresses.isPrefixed("example.com/24")).isFalse();
    }
}
