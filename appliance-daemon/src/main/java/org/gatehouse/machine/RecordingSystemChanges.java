package org.gatehouse.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

import org.gatehouse.governance.form.Json;

/**
 * Writes down what would change, in a file, and changes nothing: for machines whose operating system is somebody else's.
 * Thread-safe.
 */
public final class RecordingSystemChanges implements SystemChanges {
    private final Path file;
    private final ReentrantLock lock = new ReentrantLock();

    /** Records into that file. */
    public RecordingSystemChanges(Path file) {
        this.file = file;
    }

    @Override
    public boolean recorded() {
        return true;
    }

    @Override
    public Facts facts() {
        return new Facts(hostname(), ZoneId.systemDefault().getId(), cards());
    }

    @Override
    public Optional<MachineSettings> applied() {
        lock.lock();
        try {
            return Files.exists(file)
                    ? Optional.of(Json.trusted(Files.readString(file), MachineSettings.class))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean apply(MachineSettings wanted) throws IOException {
        lock.lock();
        try {
            // What is written down has no secrets.
            if (applied().map(Json::tree).filter(Json.tree(wanted)::equals).isPresent()) {
                return false;
            }
            Path fresh = file.resolveSibling(file.getFileName() + ".new");
            Files.writeString(fresh, Json.text(Json.tree(wanted)) + "\n");
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** From the kernel: asking for it by Java may ask the DNS. */
    private static String hostname() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException _) {
            return "localhost";
        }
    }

    private static List<Card> cards() {
        try {
            List<Card> cards = new ArrayList<>();
            for (NetworkInterface card : NetworkInterface.networkInterfaces().toList()) {
                if (!card.isLoopback()) {
                    byte[] mac = card.getHardwareAddress();
                    cards.add(new Card(card.getName(), mac == null ? "" : HexFormat.ofDelimiter(":").formatHex(mac),
                            card.isUp(), card.getInterfaceAddresses().stream().map(RecordingSystemChanges::text)
                                    .toList()));
                }
            }
            cards.sort(Comparator.comparing(Card::name));
            return cards;
        } catch (java.net.SocketException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(InterfaceAddress address) {
        return address.getAddress().getHostAddress().replaceFirst("%.*", "") + "/" + address.getNetworkPrefixLength();
    }
}
