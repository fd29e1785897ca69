package org.gatehouse.gpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Which memory node a PCI device sits at, from Linux' own files. */
public final class NumaNodes {
    private final Path sys;

    /** Takes the place of the {@code sysfs} tree, {@code /sys} on a real machine. */
    public NumaNodes(Path sys) {
        this.sys = sys;
    }

    /** The node of the device with this bus id ({@code 00000000:19:00.0}), or -1 when there is only one, or nobody knows. */
    public int of(String pciBusId) {
        if (!pciBusId.matches("[0-9A-Fa-f]{4,8}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}\\.[0-9A-Fa-f]")) {
            return -1;
        }
        // NVML and DCGM write the domain in eight digits, Linux in four.
        String domain = pciBusId.substring(0, pciBusId.indexOf(':'));
        String name = domain.substring(domain.length() - 4) + pciBusId.substring(pciBusId.indexOf(':'));
        try {
            return Integer.parseInt(
                    Files.readString(
                            sys.resolve("bus/pci/devices").resolve(name.toLowerCase(Locale.ROOT)).resolve("numa_node"))
                            .strip());
        } catch (IOException | NumberFormatException nothing) {
            return -1;
        }
    }
}
