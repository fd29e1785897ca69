package org.gatehouse.acceptance.machine;

import java.util.List;

/**
 * An NVMe disk beside those that the box starts from, which says how it is.
 *
 * @param serial its serial number, by which {@link VirtualMachine#warn} finds it too
 */
public record Nvme(Disk disk, String serial) implements Device {

    @Override
    public List<String> plug() {
        return List.of("-drive", "if=none,id=drive-" + serial + ",file=" + disk.file() + ",format="
                + disk.format().word(), "-device",
                "nvme,id=" + serial + ",serial=" + serial + ",drive=drive-" + serial);
    }
}
