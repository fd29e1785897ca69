package org.gatehouse.supervisor.models;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much room a disk has. */
@FunctionalInterface
interface FreeSpace {
    /** Bytes that may still be written on the file system of this existing path. */
    long usableBytes(Path path) throws IOException;

    static FreeSpace ofFileSystem() {
        return path -> Files.getFileStore(path).getUsableSpace();
    }
}
