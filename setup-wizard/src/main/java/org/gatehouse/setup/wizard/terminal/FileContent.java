package org.gatehouse.setup.wizard.terminal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

/** Long texts, such as certificates, which nobody types: given on a terminal by the path of a file on this machine. */
final class FileContent {
    private static final long LARGEST = 1 << 20;

    private FileContent() {}

    /** Why an entry gives no text; null where it does. */
    static @Nullable String complaint(String entry) {
        if (entry.indexOf('\n') >= 0) {
            return null;
        }
        try {
            Path file = Path.of(entry.strip());
            if (!Files.isRegularFile(file) || Files.size(file) > LARGEST) {
                return "There is no such file on this machine; give its whole path.";
            }
            Files.readString(file);
            return null;
        } catch (IOException | InvalidPathException _) {
            return "The file can't be read as text; may this user read it?";
        }
    }

    /** The text that an entry without complaint gives. */
    static String of(String entry) {
        try {
            return entry.indexOf('\n') >= 0 ? entry : Files.readString(Path.of(entry.strip()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
