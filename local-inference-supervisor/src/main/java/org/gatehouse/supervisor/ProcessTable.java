package org.gatehouse.supervisor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/** What the machine's processes are. Thread-safe; each reading is fresh. */
interface ProcessTable {

    /** Every process that lives, by pid. Ended ones that nobody has collected yet are left out. */
    Map<Long, ProcessEntry> read();

    /** One process, or {@code null} if it does not live. Far cheaper than reading them all. */
    @Nullable
    ProcessEntry read(long pid);

    /** A hash of the process's command line, or {@code ""} where it cannot be read. */
    String commandHash(long pid);

    /** Whether the process's environment holds this engine marker; false where it cannot be read. */
    boolean carries(long pid, String marker);

    /** Whether the process is in the control group of this systemd unit; false where that cannot be read. */
    boolean isInUnit(long pid, String unit);

    /** Names the machine's present run, so that a pid and start time of an earlier one never match; {@code ""} if unknown. */
    String bootId();

    /** The best table that this machine has. */
    static ProcessTable ofThisMachine() {
        return Files.isReadable(Path.of("/proc/self/stat"))
                ? new LinuxProcessTable(Path.of("/proc"))
                : new PortableProcessTable();
    }
}
