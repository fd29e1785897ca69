package org.gatehouse.batch;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.IntConsumer;
import java.util.stream.Stream;

import org.gatehouse.store.DataDirectory;
import org.gatehouse.store.SecretBox;
import org.gatehouse.store.SecretPlace;

/**
 * Contents of files on the box's disk, encrypted: what clients hand in is prompts. One file each, named by its id, in a directory
 * that only the daemon's user can read. Thread-safe, except that a file has one writer.
 */
final class Vault {
    private static final String SUFFIX = ".sealed";
    /** For the trail and the database, without which the box takes no call. */
    private static final long RESERVE = 512L << 20;

    private final Path directory;
    private final SecretBox secrets;

    /** Makes the directory if need be. */
    Vault(Path directory, SecretBox secrets) throws IOException {
        this.directory = DataDirectory.createPrivate(directory);
        this.secrets = secrets;
    }

    /** What a piece of a file is sealed for. */
    static SecretPlace place(UUID file, int piece, boolean last) {
        return new SecretPlace("client_file", file.toString(), last ? "end-" + piece : "piece-" + piece);
    }

    /** Begins a new file. */
    SealedWriter create(UUID file) throws IOException {
        return new SealedWriter(file, secrets,
                FileChannel.open(path(file), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), 0, 0, false);
    }

    /**
     * Goes on with a file behind its last whole piece; begins it when it is not there. What a kill left half written is cut off.
     *
     * @param seen told of each piece's mark
     */
    SealedWriter reopen(UUID file, IntConsumer seen) throws IOException {
        FileChannel channel = FileChannel.open(path(file), StandardOpenOption.CREATE, StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        long whole = 0;
        long bytes = 0;
        // Not closed: the channel goes on as the writer's.
        SealedReader reader = new SealedReader(file, secrets, channel);
        try {
            while (reader.nextPiece()) {
                whole = channel.position();
                bytes += reader.left();
                seen.accept(reader.mark());
            }
            whole = channel.position();
        } catch (EOFException _) {
            // The end of what was written.
        } catch (IOException e) {
            System.getLogger(Vault.class.getName()).log(System.Logger.Level.WARNING,
                    "What follows piece {0} of the results {1} cannot be read and is made anew: {2}", reader.pieces(),
                    file, e.getMessage());
        }
        channel.truncate(whole);
        channel.position(whole);
        return new SealedWriter(file, secrets, channel, reader.pieces(), bytes, reader.ended());
    }

    /** Reads a file. */
    SealedReader open(UUID file) throws IOException {
        return new SealedReader(file, secrets, FileChannel.open(path(file), StandardOpenOption.READ));
    }

    /** Whether it lies here. */
    boolean holds(UUID file) {
        return Files.exists(path(file));
    }

    /** Removes it; nothing happens when it is gone. */
    void delete(UUID file) throws IOException {
        Files.deleteIfExists(path(file));
    }

    /** Every file that lies here. */
    Set<UUID> all() throws IOException {
        Set<UUID> found = new HashSet<>();
        try (Stream<Path> paths = Files.list(directory)) {
            for (Path path : paths.toList()) {
                String name = Objects.requireNonNull(path.getFileName()).toString();
                if (name.endsWith(SUFFIX) && name.length() == 36 + SUFFIX.length()) {
                    found.add(UUID.fromString(name.substring(0, 36)));
                }
            }
        }
        return found;
    }

    /** How many bytes the disk has left for files of clients; negative when the box needs the rest more urgently. */
    long room() throws IOException {
        return Files.getFileStore(directory).getUsableSpace() - RESERVE;
    }

    private Path path(UUID file) {
        return directory.resolve(file + SUFFIX);
    }
}
