package org.gatehouse.machine;

import java.net.URI;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** How a machine shall be called, tell the time and reach others. Immutable. */
public record MachineSettings(
        @About(value = "Its host name, with or without a domain.", min = 1, max = 253, pattern = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*") String name,
        @About(value = "Of the IANA database, such as Europe/Berlin.", fallback = "\"Etc/UTC\"", min = 1, max = 64) String timeZone,
        @About(value = "Whom it asks for the time; empty: as it is.", fallback = "[]", max = 8) List<String> ntpServers,
        @About(value = "How it is reached.", fallback = "{}") Network network,
        @About("Through whom it reaches providers; null: directly.") @Nullable Proxy proxy) {

    /** Checks what no pattern says. */
    public MachineSettings {
        ntpServers = List.copyOf(ntpServers);
        if (!ZoneId.getAvailableZoneIds().contains(timeZone)) {
            throw new IllegalArgumentException(
                    "timeZone must be a zone of the IANA database, such as Europe/Berlin or Etc/UTC");
        }
        for (String server : ntpServers) {
            Addresses.requireHost("ntpServers", server);
        }
    }

    /** Where addresses come from. */
    public enum Mode {
        /** As it is. */
        UNCHANGED,
        /** From the network. */
        DHCP,
        /** As said here. */
        STATIC
    }

    /** How a machine is reached. */
    public record Network(@About(value = "Where its address comes from.", fallback = "\"unchanged\"") Mode mode,
            @About(value = "The network card, such as eno1; needed unless nothing changes.", min = 1, max = 15) @Nullable String device,
            @About(value = "Its address with the prefix, such as 192.0.2.7/24; needed for static.", min = 1, max = 64) @Nullable String address,
            @About(value = "Who knows the way elsewhere.", min = 1, max = 64) @Nullable String gateway,
            @About(value = "The VLAN's number; null for none.", min = 1, max = 4094) @Nullable Integer vlan,
            @About(value = "Name servers; empty: those that the network tells of.", fallback = "[]", max = 8) List<String> dns,
            @About(value = "Domains that short names are looked up in.", fallback = "[]", max = 8) List<String> searchDomains) {

        /** Nothing changes. */
        public static final Network UNCHANGED = new Network(Mode.UNCHANGED, null, null, null, null, List.of(),
                List.of());

        /** Checks that what belongs together is there. */
        public Network {
            dns = List.copyOf(dns);
            searchDomains = List.copyOf(searchDomains);
            if (mode != Mode.UNCHANGED && device == null) {
                throw new IllegalArgumentException("device must name the network card");
            }
            if (mode == Mode.STATIC && (address == null || !Addresses.isPrefixed(address))) {
                throw new IllegalArgumentException("address must be an address with its prefix, such as 192.0.2.7/24");
            }
            if (gateway != null && !Addresses.isLiteral(gateway)) {
                throw new IllegalArgumentException("gateway must be an address, such as 192.0.2.1");
            }
            for (String server : dns) {
                if (!Addresses.isLiteral(server)) {
                    throw new IllegalArgumentException("dns must hold addresses, such as 192.0.2.53; '" + server
                            + "' is none");
                }
            }
            for (String domain : searchDomains) {
                Addresses.requireHost("searchDomains", domain);
            }
        }
    }

    /** Who passes on what goes to providers. */
    public record Proxy(
            @About(value = "Its address, such as http://proxy.example.com:3128.", min = 1, max = 500) String url,
            @About(value = "Who signs in there; null for nobody.", min = 1, max = 200, pattern = "[^:]+") @Nullable String user,
            @About(value = "The user's password. Absent: the one that is stored stays. Never shown.", min = 1, max = 1000, secret = true) @Nullable String password,
            @About(value = "Hosts and domains that are reached without it.", fallback = "[]", max = 100) List<String> exceptions) {

        /** Checks the address. */
        public Proxy {
            exceptions = List.copyOf(exceptions);
            try {
                URI address = new URI(url);
                String scheme = address.getScheme() == null ? "" : address.getScheme().toLowerCase(Locale.ROOT);
                if (!scheme.equals("http") || address.getHost() == null || address.getUserInfo() != null) {
                    throw new IllegalArgumentException(
                            "url must be http://host:port without a name and a password");
                }
            } catch (java.net.URISyntaxException _) {
                throw new IllegalArgumentException("url must be http://host:port");
            }
        }

        /** Leaves out the password. */
        @Override
        public String toString() {
            return "Proxy[" + url + "]";
        }
    }
}
