package org.gatehouse.acceptance.machine;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.locks.LockSupport;

/**
 * The other member of a virtual machine's second network, down to single frames: it gives the machine an address, and knocks at its ports without
 * any connection tracking or forwarding in between. QEMU carries each frame in a datagram. Thread-safe; one scan at a time.
 */
public final class Neighbour implements Device, AutoCloseable {
    private static final int OUR_PORT = 40_000;
    private static final int LAST_PORT = 65_535;
    private static final int BURST = 40;
    private static final Duration BETWEEN_BURSTS = Duration.ofMillis(10);
    /** For frames that got lost: an emulated card drops what it has no room for. */
    private static final int PASSES = 3;
    private static final Duration ASKING_AGAIN = Duration.ofSeconds(2);
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(5);
    private static final int MOST_BYTES = 2048;

    private final DatagramChannel channel;
    private final int machinePort;
    private final ConcurrentSkipListSet<Integer> openPorts = new ConcurrentSkipListSet<>();
    private final ConcurrentSkipListSet<Integer> refusingPorts = new ConcurrentSkipListSet<>();
    private volatile boolean hasLease;
    private volatile boolean isNamed;

    /**
     * What a scan of all TCP ports found. A port that answers nothing is in neither.
     *
     * @param open ports where somebody listens
     * @param refusing ports that say that nobody does
     */
    public record Ports(SortedSet<Integer> open, SortedSet<Integer> refusing) {}

    private Neighbour(DatagramChannel channel, int machinePort) {
        this.channel = channel;
        this.machinePort = machinePort;
        Thread.ofVirtual().name("neighbour").start(this::read);
    }

    /** A network with room for one machine. */
    public static Neighbour waiting() throws IOException {
        InetAddress here = InetAddress.getLoopbackAddress();
        DatagramChannel channel = DatagramChannel.open().bind(new InetSocketAddress(here, 0));
        try (DatagramSocket free = new DatagramSocket(0, here)) {
            return new Neighbour(channel, free.getLocalPort());
        }
    }

    @Override
    public List<String> plug() throws IOException {
        int ours = ((InetSocketAddress) channel.getLocalAddress()).getPort();
        return List.of("-netdev", "dgram,id=neighbour,local.type=inet,local.host=127.0.0.1,local.port=" + machinePort
                + ",remote.type=inet,remote.host=127.0.0.1,remote.port=" + ours, "-device",
                "virtio-net-pci,netdev=neighbour,mac=52:54:00:aa:00:02,romfile=");
    }

    private void read() {
        ByteBuffer frame = ByteBuffer.allocate(MOST_BYTES);
        try {
            while (true) {
                frame.clear();
                channel.receive(frame);
                frame.flip();
                if (frame.remaining() >= 14) {
                    answer(frame);
                }
            }
        } catch (IOException _) {
            // Closed.
        }
    }

    private void answer(ByteBuffer frame) throws IOException {
        int length = frame.remaining();
        switch (frame.getShort(12) & 0xffff) {
            case Frames.ARP -> {
                if (length >= 42 && frame.getShort(20) == 1 && is(frame, 38, Frames.OUR_IPV4)) {
                    send(Frames.arpReply());
                }
            }
            case Frames.IPV4 -> {
                int body = 14 + (frame.get(14) & 0xf) * 4;
                if (length >= body + 20 && frame.get(23) == Frames.TCP) {
                    tcp(frame, body);
                } else if (length >= body + 8 + 244 && frame.get(23) == Frames.UDP
                        && frame.getShort(body + 2) == 67) {
                    dhcp(frame.slice(body + 8, length - body - 8));
                } else if (length >= body + 8 + 12 && frame.get(23) == Frames.UDP
                        && frame.getShort(body) == Frames.MDNS && frame.get(body + 8 + 2) < 0) {
                    // A reply: the address stands in it as it is.
                    for (int at = body + 8 + 12; at + 4 <= length; at++) {
                        isNamed |= is(frame, at, Frames.THEIR_IPV4);
                    }
                }
            }
            case Frames.IPV6 -> {
                if (length >= 54 + 20 && frame.get(20) == Frames.TCP) {
                    tcp(frame, 54);
                } else if (length >= 54 + 24 && frame.get(20) == Frames.ICMPV6
                        && (frame.get(54) & 0xff) == Frames.SOLICITATION && is(frame, 62, Frames.OUR_IPV6)) {
                    byte[] asker = new byte[16];
                    frame.get(22, asker);
                    send(Frames.advertisement(asker));
                }
            }
            default -> {
            }
        }
    }

    private static boolean is(ByteBuffer frame, int at, byte[] bytes) {
        return frame.slice(at, bytes.length).equals(ByteBuffer.wrap(bytes));
    }

    private void tcp(ByteBuffer frame, int at) {
        if ((frame.getShort(at + 2) & 0xffff) == OUR_PORT) {
            int port = frame.getShort(at) & 0xffff;
            int flags = frame.get(at + 13);
            if ((flags & Frames.RST) != 0) {
                refusingPorts.add(port);
            } else if ((flags & Frames.SYN) != 0) {
                openPorts.add(port);
            }
        }
    }

    private void dhcp(ByteBuffer message) throws IOException {
        for (int at = 240; at + 2 < message.limit() && message.get(at) != -1; at += 2 + (message.get(at + 1) & 0xff)) {
            if (message.get(at) == 53) {
                boolean isRequest = message.get(at + 2) == 3;
                hasLease |= isRequest;
                send(Frames.lease(message, isRequest ? 5 : 2));
                return;
            }
        }
    }

    private void send(ByteBuffer frame) throws IOException {
        channel.send(frame, new InetSocketAddress(InetAddress.getLoopbackAddress(), machinePort));
    }

    /** Whether the machine has taken the address that it was given. */
    public boolean hasLease() {
        return hasLease;
    }

    /** Asks who has a name until the machine says that it has, with the address that it was given; false where it never does. */
    public boolean isFoundAs(String name, Duration limit) throws IOException {
        isNamed = false;
        for (long end = System.nanoTime() + limit.toNanos(); !isNamed && System.nanoTime() < end;) {
            send(Frames.whoHas(name));
            LockSupport.parkNanos(ASKING_AGAIN.toNanos());
        }
        return isNamed;
    }

    /** Knocks at all 65,535 TCP ports, over IPv6 with the link's own address, else over IPv4. Takes about a minute. */
    public Ports scan(boolean overIpv6) throws IOException {
        openPorts.clear();
        refusingPorts.clear();
        for (int pass = 0; pass < PASSES; pass++) {
            for (int port = 1; port <= LAST_PORT; port++) {
                if (!openPorts.contains(port) && !refusingPorts.contains(port)) {
                    send(Frames.tcp(overIpv6, OUR_PORT, port, port, Frames.SYN));
                }
                if (port % BURST == 0) {
                    LockSupport.parkNanos(BETWEEN_BURSTS.toNanos());
                }
            }
            LockSupport.parkNanos(LAST_ANSWERS.toNanos());
        }
        return new Ports(new TreeSet<>(openPorts), new TreeSet<>(refusingPorts));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
