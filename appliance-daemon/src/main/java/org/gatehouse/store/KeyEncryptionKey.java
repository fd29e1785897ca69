package org.gatehouse.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Set;

import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key that wraps the data keys: 256 bits in a file outside the database, readable by its owner alone. Immutable.
 *
 * @param id the first 16 hex digits of the key's SHA-256: tells keys apart without telling the key
 */
record KeyEncryptionKey(String id, SecretKey key) {

    /** The file's name in its directory. */
    static final String FILE = "key-encryption-key";

    private static final String FORM = "gatehouse-key-1 ";
    private static final int BYTES = 32;

    /** Reads the key; makes one when {@code create} and there is none. */
    static KeyEncryptionKey load(Path directory, boolean create, SecureRandom random) {
        Path file = directory.resolve(FILE);
        try {
            if (!Files.exists(file)) {
                if (!create) {
                    throw new StoreFailure("The key-encryption key is missing: the database holds sealed secrets and "
                            + file + " does not exist. Put the file back from where you keep it (or restore a backup "
                            + "made with a passphrase).");
                }
                write(DataDirectory.createPrivate(directory), random);
            }
            return parse(Files.readString(file, StandardCharsets.US_ASCII), file);
        } catch (IOException e) {
            throw new StoreFailure("The key-encryption key cannot be read: " + file + " (" + e
                    + "). The daemon's user must own it, mode 0600.", e);
        }
    }

    /** What the file holds. */
    String text() {
        return FORM + Base64.getEncoder().encodeToString(key.getEncoded()) + "\n";
    }

    static KeyEncryptionKey parse(String text, Path file) {
        String line = text.strip();
        if (line.startsWith(FORM)) {
            try {
                byte[] bytes = Base64.getDecoder().decode(line.substring(FORM.length()));
                if (bytes.length == BYTES) {
                    return of(bytes);
                }
            } catch (IllegalArgumentException e) {
                // Not base64: the same answer as for a wrong length.
            }
        }
        throw new StoreFailure(
                "The key-encryption key is damaged: " + file + " is not in the form it was written in. Put the "
                        + "original file back from where you keep it.");
    }

    /** Not the key. */
    @Override
    public String toString() {
        return "KeyEncryptionKey[" + id + "]";
    }

    private static KeyEncryptionKey of(byte[] bytes) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return new KeyEncryptionKey(HexFormat.of().formatHex(digest, 0, 8), new SecretKeySpec(bytes, "AES"));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whole or not at all: a key file that was half written would cost every secret. */
    private static void write(Path directory, SecureRandom random) throws IOException {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        put(directory, of(bytes));
    }

    static void put(Path directory, KeyEncryptionKey key) throws IOException {
        Path target = directory.resolve(FILE);
        if (Files.exists(target)) {
            throw new FileAlreadyExistsException(target.toString());
        }
        Path draft = directory.resolve(FILE + ".new");
        Files.deleteIfExists(draft);
        try (FileChannel channel = FileChannel.open(draft,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                DataDirectory.ownerOnly("rw-------", directory))) {
            channel.write(ByteBuffer.wrap(key.text().getBytes(StandardCharsets.US_ASCII)));
            channel.force(true);
        }
        Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel parent = FileChannel.open(Objects.requireNonNull(target.getParent()),
                StandardOpenOption.READ)) {
            parent.force(true);
        }
    }
}
