package org.gatehouse.compute;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.gatehouse.gpu.SourceCandidate;
import org.gatehouse.gpu.SourceCandidate.Opening;

/**
 * Whether this machine has anything of NVIDIA's, seen from its files alone. Asked before a native library is loaded: a box without GPUs then
 * never carries JNA, and one whose device or driver comes later is noticed at the next try. Immutable, thread-safe.
 */
final class NvidiaPresence {
    /** PCI vendor id. */
    private static final String NVIDIA = "0x10de";
    /** The driver's control device; the same in containers that are given GPUs; the way to the driver under WSL. */
    private static final List<String> SIGNS = List.of("dev/nvidiactl", "proc/driver/nvidia/version", "dev/dxg");

    private final Path root;

    /** @param root of the file system; {@code /} but for tests */
    NvidiaPresence(Path root) {
        this.root = root;
    }

    /** Whether there is a device or a driver. Reads one small file a PCI device; costs well under a millisecond. */
    boolean anything() {
        for (String sign : SIGNS) {
            if (Files.exists(root.resolve(sign))) {
                return true;
            }
        }
        try (DirectoryStream<Path> devices = Files.newDirectoryStream(root.resolve("sys/bus/pci/devices"))) {
            for (Path device : devices) {
                if (isNvidia(device.resolve("vendor"))) {
                    return true;
                }
            }
        } catch (IOException | DirectoryIteratorException _) {
            return false;
        }
        return false;
    }

    private static boolean isNvidia(Path vendor) {
        try {
            return Files.readString(vendor).strip().equalsIgnoreCase(NVIDIA);
        } catch (IOException _) {
            return false;
        }
    }

    /** The same candidate, which is tried only where there is something of NVIDIA's. */
    SourceCandidate guard(SourceCandidate candidate) {
        return new SourceCandidate(candidate.kind(), candidate.name(),
                () -> anything()
                        ? candidate.opener().get()
                        : new Opening.Unavailable(candidate.name()
                                + " was not tried: this machine has no NVIDIA device and no NVIDIA driver"));
    }
}
