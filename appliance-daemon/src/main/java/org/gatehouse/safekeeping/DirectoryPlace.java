package org.gatehouse.safekeeping;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A directory that the box sees. It must be there: making it would fill the box's own disk where another is not mounted. */
record DirectoryPlace(Path directory) implements BackupPlace {
    private static final String ON_AN_APPLIANCE = "On an appliance take a stick or disk that is plugged in, SFTP or S3.";

    @Override
    public void put(String name, Path file) throws IOException {
        requireWritable();
        Path part = Files.createTempFile(directory, "gatehouse-", ".part");
        try {
            Files.copy(file, part, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel written = FileChannel.open(part, StandardOpenOption.WRITE)) {
                written.force(true);
            }
            Files.move(part, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private void requireThere() throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IOException("There is no directory " + directory + ". Make it, or mount the disk that has it. "
                    + ON_AN_APPLIANCE);
        }
    }

    private void requireWritable() throws IOException {
        requireThere();
        if (!Files.isWritable(directory)) {
            throw new IOException("The box can't write into " + directory + ". Let the daemon's user write there. "
                    + ON_AN_APPLIANCE);
        }
    }

    @Override
    public List<Kept> list() throws IOException {
        requireThere();
        List<Kept> kept = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                kept.add(new Kept(file.getFileName().toString(), Files.size(file)));
            }
        }
        return kept;
    }

    @Override
    public void get(String name, OutputStream out) throws IOException {
        Files.copy(directory.resolve(name), out);
    }

    @Override
    public void delete(String name) throws IOException {
        Files.deleteIfExists(directory.resolve(name));
    }
}
