package org.gatehouse.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/** The machine that this program runs on, as its kernel tells of it. Stateless. */
public final class ThisMachine {
    private ThisMachine() {}

    /** From the kernel: asking for it by Java may ask the DNS. */
    public static String hostname() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException _) {
            return "localhost";
        }
    }

    /** Its network cards, without the loopback. */
    public static List<SystemChanges.Card> cards() {
        try {
            List<SystemChanges.Card> cards = new ArrayList<>();
            for (NetworkInterface card : NetworkInterface.networkInterfaces().toList()) {
                if (!card.isLoopback()) {
                    byte[] mac = card.getHardwareAddress();
                    cards.add(new SystemChanges.Card(card.getName(),
                            mac == null ? "" : HexFormat.ofDelimiter(":").formatHex(mac),
                            card.isUp(), card.getInterfaceAddresses().stream().map(ThisMachine::text)
                                    .toList()));
                }
            }
            cards.sort(Comparator.comparing(SystemChanges.Card::name));
            return cards;
        } catch (java.net.SocketException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(InterfaceAddress address) {
        return address.getAddress().getHostAddress().replaceFirst("%.*", "") + "/" + address.getNetworkPrefixLength();
    }
}
