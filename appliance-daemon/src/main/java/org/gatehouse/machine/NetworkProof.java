package org.gatehouse.machine;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

import org.gatehouse.machine.MachineSettings.Mode;
import org.gatehouse.machine.MachineSettings.Network;
import org.gatehouse.machine.agent.Refused;

/**
 * Decides on a change of the network that was made on the box's own screen, where nobody can be cut off: it is kept when
 * the network proves to work, and undone when it does not. Takes 20 seconds at most. Thread-safe.
 *
 * @param neighbours whether somebody on the link has that IPv4 address
 */
public record NetworkProof(SystemChanges machine, Neighbours neighbours, Pause pause) {
    /** The change comes into force a moment after it was asked for, and can't be kept before. */
    private static final Duration BEFORE = Duration.ofMillis(2_500);
    private static final Duration BETWEEN = Duration.ofMillis(500);
    private static final int MOST_ROUNDS = 36;
    private static final int DISCARD = 9;

    /** Waits. */
    public interface Pause {
        void pause(Duration time) throws InterruptedException;
    }

    /** Who is on the link. */
    public interface Neighbours {
        /** Those that the kernel finds (RFC 826). Whatever the other does with the datagram, it had to say who it is. */
        Neighbours OF_KERNEL = address -> {
            try (DatagramSocket socket = new DatagramSocket()) {
                socket.send(new DatagramPacket(new byte[1], 1, InetAddress.ofLiteral(address), DISCARD));
                return Files.readAllLines(Path.of("/proc/net/arp")).stream().map(line -> line.split("\\s+"))
                        .anyMatch(column -> column.length > 3 && column[0].equals(address)
                                && !column[3].equals("00:00:00:00:00:00"));
            } catch (IOException _) {
                return false;
            }
        };

        boolean answers(String address);
    }

    /**
     * How it was decided.
     *
     * @param kept whether the change stays
     * @param message why, and what to do
     */
    public record Decision(boolean kept, String message) {}

    /** Waits until it is known, and keeps or undoes what is on trial. */
    public Decision decide(Network wanted) throws Refused, IOException, InterruptedException {
        pause.pause(BEFORE);
        Optional<SystemChanges.Card> card = card(wanted);
        if (card.filter(SystemChanges.Card::up).isEmpty()) {
            machine.keep();
            return new Decision(true, "The network card " + name(wanted) + " has no link, so the change could not be"
                    + " tried. It is kept; check the cable.");
        }
        for (int round = 0; round < MOST_ROUNDS; round++) {
            if (works(wanted)) {
                machine.keep();
                return new Decision(true, "The network works.");
            }
            pause.pause(BETWEEN);
        }
        machine.undo();
        return new Decision(false, wanted.mode() == Mode.DHCP
                ? "Nobody gave the network card " + name(wanted)
                        + " an address (DHCP). The change was undone. Check the"
                        + " cable and the VLAN, or give a fixed address."
                : "The gateway " + wanted.gateway()
                        + " does not answer. The change was undone. Correct the address, the"
                        + " gateway or the VLAN; or take the cable out if it is the wrong one for now.");
    }

    private boolean works(Network wanted) {
        boolean addressed = card(wanted).stream().flatMap(card -> card.addresses().stream()).anyMatch(address -> wanted
                .mode() == Mode.STATIC ? address.equals(wanted.address()) : isGlobal(address));
        String gateway = wanted.gateway();
        if (!addressed || wanted.mode() != Mode.STATIC || gateway == null) {
            return addressed;
        }
        // Nothing tells of IPv6 neighbours without a program of the system's; the address that is there must do.
        return !(InetAddress.ofLiteral(gateway) instanceof Inet4Address) || neighbours.answers(gateway);
    }

    private static boolean isGlobal(String prefixed) {
        InetAddress address = InetAddress.ofLiteral(prefixed.substring(0, prefixed.indexOf('/')));
        return !address.isLinkLocalAddress() && !address.isLoopbackAddress();
    }

    private Optional<SystemChanges.Card> card(Network wanted) {
        return machine.facts().cards().stream().filter(card -> card.name().equals(name(wanted))).findFirst();
    }

    private static String name(Network wanted) {
        return wanted.vlan() == null ? String.valueOf(wanted.device()) : "vlan" + wanted.vlan();
    }
}
