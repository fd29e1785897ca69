package org.gatehouse.machine.slots;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

import org.gatehouse.machine.agent.Programs;
import org.gatehouse.machine.agent.Refused;

/**
 * Sticks and disks that somebody plugged in. Their file systems are hostile: only FAT and exFAT are read, for their drivers
 * are small; mounted read-only, without devices and programs, where nobody else sees them, for as long as one request takes;
 * only plain files in the topmost folder, only by names that say what they are.
 */
public final class Media {
    private static final Duration LONGEST_MOUNTING = Duration.ofSeconds(60);
    private static final int MOST_FILES = 50;
    private static final int MOST_ENTRIES = 10_000;
    private static final Pattern DEVICE = Pattern.compile("[a-z]{2,8}[0-9]{0,3}");
    private static final List<String> KINDS = List.of("vfat", "exfat");

    private final Path blocks;
    private final Programs programs;
    private final Path place;
    private final Pattern name;

    /**
     * Those of this machine.
     *
     * @param blocks the kernel's list of block devices
     * @param place a folder of the agent's own, where they are mounted
     * @param ending how the names of the files that are looked for end, without the dot
     */
    public Media(Path blocks, Programs programs, Path place, String ending) {
        this.blocks = blocks;
        this.programs = programs;
        this.place = place;
        this.name = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+~-]{0,120}\\." + ending);
    }

    /** A file on one that looks like what is looked for. */
    public record Found(String device, String file, long bytes) {}

    /** What is done with a file while it can be reached. */
    @FunctionalInterface
    public interface Use<T> {
        /** Uses it. */
        T of(Path file) throws Refused, IOException, InterruptedException;
    }

    /** All that look so. A stick that can't be read is one without any. */
    public List<Found> files() throws IOException, InterruptedException {
        List<Found> found = new ArrayList<>();
        for (String device : devices()) {
            try {
                found.addAll(mounted(device, this::files).stream()
                        .map(one -> new Found(device, one.file(), one.bytes())).toList());
            } catch (Refused _) {
                // It holds another file system, or a broken one.
            }
        }
        return found;
    }

    /** For the daemon. */
    public static ArrayNode told(List<Found> files) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        files.forEach(one -> list.addObject().put("device", one.device()).put("file", one.file()).put("bytes",
                one.bytes()));
        return list;
    }

    /** Uses a file on one of them. */
    public <T> T use(String device, String file, Use<T> use) throws Refused, IOException, InterruptedException {
        if (!name.matcher(file).matches() || !devices().contains(device)) {
            throw new Refused("no_medium", "There is no file " + shown(file) + " on a medium " + shown(device)
                    + ". Plug it in again, and list what is there.");
        }
        return mounted(device, folder -> use.of(folder.resolve(file)));
    }

    private static String shown(String text) {
        return "'" + text.replaceAll("[^A-Za-z0-9._+-]", "?").substring(0, Math.min(60, text.length())) + "'";
    }

    private List<Found> files(Path folder) throws IOException {
        List<Found> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.limit(MOST_ENTRIES).toList()) {
                String called = Objects.requireNonNull(file.getFileName()).toString();
                if (found.size() < MOST_FILES && name.matcher(called).matches()
                        && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    found.add(new Found("", called, Files.size(file)));
                }
            }
        }
        return found;
    }

    private <T> T mounted(String device, Use<T> use) throws Refused, IOException, InterruptedException {
        Files.createDirectories(place);
        for (String kind : KINDS) {
            Programs.Ended mount = programs.run(List.of("mount", "-t", kind, "-o",
                    "ro,nodev,nosuid,noexec,nosymfollow,noatime", "/dev/" + device, place.toString()),
                    LONGEST_MOUNTING);
            if (mount.status() == 0) {
                try {
                    return use.of(place);
                } finally {
                    programs.must(LONGEST_MOUNTING, "umount", place.toString());
                }
            }
        }
        throw new Refused("medium_unreadable", "The medium " + device
                + " can't be read. It must have a FAT or exFAT file system: format it so, and copy the file to it again.");
    }

    /** File systems on what can be pulled out: never a disk of the box itself. */
    private List<String> devices() throws IOException {
        List<String> devices = new ArrayList<>();
        try (Stream<Path> all = Files.list(blocks)) {
            for (Path block : all.sorted().toList()) {
                String device = Objects.requireNonNull(block.getFileName()).toString();
                Path real = block.toRealPath();
                boolean partition = Files.exists(real.resolve("partition"));
                Path disk = partition ? real.getParent() : real;
                if (DEVICE.matcher(device).matches() && disk != null && Files.exists(disk.resolve("removable"))
                        && (Files.readString(disk.resolve("removable")).strip().equals("1")
                                || disk.toString().contains("/usb"))
                        && (partition || !hasPartitions(disk))) {
                    devices.add(device);
                }
            }
        }
        return devices;
    }

    private static boolean hasPartitions(Path disk) throws IOException {
        try (Stream<Path> inside = Files.list(disk)) {
            return inside.anyMatch(one -> Files.exists(one.resolve("partition")));
        }
    }
}
