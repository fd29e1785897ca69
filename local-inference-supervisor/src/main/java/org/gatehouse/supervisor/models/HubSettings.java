package org.gatehouse.supervisor.models;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A model hub or a mirror of one, as an administrator set it up.
 *
 * @param name what wishes call it
 * @param base its address, such as {@code https://models.example.com}; {@code http} or {@code https}
 * @param redirectHosts hosts beside its own that it may send downloads to: {@code host}, {@code host:port}, or
 *        {@code *.example.com}, which stands for hosts with public addresses only
 * @param token the access token, asked for anew at each request and sent to {@code base} alone; empty text for none
 * @param clients makes the client to build on, with the proxy and the trusted certificates that this machine needs
 */
public record HubSettings(String name, URI base, List<String> redirectHosts, Supplier<String> token,
        Supplier<HttpClient.Builder> clients) {

    /**
     * Checks the address and copies the hosts.
     *
     * @throws IllegalArgumentException when the address is not one of HTTP
     */
    public HubSettings {
        String scheme = String.valueOf(base.getScheme()).toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https") || base.getHost() == null) {
            throw new IllegalArgumentException("The address of hub " + name + " is `" + base
                    + "`, which is not one of HTTP. Give it as https://host or https://host/path.");
        }
        redirectHosts = List.copyOf(redirectHosts);
    }

    /** A hub that needs no token and redirects nowhere else. */
    public static HubSettings of(String name, URI base) {
        return new HubSettings(name, base, List.of(), () -> "", HttpClient::newBuilder);
    }

    /** This hub with hosts that it may send downloads to. */
    public HubSettings withRedirectHosts(String... hosts) {
        return new HubSettings(name, base, List.of(hosts), token, clients);
    }

    /** This hub with an access token. */
    public HubSettings withToken(Supplier<String> changed) {
        return new HubSettings(name, base, redirectHosts, changed, clients);
    }

    /**
     * Why a redirect may not lead there; empty when it may: to the hub itself or an allowed host, and never from https to http. Whoever
     * controls the names below a wildcard must not reach this machine's own network by it, so those are looked up.
     */
    Optional<String> refusal(URI target) {
        String host = target.getHost() == null ? "" : target.getHost().toLowerCase(Locale.ROOT);
        String scheme = String.valueOf(target.getScheme()).toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !(scheme.equals("http") && "http".equalsIgnoreCase(base.getScheme()))) {
            return Optional.of("it is not https");
        }
        boolean usualPort = port(target) == (scheme.equals("https") ? 443 : 80);
        for (String entry : redirectHosts) {
            String allowed = entry.toLowerCase(Locale.ROOT);
            if (allowed.equals(host + ":" + port(target)) || allowed.equals(host) && usualPort) {
                return Optional.empty();
            }
            if (allowed.startsWith("*.") && host.endsWith(allowed.substring(1)) && usualPort) {
                return isPublic(host) ? Optional.empty() : Optional.of("it lies in a private network");
            }
        }
        return isOurs(target) ? Optional.empty() : Optional.of("it is not one of the hub's redirect hosts");
    }

    private static boolean isPublic(String host) {
        try {
            return Stream.of(InetAddress.getAllByName(host)).allMatch(HubSettings::isPublic);
        } catch (UnknownHostException e) {
            return true; // Only a proxy can reach it then, and the proxy looks it up itself.
        }
    }

    private static boolean isPublic(InetAddress address) {
        byte[] bytes = address.getAddress();
        boolean uniqueLocal = bytes.length == 16 && (bytes[0] & 0xFE) == 0xFC; // RFC 4193
        boolean carrierGrade = bytes.length == 4 && bytes[0] == 100 && (bytes[1] & 0xC0) == 64; // RFC 6598
        return !address.isLoopbackAddress() && !address.isAnyLocalAddress() && !address.isLinkLocalAddress()
                && !address.isSiteLocalAddress() && !address.isMulticastAddress() && !uniqueLocal && !carrierGrade;
    }

    /** Whether this is the hub itself, the only one that the token is for. */
    boolean isOurs(URI target) {
        return base.getHost().equalsIgnoreCase(target.getHost()) && port(base) == port(target)
                && base.getScheme().equalsIgnoreCase(target.getScheme());
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "hub " + name + " at " + base;
    }
}
