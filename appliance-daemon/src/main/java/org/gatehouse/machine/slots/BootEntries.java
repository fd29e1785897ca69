package org.gatehouse.machine.slots;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** The releases that the boot loader knows, in a folder of the EFI system partition. */
record BootEntries(Path folder) {

    /** All of them, the newest first. */
    List<BootEntry> all() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> BootEntry.parse(Objects.requireNonNull(file.getFileName()).toString()))
                    .flatMap(Optional::stream).sorted(Comparator.comparing(BootEntry::version).reversed()).toList();
        }
    }

    /** The one of that release. */
    Optional<BootEntry> of(Version version) throws IOException {
        return all().stream().filter(entry -> entry.version().equals(version)).findFirst();
    }

    /**
     * Says that a release is good: the loader counts its tries no more. Only ever to be said of the release that runs, by its
     * own knowledge: the loader's variable may still name one that the firmware refused (seen with systemd 257).
     */
    void bless(BootEntry entry) throws IOException {
        if (!entry.good()) {
            move(entry, entry.goodName());
        }
    }

    /** Makes a release one that is not started any more. */
    void withdraw(BootEntry entry) throws IOException {
        move(entry, "gatehouse_" + entry.version() + "+0-" + Math.max(1, entry.triesDone()) + ".efi");
    }

    /**
     * FAT writes late: a box that is cut off now must find the new name, and its size, which stands beside it and belongs to the file. Without
     * the latter a box was seen that had a kernel image of no bytes.
     */
    private void move(BootEntry entry, String name) throws IOException {
        Path moved = folder.resolve(name);
        Files.move(folder.resolve(entry.file()), moved, StandardCopyOption.ATOMIC_MOVE);
        for (Path written : List.of(moved, folder)) {
            try (FileChannel channel = FileChannel.open(written)) {
                channel.force(true);
            }
        }
    }
}
