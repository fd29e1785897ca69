package org.gatehouse.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * The one directory that holds a box's state, locked for one process at a time. Thread-safe. The lock belongs to the
 * process, so that it dies with it, also by {@code kill -9}.
 */
public final class DataDirectory implements AutoCloseable {

    private static final String LOCK = "gatehouse.lock";

    private final Path root;
    private final FileChannel lockFile;
    private final FileLock lock;

    private DataDirectory(Path root, FileChannel lockFile, FileLock lock) {
        this.root = root;
        this.lockFile = lockFile;
        this.lock = lock;
    }

    /**
     * Makes the directory if it is missing (readable by its owner alone) and locks it.
     *
     * @throws StoreFailure when it cannot be made, or another process holds it
     */
    public static DataDirectory open(Path root) {
        try {
            Path made = createPrivate(root);
            FileChannel file = FileChannel.open(made.resolve(LOCK), StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE);
            FileLock lock = tryLock(file);
            if (lock == null) {
                file.close();
                throw new StoreFailure("The data directory is in use: " + root
                        + " is locked by another running daemon. Stop that one, or choose another directory.");
            }
            return new DataDirectory(made, file, lock);
        } catch (IOException e) {
            throw new StoreFailure("The data directory cannot be used: " + root + " (" + e
                    + "). Check that it exists, that its disk has space, and that this user may write there.", e);
        }
    }

    /** The directory itself, absolute. */
    public Path root() {
        return root;
    }

    /** Where the embedded database lies. */
    public Path database() {
        return root.resolve("database");
    }

    /** Where the trail's journal lies. */
    public Path journal() {
        return root.resolve("journal");
    }

    /** Where the key-encryption key lies unless settings put it elsewhere. */
    public Path secret() {
        return root.resolve("secret");
    }

    /** Where the files of clients and the results of their batches lie, sealed. */
    public Path batches() {
        return root.resolve("batches");
    }

    /** Lets another process have it. */
    @Override
    public void close() {
        try (FileChannel file = lockFile) {
            lock.release();
        } catch (IOException e) {
            throw new StoreFailure("The lock of " + root + " could not be released: " + e, e);
        }
    }

    /** Makes a directory, and its parents, that only its owner can read. */
    public static Path createPrivate(Path directory) throws IOException {
        Path absolute = directory.toAbsolutePath().normalize();
        if (Files.isDirectory(absolute)) {
            return absolute;
        }
        return Files.createDirectories(absolute, ownerOnly("rwx------", absolute));
    }

    /** Permissions for a new file, or none on a file system without them. */
    static FileAttribute<?>[] ownerOnly(String permissions, Path near) {
        Set<PosixFilePermission> set = PosixFilePermissions.fromString(permissions);
        Path existing = near.toAbsolutePath();
        while (existing != null && !Files.exists(existing, LinkOption.NOFOLLOW_LINKS)) {
            existing = existing.getParent();
        }
        if (existing == null || !existing.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return new FileAttribute<?>[0];
        }
        return new FileAttribute<?>[]{PosixFilePermissions.asFileAttribute(set)};
    }

    private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException e) {
            // The same JVM holds it: the same answer as when another process does.
            return null;
        }
    }
}
