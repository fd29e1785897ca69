package org.gatehouse.setup.wizard.box;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * The file that keeps a claim across a power cut: whoever runs set-up again from the same place goes on without taking over from anybody. On
 * the box it lies beside the admin token and is as closed as that. Gone once set-up is finished.
 */
record TokenFile(Path file) {

    /** What an earlier run kept; empty where none did or this user may not read it. */
    Optional<String> read() {
        try {
            String text = Files.readString(file).strip();
            return text.isEmpty() ? Optional.empty() : Optional.of(text);
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /** Keeps a token, readable for this user alone. Does nothing where the directory can't be written: it is a convenience. */
    void keep(String token) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.deleteIfExists(file);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, token + "\n", StandardOpenOption.WRITE);
        } catch (IOException _) {
            // The next run asks for a fresh code instead.
        }
    }

    /** Forgets it. */
    void forget() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("The set-up token can't be removed from " + file
                    + ". It opens nothing any more; remove the file by hand.", e);
        }
    }
}
