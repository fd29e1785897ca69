package org.gatehouse.acceptance.machine;

import java.util.List;

/**
 * A stick in a drive that says that its medium can be taken out. Machines without USB take it as well.
 *
 * @param isLocked whether the stick's switch is against writing
 */
public record RemovableDisk(Stick stick, boolean isLocked) implements Device {

    @Override
    public List<String> plug() {
        return List.of("-device", "virtio-scsi-pci,id=drives", "-drive",
                "if=none,id=medium,format=raw,file=" + stick.file()
                        + (isLocked ? ",readonly=on" : ""),
                "-device", "scsi-hd,drive=medium,removable=on,bus=drives.0");
    }
}
