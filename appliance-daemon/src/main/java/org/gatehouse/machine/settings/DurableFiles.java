package org.gatehouse.machine.settings;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/**
 * Files below a root that change one by one, each at once and for good: a power cut leaves a file as it was or as it shall
 * be, never a part of it. Not thread-safe.
 */
class DurableFiles {
    private final Path root;

    /** Below that directory; {@code /} on an appliance. */
    DurableFiles(Path root) {
        this.root = root;
    }

    /** Where a path such as {@code etc/hostname} lies. */
    Path at(String path) {
        return root.resolve(path);
    }

    /** What lies there now. */
    Content read(String path) throws IOException {
        Path file = at(path);
        if (Files.isSymbolicLink(file)) {
            return new Content.Link(Files.readSymbolicLink(file).toString());
        }
        return Files.exists(file) ? new Content.Text(Files.readString(file)) : new Content.Nothing();
    }

    /** Makes it so, and comes back when the disk has it. */
    void put(String path, Content content) throws IOException {
        Path file = at(path);
        Path folder = Objects.requireNonNull(file.getParent());
        step();
        Files.createDirectories(folder);
        // A name that none of the services reads: they look at the ends of names.
        Path fresh = folder.resolve("." + file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        switch (content) {
            case Content.Nothing() -> Files.deleteIfExists(file);
            case Content.Link(String target) -> {
                Files.createSymbolicLink(fresh, Path.of(target));
                step();
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
            case Content.Text(String text) -> {
                write(fresh, text);
                step();
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        step();
        try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    private static void write(Path file, String text) throws IOException {
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer left = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (left.hasRemaining()) {
                out.write(left);
            }
            out.force(true);
        }
    }

    /** Where the power may be cut; tests do. */
    void step() {
        // Nothing happens between two steps.
    }
}
