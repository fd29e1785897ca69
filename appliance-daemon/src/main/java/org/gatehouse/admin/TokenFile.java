package org.gatehouse.admin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** How the box's own tokens are made, hashed and laid into files that their owner alone can read. Stateless. */
final class TokenFile {
    /** Longer texts are no tokens and are not even hashed. */
    static final int LONGEST = 200;
    private static final int SECRET_BYTES = 32;

    private TokenFile() {}

    /** A token of 256 random bits behind a prefix that says what it opens. */
    static String fresh(String prefix, RandomGenerator random) {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        return prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    }

    /**
     * Puts a token into a file of mode 0600, whole or not at all.
     *
     * @throws UncheckedIOException when the file can't be written
     */
    static void write(Path directory, String name, String token) {
        Path file = directory.toAbsolutePath().resolve(name);
        try {
            Files.createDirectories(directory);
            boolean posix = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
            FileAttribute<?>[] ownerOnly = posix
                    ? new FileAttribute<?>[]{
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))}
                    : new FileAttribute<?>[0];
            Path temporary = directory.resolve(name + ".new");
            Files.deleteIfExists(temporary);
            Files.createFile(temporary, ownerOnly);
            Files.writeString(temporary, token + "\n");
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "A token can't be written to " + file + ". Make the data directory writable, then try again.", e);
        }
    }

    /** What lies there; empty when nothing does. */
    static Optional<String> read(Path directory, String name) {
        try {
            return Optional.of(Files.readString(directory.resolve(name)).strip()).filter(token -> !token.isEmpty());
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The token in " + directory.resolve(name) + " can't be read. Check the disk.",
                    e);
        }
    }

    static byte[] sha256(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
