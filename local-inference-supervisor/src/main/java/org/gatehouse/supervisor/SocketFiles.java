package org.gatehouse.supervisor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** Stale Unix sockets. An engine's bind fails at once if the path exists, whoever left it there. */
final class SocketFiles {
    private SocketFiles() {}

    /** Deletes a socket; nothing happens if there is none. A file of another kind is never deleted. */
    static void unlink(Path socket) throws IOException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(socket, BasicFileAttributes.class,
                    LinkOption.NOFOLLOW_LINKS);
            if (!attributes.isOther()) {
                throw new IOException(socket + " is no socket and stays as it is; give the deployment another path");
            }
            Files.deleteIfExists(socket);
        } catch (NoSuchFileException _) {
            // Nothing stale.
        }
    }
}
