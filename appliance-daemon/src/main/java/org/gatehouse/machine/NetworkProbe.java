package org.gatehouse.machine;

import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

/** Asks the servers of a network whether they do their work. Each question takes a few seconds at most. Thread-safe. */
public final class NetworkProbe {
    private static final int DNS_PORT = 53;
    private static final int NTP_PORT = 123;
    private static final int USUAL_PROXY_PORT = 3128;
    private static final int PATIENCE_MILLIS = 3_000;
    private static final int NTP_BYTES = 48;
    /** Seconds between 1900, where NTP's time begins, and 1970 (RFC 5905 6). */
    private static final long NTP_TO_UNIX = 2_208_988_800L;
    /** A clock that is further off makes one-time codes and tokens fail. */
    private static final Duration WORTH_TELLING = Duration.ofSeconds(2);

    private final Clock clock;
    private final RandomGenerator random;
    private final int dnsPort;
    private final int ntpPort;

    /** At the ports where such servers are. */
    public NetworkProbe(Clock clock, RandomGenerator random) {
        this(clock, random, DNS_PORT, NTP_PORT);
    }

    NetworkProbe(Clock clock, RandomGenerator random, int dnsPort, int ntpPort) {
        this.clock = clock;
        this.random = random;
        this.dnsPort = dnsPort;
        this.ntpPort = ntpPort;
    }

    /** What came of a question. */
    public record Answer(boolean ok, String message) {}

    /** Asks a name server for the root's servers (RFC 1035 4): whatever it answers, it is there. */
    public Answer nameServer(String address) {
        int id = random.nextInt(1 << 16);
        ByteBuffer question = ByteBuffer.allocate(17);
        question.putShort((short) id).putShort((short) 0x0100).putShort((short) 1).putShort((short) 0)
                .putShort((short) 0).putShort((short) 0);
        question.put((byte) 0).putShort((short) 2).putShort((short) 1);
        try {
            ByteBuffer answer = ask(InetAddress.ofLiteral(address), dnsPort, question.array(), 512);
            return answer.remaining() >= 12 && (answer.getShort(0) & 0xffff) == id
                    ? new Answer(true, "The name server " + address + " answers.")
                    : new Answer(false, "What answers at " + address + " is no name server. Check the address.");
        } catch (SocketTimeoutException _) {
            return new Answer(false, "The name server " + address + " does not answer. Check the address, and that the"
                    + " network lets UDP port 53 through.");
        } catch (IOException e) {
            return new Answer(false, "The name server " + address + " can't be asked: " + e.getMessage()
                    + ". Check the network.");
        }
    }

    /** Asks a server for the time (SNTP, RFC 4330) and says how far the box's clock is off. */
    public Answer timeServer(String host) {
        byte[] question = new byte[NTP_BYTES];
        question[0] = 0b00_100_011; // version 4, client
        try {
            Instant sent = clock.instant();
            ByteBuffer answer = ask(InetAddress.getByName(host), ntpPort, question, NTP_BYTES);
            if (answer.remaining() < NTP_BYTES || (answer.get(0) & 7) != 4 || answer.get(1) == 0) {
                return new Answer(false, "What answers at " + host + " does not know the time. Take another server.");
            }
            Duration half = Duration.between(sent, clock.instant()).dividedBy(2);
            long seconds = (answer.getInt(40) & 0xffffffffL) - NTP_TO_UNIX;
            long nanos = (answer.getInt(44) & 0xffffffffL) * 1_000_000_000L >>> 32;
            Duration off = Duration.between(sent.plus(half), Instant.ofEpochSecond(seconds, nanos));
            return new Answer(true, "The time server " + host + " answers; the box's clock is "
                    + (off.abs().compareTo(WORTH_TELLING) < 0
                            ? off.toMillis() + " ms off."
                            : off.toSeconds() + " s off, which the time server mends."));
        } catch (UnknownHostException _) {
            return new Answer(false, "No name server knows " + host + ". Check the name, or give an address.");
        } catch (SocketTimeoutException _) {
            return new Answer(false, "The time server " + host + " does not answer. Check the name, and that the"
                    + " network lets UDP port 123 through; or leave the servers out.");
        } catch (IOException e) {
            return new Answer(false, "The time server " + host + " can't be asked: " + e.getMessage()
                    + ". Check the network.");
        }
    }

    private static ByteBuffer ask(InetAddress address, int port, byte[] question, int longest) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(address, port);
            socket.send(new DatagramPacket(question, question.length));
            DatagramPacket answer = new DatagramPacket(new byte[longest], longest);
            socket.receive(answer);
            return ByteBuffer.wrap(answer.getData(), 0, answer.getLength()).slice();
        }
    }

    /**
     * Has a proxy connect to a host (RFC 9110 9.3.6). Any answer that is HTTP shows that it is one.
     *
     * @param user who signs in there; {@code null} for nobody
     * @param password of that user; {@code null} for none
     */
    public Answer proxy(String url, @Nullable String user, @Nullable String password, String target) {
        URI address = URI.create(url);
        int port = address.getPort() < 0 ? USUAL_PROXY_PORT : address.getPort();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address.getHost(), port), PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            String credentials = user == null
                    ? ""
                    : "Proxy-Authorization: Basic " + Base64.getEncoder().encodeToString(
                            (user + ":" + (password == null ? "" : password)).getBytes(StandardCharsets.UTF_8))
                            + "\r\n";
            socket.getOutputStream().write(("CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n" + credentials
                    + "\r\n").getBytes(StandardCharsets.US_ASCII));
            String status = line(socket.getInputStream());
            if (!status.startsWith("HTTP/1.")) {
                return new Answer(false, "What answers at " + url + " is no HTTP proxy. Check its port.");
            }
            String code = status.length() >= 12 ? status.substring(9, 12) : "";
            return code.equals("200")
                    ? new Answer(true, "The proxy connects to " + target + ".")
                    : new Answer(!code.equals("407"), "The proxy answers, and gave status " + code + " for " + target
                            + (code.equals("407") ? ": correct its user and password." : "."));
        } catch (UnknownHostException _) {
            return new Answer(false, "No name server knows " + address.getHost() + ". Check the proxy's name.");
        } catch (IOException e) {
            return new Answer(false, "The proxy " + url + " can't be reached: " + e.getMessage()
                    + ". Check its address and port.");
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int letter = in.read(); letter >= 0 && letter != '\n' && line.length() < 200; letter = in.read()) {
            line.append((char) letter);
        }
        return line.toString().strip();
    }
}
