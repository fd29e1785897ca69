package org.gatehouse.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;

/** Saves long answers: whole under their name, or not at all. */
final class Downloads {
    private Downloads() {}

    static void save(AdminClient client, String path, Map<String, String> query, Path file) {
        Path absolute = file.toAbsolutePath();
        Path directory = absolute.getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            throw new CommandFailed("There is no directory for " + file + ". Make it first.");
        }
        Path part = null;
        try (InputStream in = client.stream(path, query)) {
            part = Files.createTempFile(directory, file.getFileName() + ".", ".part");
            Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
            Files.move(part, absolute, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            remove(part);
            throw new CommandFailed(file + " could not be written whole: " + e.getMessage()
                    + ". Check the disk and the box's log, then try again.", e);
        }
    }

    private static void remove(@org.jspecify.annotations.Nullable Path part) {
        try {
            if (part != null) {
                Files.deleteIfExists(part);
            }
        } catch (IOException _) {
            // The message of the failure that came first is what counts.
        }
    }
}
