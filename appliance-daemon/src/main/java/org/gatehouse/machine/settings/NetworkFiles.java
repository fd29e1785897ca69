package org.gatehouse.machine.settings;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

import org.gatehouse.machine.MachineSettings.Mode;
import org.gatehouse.machine.MachineSettings.Network;

/**
 * What systemd-networkd reads of a network (systemd.network(5), systemd.netdev(5)). Every word is made here: of what was
 * asked for, only addresses, numbers and names that were checked get in. Stateless.
 */
final class NetworkFiles {
    /** Sorted before the file that gives every card an address from the network. */
    static final String CARD = "etc/systemd/network/10-gatehouse.network";
    static final String VLAN_DEVICE = "etc/systemd/network/10-gatehouse-vlan.netdev";
    static final String VLAN = "etc/systemd/network/11-gatehouse-vlan.network";
    /** All that there can be. */
    static final List<String> ALL = List.of(CARD, VLAN_DEVICE, VLAN);

    private NetworkFiles() {}

    /** What each of {@link #ALL} shall be. The network must have been checked. */
    static Map<String, Content> of(Network network) {
        Map<String, Content> files = new LinkedHashMap<>();
        ALL.forEach(path -> files.put(path, new Content.Nothing()));
        if (network.mode() == Mode.UNCHANGED) {
            return files;
        }
        String card = Objects.requireNonNull(network.device());
        Integer vlan = network.vlan();
        if (vlan == null) {
            files.put(CARD, new Content.Text("[Match]\nName=" + card + "\n\n" + addresses(network)));
        } else {
            String name = vlanName(vlan);
            // The card itself carries the VLAN and has no address.
            files.put(CARD, new Content.Text("[Match]\nName=" + card + "\n\n[Network]\nVLAN=" + name
                    + "\nDHCP=no\nIPv6AcceptRA=no\nLinkLocalAddressing=no\nLLMNR=no\n"));
            files.put(VLAN_DEVICE,
                    new Content.Text("# On " + card + ".\n[NetDev]\nName=" + name + "\nKind=vlan\n\n[VLAN]\nId=" + vlan
                            + "\n"));
            files.put(VLAN, new Content.Text("[Match]\nName=" + name + "\n\n" + addresses(network)));
        }
        return files;
    }

    /** What the VLAN's device is called: after its number, so that another number is another device. */
    static String vlanName(int vlan) {
        return "vlan" + vlan;
    }

    private static String addresses(Network network) {
        StringBuilder text = new StringBuilder("[Network]\n");
        boolean dhcp = network.mode() == Mode.DHCP;
        if (dhcp) {
            text.append("DHCP=yes\nIPv6AcceptRA=yes\nLinkLocalAddressing=yes\n");
        } else {
            text.append("Address=").append(prefixed(Objects.requireNonNull(network.address()))).append('\n');
            if (network.gateway() != null) {
                text.append("Gateway=").append(plain(network.gateway())).append('\n');
            }
            text.append("DHCP=no\nIPv6AcceptRA=no\nLinkLocalAddressing=ipv6\n");
        }
        text.append("MulticastDNS=yes\nLLMNR=no\n");
        network.dns().forEach(server -> text.append("DNS=").append(plain(server)).append('\n'));
        if (!network.searchDomains().isEmpty()) {
            text.append("Domains=").append(network.searchDomains().stream().collect(Collectors.joining(" ")))
                    .append('\n');
        }
        if (dhcp) {
            String own = network.dns().isEmpty() ? "yes" : "no";
            text.append("\n[DHCPv4]\nUseDNS=").append(own).append("\nUseDomains=")
                    .append(network.searchDomains().isEmpty() ? "yes" : "no").append("\nUseTimezone=no\n");
            text.append("\n[DHCPv6]\nUseDNS=").append(own).append("\n\n[IPv6AcceptRA]\nUseDNS=").append(own)
                    .append('\n');
        }
        return text.toString();
    }

    private static String prefixed(String address) {
        int slash = address.indexOf('/');
        return plain(address.substring(0, slash)) + "/" + Integer.parseInt(address.substring(slash + 1));
    }

    /** As Java writes it, whatever was given: one form of many, and without the name of a card. */
    private static String plain(String address) {
        return InetAddress.ofLiteral(address).getHostAddress().replaceFirst("%.*", "");
    }
}
