package org.gatehouse.supervisor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Manifests as small text files, one an instance, each replaced whole and on disk before the call returns: a crash at any moment
 * leaves the old or the new one. Thread-safe for different instances.
 */
final class ManifestStore {
    private static final System.Logger LOG = System.getLogger(ManifestStore.class.getName());
    private static final String FORMAT = "gatehouse-engine-manifest-2";
    private static final String SUFFIX = ".manifest";

    private final Path directory;

    ManifestStore(Path directory) {
        this.directory = directory;
    }

    void write(Manifest manifest) throws IOException {
        StringBuilder text = new StringBuilder(FORMAT).append('\n');
        line(text, "id", manifest.id());
        line(text, "generation", Long.toString(manifest.generation()));
        line(text, "marker", manifest.marker());
        line(text, "boot", manifest.bootId());
        line(text, "wish", manifest.wishHash());
        line(text, "listen", manifest.listen());
        line(text, "socket", manifest.socket().toString());
        line(text, "unit", manifest.unit());
        line(text, "lifetime", manifest.lifetime().name());
        line(text, "grace-ms", Long.toString(manifest.grace().toMillis()));
        line(text, "log-start", Long.toString(manifest.logStart()));
        line(text, "root", Long.toString(manifest.root()));
        line(text, "session", Boolean.toString(manifest.ownSession()));
        for (Member member : manifest.members()) {
            line(text, "member", member.pid() + " " + member.startedAt() + " " + member.session() + " "
                    + member.commandHash());
        }
        line(text, "end", "");
        Path target = file(manifest.id());
        Path fresh = directory.resolve(manifest.id() + ".fresh");
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(text.toString());
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
            entries.force(true); // A rename is durable only with its directory.
        }
    }

    private static void line(StringBuilder text, String key, String value) {
        text.append(key).append('=').append(value.replace("\n", "\\n")).append('\n');
    }

    void delete(String id) {
        try {
            Files.deleteIfExists(file(id));
        } catch (IOException e) {
            // Harmless: the next daemon finds nobody alive for it and tries again.
            LOG.log(System.Logger.Level.WARNING, "The manifest of instance " + id + " cannot be deleted", e);
        }
    }

    /** Every readable manifest. One that is not is put aside as {@code *.unreadable}, so that a person can look at it. */
    List<Manifest> readAll() throws IOException {
        List<Manifest> manifests = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            for (Path file : files) {
                try {
                    manifests.add(read(file));
                } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
                    Path aside = file.resolveSibling(file.getFileName() + ".unreadable");
                    Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
                    LOG.log(System.Logger.Level.WARNING, "An engine manifest is damaged and was put aside as " + aside
                            + "; if that engine still runs, end it by hand", e);
                }
            }
        }
        return manifests;
    }

    private static Manifest read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        if (lines.isEmpty() || !lines.getFirst().equals(FORMAT) || !lines.getLast().equals("end=")) {
            throw new IllegalArgumentException("not a whole manifest: " + file);
        }
        Map<String, String> values = new HashMap<>();
        List<Member> members = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            String key = line.substring(0, line.indexOf('='));
            String value = line.substring(key.length() + 1);
            if (key.equals("member")) {
                String[] parts = value.split(" ", -1);
                members.add(new Member(Long.parseLong(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2]),
                        parts[3]));
            } else {
                values.put(key, value);
            }
        }
        return new Manifest(value(values, "id"), Long.parseLong(value(values, "generation")), value(values, "marker"),
                value(values, "boot"), value(values, "wish"), value(values, "listen"),
                Path.of(value(values, "socket")), value(values, "unit"), Lifetime.valueOf(value(values, "lifetime")),
                Duration.ofMillis(Long.parseLong(value(values, "grace-ms"))),
                Long.parseLong(value(values, "log-start")), Long.parseLong(value(values, "root")),
                Boolean.parseBoolean(value(values, "session")), members);
    }

    private static String value(Map<String, String> values, String key) {
        String value = values.get(key);
        if (value == null) {
            throw new IllegalArgumentException("a manifest without " + key);
        }
        return value;
    }

    private Path file(String id) {
        return directory.resolve(id + SUFFIX);
    }
}
