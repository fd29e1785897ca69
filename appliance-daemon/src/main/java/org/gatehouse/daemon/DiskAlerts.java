package org.gatehouse.daemon;

import java.util.List;

import org.gatehouse.alerts.Finding;
import org.gatehouse.machine.disks.DiskHealth;
import org.gatehouse.machine.disks.Disks;

/** What alerts look at of the disks inside the box, as they were when they were asked last. */
record DiskAlerts(Disks disks) {

    List<Finding> failing() {
        return disks.state().disks().stream().filter(DiskHealth::isFailing)
                .map(disk -> new Finding(subject(disk), "disk " + disk.device(), 0, disk.message())).toList();
    }

    /** All that tell of it: from when on it is too much is a rule's business. One that fails is told of as that. */
    List<Finding> worn() {
        return disks.state().disks().stream().filter(disk -> !disk.isFailing())
                .map(disk -> new Finding(subject(disk), "disk " + disk.device(), disk.wear(), disk.worn())).toList();
    }

    private static String subject(DiskHealth disk) {
        return disk.serial().isEmpty() ? disk.device() : disk.model() + " " + disk.serial();
    }
}
