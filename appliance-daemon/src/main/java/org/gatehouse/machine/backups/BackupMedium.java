package org.gatehouse.machine.backups;

import java.util.List;

import org.gatehouse.governance.form.About;

/** Something that is plugged in and can take backups. Immutable. */
public record BackupMedium(
        @About("The serial number of its file system, by which it is known wherever it is plugged in.") String volume,
        @About("What the system calls it now.") String device, @About("What it calls itself.") String model,
        @About("How large it is.") long bytes, @About("How much room is left.") long freeBytes,
        @About("The backups on it, the newest first.") List<BackupFile> backups) {

    /** Copies the list. */
    public BackupMedium {
        backups = List.copyOf(backups);
    }

    /** A backup on it. */
    public record BackupFile(@About("Its name.") String name, @About("How large it is.") long bytes) {}
}
