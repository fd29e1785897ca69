package org.gatehouse.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/** Saves long answers: whole under their name, or not at all. */
final class Downloads {
    private Downloads() {}

    /** Saves under that name, readable by its owner alone: what comes down are people's names and what they did. */
    static void save(AdminClient client, String path, Map<String, String> query, Path file) {
        save(client, path, query, file, _ -> {});
    }

    /** The same; the file is finished by {@code last} before it gets its name. */
    static void save(AdminClient client, String path, Map<String, String> query, Path file, Consumer<Path> last) {
        Path absolute = file.toAbsolutePath();
        Path directory = absolute.getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            throw new CommandFailed("There is no directory for " + file + ". Make it first.");
        }
        Path part = null;
        try (InputStream in = client.stream(path, query)) {
            part = Files.createTempFile(directory, file.getFileName() + ".", ".part");
            try (OutputStream out = Files.newOutputStream(part)) {
                in.transferTo(out);
            }
            last.accept(part);
            Files.move(part, absolute, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            remove(part);
            throw new CommandFailed(file + " could not be written whole: " + e.getMessage()
                    + ". Check the disk and the box's log, then try again.", e);
        } catch (RuntimeException e) {
            remove(part);
            throw e;
        }
    }

    /** Passes text on while it comes. */
    static void print(AdminClient client, String path, Map<String, String> query, PrintWriter out) {
        try (Reader in = new InputStreamReader(client.stream(path, query), StandardCharsets.UTF_8)) {
            in.transferTo(out);
        } catch (IOException e) {
            throw new CommandFailed("What was printed is not whole: " + e.getMessage()
                    + ". Check the box's log, then try again.", e);
        }
        if (out.checkError()) {
            throw new CommandFailed("Not all could be written to the standard output. Check where it goes.");
        }
    }

    private static void remove(@Nullable Path part) {
        try {
            if (part != null) {
                Files.deleteIfExists(part);
            }
        } catch (IOException _) {
            // The message of the failure that came first is what counts.
        }
    }
}
