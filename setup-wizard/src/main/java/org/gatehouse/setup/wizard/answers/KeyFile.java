package org.gatehouse.setup.wizard.answers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

import org.jspecify.annotations.Nullable;

/** Where the first key goes: it is shown only once, so the place is made sure of before anything begins. */
record KeyFile(Path file) {

    /** Why the key can't go there; null where it can. Leaves an empty file that only this user can read, unless there is one. */
    @Nullable
    String complaint() {
        try {
            if (!Files.exists(file)) {
                Files.createFile(file,
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
            return Files.isRegularFile(file) && Files.isWritable(file)
                    ? null
                    : "The key can't be written to " + file + ": it is no file that this user can write. Name another"
                            + " with --key-out.";
        } catch (IOException e) {
            return "The key can't be written to " + file + ": " + e.getClass().getSimpleName()
                    + ". Name another file with --key-out.";
        }
    }

    /** Keeps the key. */
    void keep(String key) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(file, key + "\n", StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
    }

    /** Removes the empty file that {@link #complaint} may have made, where no key came. */
    void tidy() throws IOException {
        if (Files.exists(file) && Files.size(file) == 0) {
            Files.delete(file);
        }
    }
}
