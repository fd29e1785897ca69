package org.gatehouse.supervisor.models;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** Keeps imports from filling the disk: all of them together leave the reserve free. Thread-safe. */
final class SpaceGuard {
    /** How much room a disk has. */
    @FunctionalInterface
    interface FreeSpace {
        /** Bytes that may still be written on the file system of this existing path. */
        long usableBytes(Path path) throws IOException;

        static FreeSpace ofFileSystem() {
            return path -> Files.getFileStore(path).getUsableSpace();
        }
    }

    private final Path directory;
    private final long reserve;
    private final FreeSpace freeSpace;
    private final ConcurrentHashMap<String, LongSupplier> outstanding = new ConcurrentHashMap<>();

    SpaceGuard(Path directory, long reserve, FreeSpace freeSpace) {
        this.directory = directory;
        this.reserve = reserve;
        this.freeSpace = freeSpace;
    }

    /**
     * Counts an import's missing bytes against the disk until {@link #release}.
     *
     * @param needed how many bytes it has to write from now on
     * @param left how many of them are still to be written, asked again and again
     */
    synchronized void reserve(String id, long needed, LongSupplier left) throws ImportFailure {
        long others = outstanding.values().stream().mapToLong(LongSupplier::getAsLong).sum();
        long usable = usable();
        if (needed > 0 && needed > usable - reserve - others) {
            throw new ImportFailure(new ImportProblem.DiskFull(directory, needed, Math.max(0, usable - others),
                    reserve));
        }
        outstanding.put(id, left);
    }

    void release(String id) {
        outstanding.remove(id);
    }

    /** Looks whether somebody else took the room meanwhile. */
    void check(long aboutToWrite) throws ImportFailure {
        long usable = usable();
        if (aboutToWrite > usable - reserve) {
            throw new ImportFailure(new ImportProblem.DiskFull(directory, aboutToWrite, usable, reserve));
        }
    }

    /** What a failed write means. */
    ImportFailure failed(IOException e) {
        String message = String.valueOf(e.getMessage());
        if (message.contains("No space left on device") || message.contains("Disk quota exceeded")) {
            return new ImportFailure(new ImportProblem.DiskFull(directory, 0, 0, reserve));
        }
        return new ImportFailure(new ImportProblem.StoreFailed(e.getClass().getSimpleName() + " " + message));
    }

    private long usable() throws ImportFailure {
        try {
            return freeSpace.usableBytes(directory);
        } catch (IOException e) {
            throw failed(e);
        }
    }
}
