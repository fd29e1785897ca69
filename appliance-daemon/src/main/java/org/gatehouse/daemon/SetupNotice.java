package org.gatehouse.daemon;

import java.io.Console;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.gatehouse.setup.Claims;
import org.gatehouse.setup.Phase;

/**
 * What the terminal of a new box shows: where to set it up, which certificate to expect, with which code. Where the daemon writes into a log
 * the code stays out of it: logs are kept, copied and read by others. Stateless.
 */
final class SetupNotice {

    private SetupNotice() {}

    /** Whether what this process prints is seen by whoever sits at its terminal, and kept by nobody. */
    static boolean isSeenOnATerminal() {
        return System.console() instanceof Console console && console.isTerminal();
    }

    /**
     * Shows it while nobody has claimed the box; on a terminal each fresh code anew.
     *
     * @param console    where people look
     * @param isTerminal whether it is a terminal; otherwise the code is not shown, only where it lies
     */
    static void show(ApplianceDaemon daemon, Settings settings, PrintStream console, boolean isTerminal) {
        Phase phase = daemon.setUp().phase();
        List<String> addresses = addresses(daemon, settings);
        if (phase == Phase.CLAIMED) {
            console.println("Set-up goes on at " + String.join(" or ", addresses)
                    + ". For a fresh claim code run: gatehouse setup code");
            console.flush();
        }
        if (phase == Phase.UNCLAIMED && !isTerminal) {
            console.print(text(addresses, daemon.certificateFingerprint().orElse(""), "Its claim code lies in "
                    + daemon.data().toAbsolutePath().resolve(Claims.FILE) + "; the box's own screen shows it too."));
            console.flush();
        } else if (phase == Phase.UNCLAIMED) {
            daemon.showClaimCodes(code -> {
                console.print(text(addresses, daemon.certificateFingerprint().orElse(""),
                        validity(code, Clock.systemUTC()) + code.text()));
                console.flush();
            });
        }
    }

    /** How long a code is good, as the words before it. */
    static String validity(Claims.Code code, Clock clock) {
        long minutes = Math.max(1, Duration.between(clock.instant(), code.expiresAt()).plusSeconds(30).toMinutes());
        return "Claim code, good for " + minutes + " minutes:  ";
    }

    static String text(List<String> addresses, String fingerprint, String last) {
        StringBuilder text = new StringBuilder("\n  This box is new. Set it up in a browser:\n");
        addresses.forEach(address -> text.append("      ").append(address).append('\n'));
        if (!fingerprint.isEmpty()) {
            // Two lines: 95 characters do not fit on a console of 80.
            int half = fingerprint.length() / 2 + 1;
            text.append("  Its certificate has this SHA-256 fingerprint:\n      ").append(fingerprint, 0, half)
                    .append("\n      ").append(fingerprint, half, fingerprint.length()).append('\n');
        }
        return text.append("  ").append(last).append("\n\n").toString();
    }

    private static List<String> addresses(ApplianceDaemon daemon, Settings settings) {
        String scheme = daemon.certificateFingerprint().isPresent() ? "https://" : "http://";
        Settings.Management apart = settings.management();
        String bound = apart == null
                ? Objects.requireNonNullElse(settings.listen().address(), "0.0.0.0")
                : Objects.requireNonNullElse(apart.address(), "127.0.0.1");
        int port = apart == null ? daemon.port() : daemon.managementPort();
        List<String> all = new ArrayList<>();
        for (String host : bound.equals("0.0.0.0") || bound.equals("::") ? ownHosts() : List.of(bound)) {
            all.add(scheme + (host.contains(":") ? "[" + host + "]" : host) + ":" + port + "/setup/");
        }
        return all;
    }

    private static List<String> ownHosts() {
        List<String> hosts = new ArrayList<>();
        try {
            for (NetworkInterface card : NetworkInterface.networkInterfaces().toList()) {
                card.inetAddresses().filter(one -> !one.isLoopbackAddress() && !one.isLinkLocalAddress())
                        .map(InetAddress::getHostAddress).map(host -> host.replaceFirst("%.*", ""))
                        .forEach(hosts::add);
            }
        } catch (SocketException _) {
            // Loopback is told of then.
        }
        return hosts.isEmpty() ? List.of("127.0.0.1") : hosts.stream().sorted().limit(4).toList();
    }
}
