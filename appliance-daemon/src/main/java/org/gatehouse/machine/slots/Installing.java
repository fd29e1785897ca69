package org.gatehouse.machine.slots;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.gatehouse.machine.agent.Programs;
import org.gatehouse.machine.agent.Progress;
import org.gatehouse.machine.agent.Refused;

/**
 * Brings a bundle into the slot that does not run. Until the last step (the kernel image's name on the EFI system partition)
 * the box starts as before, whenever it is cut off.
 */
final class Installing {
    private static final Duration LONGEST_WRITING = Duration.ofMinutes(60);
    private static final Duration LONGEST_LABEL = Duration.ofMinutes(1);
    /** No release is as large; what is, is no release. */
    private static final OwnCopy BUNDLE = new OwnCopy("bundle", "no_bundle", Integer.MAX_VALUE);
    private static final int PART = 1 << 20;

    private final Layout layout;
    private final Disk disk;
    private final BootEntries entries;
    private final Programs programs;
    private final Clock clock;

    Installing(Layout layout, Programs programs, Clock clock) {
        this.layout = layout;
        this.disk = new Disk(layout, programs);
        this.entries = new BootEntries(layout.kernels());
        this.programs = programs;
        this.clock = clock;
    }

    /** Whether a bundle may be installed here, and what it is. */
    Bundle check(Path file) throws Refused, IOException, InterruptedException {
        BUNDLE.requireThere(file);
        Bundle bundle = Bundle.open(file, layout.keyring(), programs);
        if (!bundle.compatible().equals(layout.compatible())) {
            throw new Refused("bundle_for_another_machine", "The bundle is for machines of the kind "
                    + bundle.compatible() + "; this one is of the kind " + layout.compatible()
                    + ". Nothing was changed.");
        }
        Version running = layout.running();
        int order = bundle.version().compareTo(running);
        if (order < 0) {
            throw new Refused("bundle_older", "The bundle is the release " + bundle.version() + ", older than "
                    + running
                    + ", which runs. Older releases have known holes, so they are not installed. To go back to the"
                    + " release before this one, go back to it in the console (System, Updates) or with 'gatehouse update"
                    + " return'.");
        }
        if (order == 0) {
            throw new Refused("bundle_same",
                    "The bundle is the release " + running + ", which runs already. Nothing was changed.");
        }
        for (Bundle.Image image : bundle.images()) {
            long room = room(image.slot());
            if (image.bytes() > room) {
                throw new Refused("bundle_too_large", "The bundle's image '" + image.slot() + "' has " + image.bytes()
                        + " bytes, and the place for it " + room + ". This release needs a new disk image.");
            }
        }
        return bundle;
    }

    /** Copies, checks, unpacks and writes it. Only a release that has shown that it is good installs the next one. */
    Bundle install(Path source, Progress progress) throws Refused, IOException, InterruptedException {
        Optional<BootEntry> running = entries.of(layout.running());
        if (running.isEmpty() || !running.get().good()) {
            throw new Refused("release_not_proven", "The release " + layout.running()
                    + " has not shown yet that it is good, and the slot of the one before is what the box would go back to."
                    + " Wait until the console (System, Updates) calls it good, then try again.");
        }
        clean();
        try {
            progress.at("Copying", 0);
            BUNDLE.take(source, layout.bundle());
            progress.at("Checking the signature", 15);
            Bundle bundle = check(layout.bundle());
            BUNDLE.requireRoom(layout.own(), bundle.unpacked());
            progress.at("Unpacking", 20);
            bundle.unpack(layout.staged(), layout.keyring(), programs);
            Files.deleteIfExists(layout.bundle());
            progress.at("Writing the other slot", 45);
            forget(bundle.version());
            programs.must(LONGEST_WRITING, "/usr/lib/systemd/systemd-sysupdate", "--no-pager", "update",
                    bundle.version().toString());
            progress.at("Reading it back", 85);
            readBack(bundle);
            new Attempt(bundle.version().toString(), layout.running().toString(), clock.instant(),
                    Attempt.Outcome.INSTALLED, null).keep(layout.attempt());
            return bundle;
        } catch (IOException | InterruptedException e) {
            Optional<BootEntry> half = entries.all().stream()
                    .filter(entry -> !entry.good() && entry.triesDone() == 0).findFirst();
            if (half.isPresent()) {
                entries.withdraw(half.get());
            }
            throw e;
        } finally {
            clean();
        }
    }

    /** How much fits where an image goes: the smaller of the two slots, whichever is written. */
    private long room(String slot) throws IOException, InterruptedException {
        if (slot.equals("kernel")) {
            return Files.getFileStore(layout.kernels()).getUsableSpace();
        }
        boolean hashes = slot.equals("verity");
        // Four partitions share two labels; the hash trees are the small ones.
        List<Disk.Partition> slots = disk.partitions().stream()
                .filter(one -> one.label().startsWith("gatehouse_") || one.label().equals("_empty"))
                .sorted(Comparator.comparingLong(Disk.Partition::bytes)).toList();
        if (slots.size() != 4) {
            throw new IOException("The disk has " + slots.size()
                    + " partitions of releases where four are expected: its partition table was"
                    + " changed. Write the disk image anew");
        }
        return slots.get(hashes ? 0 : 2).bytes();
    }

    /** A release of this version that lies in the other slot, good or not, is written again as if it were not there. */
    private void forget(Version version) throws IOException, InterruptedException {
        Optional<BootEntry> old = entries.of(version);
        if (old.isPresent()) {
            Files.delete(layout.kernels().resolve(old.get().file()));
        }
        String name = disk.name();
        for (Disk.Partition partition : disk.partitions()) {
            if (partition.label().equals("gatehouse_" + version)) {
                programs.must(LONGEST_LABEL, "sfdisk", "--no-reread", "--quiet", "--part-label", "/dev/" + name,
                        Integer.toString(partition.number()), "_empty");
            }
        }
        programs.must(LONGEST_LABEL, "udevadm", "settle", "--timeout=20");
    }

    /** A disk that takes writes and gives something else back is found now, not by a start that fails. */
    private void readBack(Bundle bundle) throws IOException, InterruptedException {
        List<Disk.Partition> partitions = disk.partitions();
        for (Bundle.Image image : bundle.images()) {
            Path written = image.slot().equals("kernel")
                    ? layout.kernels().resolve(entries.of(bundle.version())
                            .orElseThrow(() -> new IOException(
                                    "The kernel image was not written. Nothing was changed; try again"))
                            .file())
                    : slot(partitions, image.file().replaceAll(".*_([0-9a-f-]{36})\\..*", "$1"));
            if (!sameStart(layout.staged().resolve(image.file()), written)) {
                throw new IOException("The disk gives back something else than was written for '" + image.slot()
                        + "'. It may be failing: replace it, and have a backup before");
            }
        }
    }

    private static Path slot(List<Disk.Partition> partitions, String identifier) throws IOException {
        return partitions.stream().filter(one -> one.identifier().equals(identifier)).findFirst()
                .orElseThrow(() -> new IOException("No partition has become " + identifier
                        + ": the other slot was not written. Nothing was changed; try again"))
                .device();
    }

    private static boolean sameStart(Path file, Path written) throws IOException {
        try (InputStream wanted = Files.newInputStream(file); InputStream found = Files.newInputStream(written)) {
            while (true) {
                byte[] part = wanted.readNBytes(PART);
                if (part.length == 0) {
                    return true;
                }
                if (!Arrays.equals(part, found.readNBytes(part.length))) {
                    return false;
                }
            }
        }
    }

    /** Takes away what an update leaves; also what one left that was cut off. */
    void clean() throws IOException {
        Files.createDirectories(layout.own());
        Files.deleteIfExists(layout.bundle());
        if (Files.exists(layout.staged())) {
            try (Stream<Path> all = Files.walk(layout.staged())) {
                for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(one);
                }
            }
        }
    }
}
