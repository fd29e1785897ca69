package org.gatehouse.setup.wizard.console;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The machine under the box, read anew each time: all of it changes while a screen stands.
 *
 * @param data  where the box's data lies
 * @param clock the machine's
 * @param root  where the machine's own files are, {@code /} but in tests
 */
record Machine(Path data, Clock clock, Path root) {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss zzz",
            Locale.ENGLISH);
    private static final int MOST_ADDRESSES = 4;
    private static final String ZONES = "zoneinfo/";

    /** Its host name; empty where it has none of its own. */
    String name() {
        try {
            String name = Files.readString(root.resolve("proc/sys/kernel/hostname")).strip();
            return name.equals("localhost") || name.equals("(none)") ? "" : name;
        } catch (IOException _) {
            return "";
        }
    }

    /** Where others reach the box: each of its addresses, then its name on the local network. */
    List<String> urls(URI own, String path) {
        boolean usual = own.getPort() < 0 || own.getPort() == ("https".equals(own.getScheme()) ? 443 : 80);
        String port = usual ? "" : ":" + own.getPort();
        List<String> urls = new ArrayList<>();
        for (String host : hosts()) {
            urls.add(own.getScheme() + "://" + (host.contains(":") ? "[" + host + "]" : host) + port + path);
        }
        String name = name();
        if (!name.isEmpty() && !urls.isEmpty()) {
            urls.add(own.getScheme() + "://" + (name.contains(".") ? name : name + ".local") + port + path);
        }
        return urls;
    }

    private static List<String> hosts() {
        List<String> hosts = new ArrayList<>();
        try {
            for (NetworkInterface card : NetworkInterface.networkInterfaces().toList()) {
                card.inetAddresses()
                        .filter(one -> !one.isLoopbackAddress()
                                && !(one.isLinkLocalAddress() && one.getAddress().length > 4))
                        .map(InetAddress::getHostAddress).map(host -> host.replaceFirst("%.*", "")).forEach(hosts::add);
            }
        } catch (SocketException _) {
            // No address is known then.
        }
        return hosts.stream().sorted().limit(MOST_ADDRESSES).toList();
    }

    /** The time, and whether a server has set it. */
    String time() {
        String now = TIME.format(clock.instant().atZone(zone()).truncatedTo(ChronoUnit.SECONDS));
        // systemd-timesyncd.service(8): touched each time that the clock was set after a server's.
        return now + (Files.exists(root.resolve("run/systemd/timesync/synchronized"))
                ? ", synchronised"
                : ", not synchronised with any server");
    }

    /** Java reads it once, when it starts; the set-up changes it while this screen stands. */
    private ZoneId zone() {
        try {
            String target = Files.readSymbolicLink(root.resolve("etc/localtime")).toString();
            int at = target.indexOf(ZONES);
            return at < 0 ? ZoneId.systemDefault() : ZoneId.of(target.substring(at + ZONES.length()));
        } catch (IOException | DateTimeException _) {
            return ZoneId.systemDefault();
        }
    }

    /** How much room is left for the box's data. */
    String disk() {
        try {
            FileStore store = Files.getFileStore(data);
            long total = store.getTotalSpace();
            long free = store.getUsableSpace();
            return size(free) + " free of " + size(total)
                    + (total > 0 && free * 10 < total ? ": ALMOST FULL, see the alerts in the console" : "");
        } catch (IOException _) {
            return "not known";
        }
    }

    /** What is wrong with how the box's data are encrypted, as the initial RAM disk wrote it down; empty where nothing is, or nobody knows. */
    String encryption() {
        try {
            String told = Files.readString(root.resolve("run/gatehouse-data/state"));
            if (told.contains("opened=plain")) {
                return "NOT ENCRYPTED: " + (told.contains("tpm=true")
                        ? "a factory reset makes them anew, encrypted"
                        : "this machine has no TPM 2.0 that is switched on");
            }
            Path place = root.resolve("var/lib/gatehouse-agent/encryption");
            return Files.exists(place.resolve("recovery-key")) || !Files.exists(place.resolve("kept"))
                    ? "NOBODY KEEPS THE RECOVERY KEY yet: see System in the console"
                    : told.contains("sealed=false") ? "encrypted; the recovery key is asked for at each start" : "";
        } catch (IOException _) {
            return "";
        }
    }

    private static String size(long bytes) {
        return bytes < 10L << 30
                ? String.format(Locale.ROOT, "%.1f GB", bytes / 1e9)
                : Math.round(bytes / 1e9) + " GB";
    }
}
