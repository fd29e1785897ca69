package org.gatehouse.machine.slots;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.machine.agent.Programs;
import org.gatehouse.machine.agent.Refused;

/**
 * Sticks and disks that somebody plugged in. Their file systems are hostile: only FAT and exFAT are read, for their drivers
 * are small; mounted read-only but for a backup that is brought there, without devices and programs, where nobody else sees
 * them, for as long as one request takes; only plain files, only by names that say what they are.
 */
public final class Media {
    private static final Duration LONGEST_MOUNTING = Duration.ofSeconds(60);
    private static final int LONGEST_MODEL = 80;
    private static final int MOST_FILES = 50;
    private static final int MOST_ENTRIES = 10_000;
    private static final Pattern DEVICE = Pattern.compile("[a-z]{2,8}[0-9]{0,3}");
    /** The code for nothing being there. */
    public static final String NO_MEDIUM = "no_medium";
    private static final Pattern VOLUME = Pattern.compile("[0-9A-F]{4}-[0-9A-F]{4}");
    private static final String READ_ONLY = "ro";
    private static final List<String> KINDS = List.of("vfat", "exfat");

    private final Layout layout;
    private final Disk own;
    private final Programs programs;
    private final Path place;
    private final Pattern name;

    /**
     * Those of this machine.
     *
     * @param layout where the system's own disk is found
     * @param place a folder of the agent's own, where they are mounted
     * @param ending how the names of the files that are looked for end, without the dot
     */
    public Media(Layout layout, Programs programs, Path place, String ending) {
        this.layout = layout;
        this.own = new Disk(layout, programs);
        this.programs = programs;
        this.place = place;
        this.name = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+~-]{0,120}\\." + ending);
    }

    /** A file on one that looks like what is looked for. */
    public record Found(String device, String file, long bytes) {}

    /** One that can't be read, and why. */
    public record Unreadable(String device, String reason) {}

    /** All that is plugged in. */
    public record Plugged(List<Found> files, List<Unreadable> unreadable) {

        /**
         * For the daemon.
         *
         * @param name what files are called there
         */
        public ObjectNode told(String name) {
            ObjectNode told = JsonNodeFactory.instance.objectNode();
            ArrayNode list = told.putArray(name);
            files.forEach(one -> list.addObject().put("device", one.device()).put("file", one.file()).put("bytes",
                    one.bytes()));
            ArrayNode not = told.putArray("unreadable");
            unreadable.forEach(one -> not.addObject().put("device", one.device()).put("reason", one.reason()));
            return told;
        }
    }

    /** What is done with a file while it can be reached. */
    @FunctionalInterface
    public interface Use<T> {
        /** Uses it. */
        T of(Path file) throws Refused, IOException, InterruptedException;
    }

    /**
     * A file system of a kind that is read, on what is plugged in.
     *
     * @param id the serial number that it got when it was made
     * @param model what the disk or stick calls itself
     */
    public record Volume(String id, String device, String model) {}

    /** Those that have a serial number; nothing of them has been read. */
    public List<Volume> volumes() throws IOException {
        List<Volume> found = new ArrayList<>();
        Path links = layout.partitions().resolveSibling("by-uuid");
        if (!Files.isDirectory(links)) {
            return found;
        }
        List<String> devices = devices();
        try (Stream<Path> all = Files.list(links)) {
            for (Path link : all.sorted().toList()) {
                String id = Objects.requireNonNull(link.getFileName()).toString();
                String device = Files.isSymbolicLink(link)
                        ? String.valueOf(Files.readSymbolicLink(link).getFileName())
                        : "";
                if (VOLUME.matcher(id).matches() && devices.contains(device)) {
                    found.add(new Volume(id, device, model(device)));
                }
            }
        }
        return found;
    }

    /** The one with that serial number. */
    public Volume volume(String id) throws Refused, IOException {
        return volumes().stream().filter(volume -> volume.id().equals(id)).findFirst()
                .orElseThrow(() -> new Refused(NO_MEDIUM, "The medium " + shown(id)
                        + " is not plugged in. Plug it in again, or choose another one."));
    }

    private String model(String device) throws IOException {
        Path block = layout.blocks().resolve(device).toRealPath();
        Path disk = Files.exists(block.resolve("partition")) ? Objects.requireNonNull(block.getParent()) : block;
        Path file = disk.resolve("device/model");
        String model = Files.isReadable(file) ? Files.readString(file, StandardCharsets.ISO_8859_1) : "";
        String clean = model.replaceAll("[^\\x20-\\x7e]", "").strip();
        return clean.substring(0, Math.min(LONGEST_MODEL, clean.length()));
    }

    /** Uses a whole medium, which can only be read meanwhile. */
    public <T> T reading(Volume volume, Use<T> use) throws Refused, IOException, InterruptedException {
        return mounted(volume.device(), READ_ONLY, use);
    }

    /** Uses a whole medium, which can be written meanwhile; what was written is on it at the end. */
    public <T> T writing(Volume volume, Use<T> use) throws Refused, IOException, InterruptedException {
        return mounted(volume.device(), "rw", folder -> {
            // A switch on the stick, or a file system that the kernel takes for damaged.
            if (Files.getFileStore(folder).isReadOnly()) {
                throw readOnly(volume.device());
            }
            return use.of(folder);
        });
    }

    private static Refused readOnly(String device) {
        return new Refused("medium_read_only", "The medium " + device + " can't be written: it has a switch against it,"
                + " or its file system is damaged. Move the switch, have a computer repair it, or take another one.");
    }

    /** All that looks so, and what can't be looked at. */
    public Plugged look() throws IOException, InterruptedException {
        List<Found> found = new ArrayList<>();
        List<Unreadable> unreadable = new ArrayList<>();
        for (String device : devices()) {
            try {
                found.addAll(mounted(device, READ_ONLY, this::files).stream()
                        .map(one -> new Found(device, one.file(), one.bytes())).toList());
            } catch (Refused e) {
                if (e.code().equals(NO_MEDIUM)) {
                    continue;
                }
                unreadable.add(new Unreadable(device, e.message()));
            }
        }
        return new Plugged(found, unreadable);
    }

    /** Uses a file on one of them. */
    public <T> T use(String device, String file, Use<T> use) throws Refused, IOException, InterruptedException {
        if (!name.matcher(file).matches() || !devices().contains(device)) {
            throw new Refused(NO_MEDIUM, "There is no file " + shown(file) + " on a medium " + shown(device)
                    + ". Plug it in again, and list what is there.");
        }
        return mounted(device, READ_ONLY, folder -> use.of(folder.resolve(file)));
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

    private <T> T mounted(String device, String mode, Use<T> use) throws Refused, IOException, InterruptedException {
        Files.createDirectories(place);
        for (String kind : KINDS) {
            Programs.Ended mount = programs.run(List.of("mount", "-t", kind, "-o",
                    mode + ",nodev,nosuid,noexec,nosymfollow,noatime", "/dev/" + device, place.toString()),
                    LONGEST_MOUNTING);
            if (mount.status() == 0) {
                try {
                    return use.of(place);
                } catch (UncheckedIOException _) {
                    throw unreadable(device);
                } catch (IOException e) {
                    if (String.valueOf(e.getMessage()).contains("Read-only file system")) {
                        throw readOnly(device);
                    }
                    if (isOfMedium(e)) {
                        throw unreadable(device);
                    }
                    throw e;
                } finally {
                    unmount();
                }
            }
            if (mount.output().contains("write-protected")) {
                throw readOnly(device);
            }
            if (mount.output().contains("no medium found")) {
                throw new Refused(NO_MEDIUM, "There is nothing in the drive " + device + ". Plug a medium in.");
            }
        }
        throw new Refused("medium_unreadable", "The medium " + device
                + " can't be read. It must have a FAT or exFAT file system: format it so, and copy the file to it again.");
    }

    /** Whether it is about the medium; a file of the box's own that fails is another matter. */
    private boolean isOfMedium(IOException e) {
        return e instanceof FileSystemException file
                ? file.getFile() != null && Path.of(file.getFile()).startsWith(place)
                : "Input/output error".equals(e.getMessage());
    }

    private static Refused unreadable(String device) {
        return new Refused("medium_unreadable", "Reading the medium " + device
                + " failed: it was pulled out, or it is damaged. Plug it in again, or take another one.");
    }

    /** What was pulled out meanwhile may be held for a moment still: it must not lie there for the next one. */
    private void unmount() throws IOException, InterruptedException {
        if (programs.run(List.of("umount", place.toString()), LONGEST_MOUNTING).status() != 0) {
            programs.must(LONGEST_MOUNTING, "umount", "--lazy", place.toString());
        }
    }

    /** File systems on what can be pulled out: never the disk that the system lies on, whatever it is. */
    private List<String> devices() throws IOException {
        List<String> devices = new ArrayList<>();
        String system = own.name();
        try (Stream<Path> blocks = Files.list(layout.blocks())) {
            for (Path block : blocks.sorted().toList()) {
                String name = Objects.requireNonNull(block.getFileName()).toString();
                try {
                    if (DEVICE.matcher(name).matches() && holdsFiles(block.toRealPath(), system)) {
                        devices.add(name);
                    }
                } catch (NoSuchFileException _) {
                    // Pulled out this moment.
                }
            }
        }
        return devices;
    }

    private static boolean holdsFiles(Path block, String system) throws IOException {
        boolean partition = Files.exists(block.resolve("partition"));
        Path disk = partition ? Objects.requireNonNull(block.getParent()) : block;
        return !disk.endsWith(system) && Files.exists(disk.resolve("removable"))
                && (Files.readString(disk.resolve("removable")).strip().equals("1") || disk.toString().contains("/usb"))
                && (partition || !hasPartitions(disk));
    }

    private static boolean hasPartitions(Path disk) throws IOException {
        try (Stream<Path> inside = Files.list(disk)) {
            return inside.anyMatch(one -> Files.exists(one.resolve("partition")));
        }
    }
}
