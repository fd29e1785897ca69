package org.gatehouse.machine.backups;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.governance.form.Json;
import org.gatehouse.machine.agent.Programs;
import org.gatehouse.machine.agent.Progress;
import org.gatehouse.machine.agent.Refused;
import org.gatehouse.machine.agent.Verb;
import org.gatehouse.machine.backups.BackupMedium.BackupFile;
import org.gatehouse.machine.slots.Layout;
import org.gatehouse.machine.slots.Media;

/**
 * What the agent does with backups on media. The daemon names a volume and one of the box's own names, never a path: files pass through two
 * of fixed names in a folder of the daemon's. Only {@code gatehouse-backups} of a medium is ever written.
 */
public final class BackupVerbs {
    static final String MEDIA = "backup.media";
    static final String PUT = "backup.put";
    static final String GET = "backup.get";
    static final String DELETE = "backup.delete";
    /** On a medium. */
    static final String FOLDER = "gatehouse-backups";
    /** The daemon's, in its data. */
    static final String CARRIED = "carried";
    static final String OUTGOING = "outgoing.backup";
    static final String INCOMING = "incoming.backup";
    /** A power cut leaves it behind. */
    private static final String PART = ".part";
    private static final Pattern NAME = Pattern.compile("gatehouse-(?:\\d{8}-\\d{6}\\.backup|probe)");
    private static final int MOST_ENTRIES = 10_000;
    /** Of a box that keeps 365; all of it has to go into one reply. */
    private static final int MOST_TOLD = 1000;
    private static final int PIECE = 1 << 20;
    /** Whatever else wants to write meanwhile must not find the disk full. */
    private static final long SPARE = 256L << 20;
    private static final Duration LONGEST_SYNC = Duration.ofMinutes(10);

    private final Media media;
    private final Path carried;
    private final Programs programs;

    /**
     * Those of this machine.
     *
     * @param mountPlace a folder of the agent's own
     */
    public BackupVerbs(Layout layout, Path root, Path mountPlace, Programs programs) {
        this.media = new Media(layout, programs, mountPlace, "backup");
        this.carried = root.resolve("var/lib/gatehouse").resolve(CARRIED);
        this.programs = programs;
    }

    /**
     * {@code backup.media}: what is plugged in, and the backups on it. {@code backup.put}: brings what the daemon laid out to a volume.
     * {@code backup.get}: brings one back. {@code backup.delete}: removes one. One at a time: they share the place where media are mounted.
     */
    public List<Verb> all() {
        return List.of(Verb.changing(MEDIA, (_, _) -> look()), Verb.changing(PUT, this::put),
                Verb.changing(GET, (asked, _) -> get(asked)), Verb.changing(DELETE, (asked, _) -> delete(asked)));
    }

    private ObjectNode look() throws IOException, InterruptedException {
        ObjectNode told = object();
        ArrayNode list = told.putArray("media");
        ArrayNode not = told.putArray("unreadable");
        for (Media.Volume volume : media.volumes()) {
            try {
                list.add(Json.tree(media.reading(volume, folder -> new BackupMedium(volume.id(), volume.device(),
                        volume.model(), Files.getFileStore(folder).getTotalSpace(),
                        Files.getFileStore(folder).getUsableSpace(), files(folder)))));
            } catch (Refused e) {
                if (!e.code().equals(Media.NO_MEDIUM)) {
                    not.addObject().put("device", volume.device()).put("reason", e.message());
                }
            }
        }
        return told;
    }

    private static List<BackupFile> files(Path medium) throws IOException {
        Path folder = medium.resolve(FOLDER);
        List<BackupFile> found = new ArrayList<>();
        if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.limit(MOST_ENTRIES).toList()) {
                    String name = Objects.requireNonNull(file.getFileName()).toString();
                    if (NAME.matcher(name).matches() && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                        found.add(new BackupFile(name, Files.size(file)));
                    }
                }
            }
        }
        found.sort(Comparator.comparing(BackupFile::name).reversed());
        return found.size() <= MOST_TOLD ? found : found.subList(0, MOST_TOLD);
    }

    private ObjectNode put(JsonNode asked, Progress progress) throws Refused, IOException, InterruptedException {
        String name = name(asked);
        Path source = carried.resolve(OUTGOING);
        requireFile(source);
        media.writing(volume(asked), medium -> {
            Path folder = medium.resolve(FOLDER);
            if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
                    throw new Refused("medium_unusable", "There is a file named " + FOLDER
                            + " on the medium. Rename it: the folder for backups has that name.");
                }
                Files.createDirectory(folder);
            }
            removeParts(folder);
            long bytes = Files.size(source);
            if (Files.getFileStore(medium).getUsableSpace() < bytes) {
                throw full(bytes);
            }
            Path part = folder.resolve(name + PART);
            try {
                copy(source, part, bytes, progress);
                Files.move(part, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException | Refused e) {
                // Half a file is of no use, and takes the room of the next one.
                removeParts(folder);
                throw e;
            }
            programs.must(LONGEST_SYNC, "sync", "-f", folder.toString());
            return name;
        });
        return object();
    }

    private static void copy(Path source, Path target, long bytes, Progress progress) throws Refused, IOException {
        try (InputStream in = Files.newInputStream(source, LinkOption.NOFOLLOW_LINKS);
                FileChannel file = FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            OutputStream out = Channels.newOutputStream(file);
            byte[] piece = new byte[PIECE];
            long copied = 0;
            int told = 0;
            for (int got = in.read(piece); got >= 0; got = in.read(piece)) {
                out.write(piece, 0, got);
                copied += got;
                int percent = bytes == 0 ? 0 : (int) Math.min(99, copied * 100 / bytes);
                if (percent != told) {
                    told = percent;
                    progress.at("Writing to the medium", percent);
                }
            }
            file.force(true);
        } catch (IOException e) {
            String why = String.valueOf(e.getMessage());
            if (why.contains("No space left")) {
                throw full(bytes);
            }
            if (why.contains("File too large")) {
                throw new Refused("medium_file_too_large", "The backup has " + (bytes >> 20) + " MB, and FAT takes no"
                        + " file of 4 GB. Format the medium with exFAT.");
            }
            throw e;
        }
    }

    private static Refused full(long bytes) {
        return new Refused("medium_full", "The medium has no room for a backup of " + ((bytes >> 20) + 1)
                + " MB. Remove what is not needed from it, or take a larger one.");
    }

    private static void removeParts(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.limit(MOST_ENTRIES).toList()) {
                String name = Objects.requireNonNull(file.getFileName()).toString();
                if (name.endsWith(PART) && NAME.matcher(name.substring(0, name.length() - PART.length())).matches()) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (NoSuchFileException _) {
            // The medium was pulled out; whoever wrote to it tells so.
        }
    }

    /** Into a file that the daemon made: nothing is ever made in its folder, and nothing written that it could not write itself. */
    private ObjectNode get(JsonNode asked) throws Refused, IOException, InterruptedException {
        String name = name(asked);
        Path target = carried.resolve(INCOMING);
        requireFile(target);
        long bytes = media.reading(volume(asked), medium -> {
            Path file = medium.resolve(FOLDER).resolve(name);
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new Refused("no_backup", "There is no backup " + name + " on the medium.");
            }
            long free = Files.getFileStore(carried).getUsableSpace();
            if (free < Files.size(file) + SPARE) {
                throw new Refused("disk_full", "The backup needs " + ((Files.size(file) + SPARE) >> 20)
                        + " MB of free disk, and there are " + (free >> 20) + ". Remove models or old backups first.");
            }
            try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS);
                    OutputStream out = Files.newOutputStream(target, LinkOption.NOFOLLOW_LINKS,
                            StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                return in.transferTo(out);
            }
        });
        return object().put("bytes", bytes);
    }

    private ObjectNode delete(JsonNode asked) throws Refused, IOException, InterruptedException {
        String name = name(asked);
        media.writing(volume(asked), medium -> {
            Path folder = medium.resolve(FOLDER);
            if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                Files.deleteIfExists(folder.resolve(name));
            }
            return name;
        });
        return object();
    }

    private Media.Volume volume(JsonNode asked) throws Refused, IOException {
        return media.volume(asked.path("volume").asText());
    }

    private static String name(JsonNode asked) throws Refused {
        String name = asked.path("name").asText();
        if (!NAME.matcher(name).matches()) {
            throw new Refused("no_backup", "That is no backup's name.");
        }
        return name;
    }

    private static void requireFile(Path file) throws Refused {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new Refused("no_backup", "No backup was laid out.");
        }
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
