package org.gatehouse.machine.disks;

import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** How the disks inside the box are. Immutable. */
public record DiskState(
        @About("Whether this machine has the appliance's operating system; without it nobody is asked.") boolean supported,
        @About("When they were asked last; null for not yet.") @Nullable Instant lookedAt,
        @About("The disks.") List<DiskHealth> disks,
        @About("Why they could not be asked the last time; null when they could.") @Nullable String trouble) {

    /** Copies the list. */
    public DiskState {
        disks = List.copyOf(disks);
    }
}
