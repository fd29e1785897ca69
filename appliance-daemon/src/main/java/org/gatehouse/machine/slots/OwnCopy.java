package org.gatehouse.machine.slots;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

import org.gatehouse.machine.agent.Refused;

/**
 * Brings a file that others could change into one that only root can, so that what was checked is what is used. Immutable.
 *
 * @param what it is, in codes and messages, such as {@code bundle}
 * @param absent the code for none being there
 * @param largest in bytes
 */
public record OwnCopy(String what, String absent, long largest) {
    /** Whatever else wants to write meanwhile must not find the disk full. */
    private static final long SPARE = 256L << 20;
    private static final int PART = 1 << 20;

    /**
     * Copies it.
     *
     * @param target that is not there yet
     * @return how many bytes it has
     */
    public long take(Path source, Path target) throws Refused, IOException {
        requireThere(source);
        try (InputStream in = Files.newInputStream(source, LinkOption.NOFOLLOW_LINKS);
                OutputStream out = Files.newOutputStream(target, StandardOpenOption.CREATE_NEW)) {
            long announced = Files.size(source);
            if (announced > largest) {
                throw new Refused(what + "_too_large", "The file has " + announced + " bytes; no " + what
                        + " is as large.");
            }
            requireRoom(Objects.requireNonNull(target.getParent()), announced);
            byte[] part = new byte[PART];
            long copied = 0;
            for (int got = in.read(part); got >= 0; got = in.read(part)) {
                copied += got;
                if (copied > announced) {
                    throw new Refused(what + "_damaged", "The file grew while it was read. Nothing was changed.");
                }
                out.write(part, 0, got);
            }
            return copied;
        } catch (NoSuchFileException _) {
            throw nothing();
        }
    }

    /** Refuses what is no file: nothing there, a link, a folder. */
    void requireThere(Path source) throws Refused {
        if (!Files.isRegularFile(source, LinkOption.NOFOLLOW_LINKS)) {
            throw nothing();
        }
    }

    /** Refuses when the disk has no room for as much. */
    void requireRoom(Path folder, long bytes) throws Refused, IOException {
        long free = Files.getFileStore(folder).getUsableSpace();
        if (free < bytes + SPARE) {
            throw new Refused("disk_full", "The " + what + " needs " + ((bytes + SPARE) >> 20)
                    + " MB of free disk, and there are " + (free >> 20)
                    + ". Remove models or old backups first. Nothing was changed.");
        }
    }

    private Refused nothing() {
        return new Refused(absent,
                "There is no " + what + ". Upload one, download one, or plug in a stick that has one.");
    }
}
