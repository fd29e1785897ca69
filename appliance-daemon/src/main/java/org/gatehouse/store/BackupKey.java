package org.gatehouse.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Puts a box's key-encryption key into a backup that was made without it, sealed under a passphrase. This needs the box's
 * own files: whoever holds no more than an admin token can have a backup, but never the key. Stateless.
 */
public final class BackupKey {

    private BackupKey() {}

    /**
     * Adds the key.
     *
     * @param backup a whole one, without a key
     * @param secretDirectory the box's, as {@link DataDirectory#secret} says
     * @throws StoreFailure when the key cannot be read or is not the one that the backup needs; the backup is as before
     */
    public static void add(Path backup, Path secretDirectory, char[] passphrase, SecureRandom random) {
        if (!Files.isReadable(secretDirectory.resolve(KeyEncryptionKey.FILE))) {
            throw new StoreFailure("There is no key to be read in " + secretDirectory + ". Only on the box itself, as "
                    + "the daemon's user, can it go into a backup; leave the passphrase out elsewhere.");
        }
        KeyEncryptionKey key = KeyEncryptionKey.load(secretDirectory, false, random);
        byte[] sealed = PassphraseSeal.seal(key.text().getBytes(StandardCharsets.US_ASCII), passphrase, random);
        try (FileSystem zip = FileSystems.newFileSystem(backup)) {
            Path manifestFile = zip.getPath(BackupManifest.NAME);
            BackupManifest manifest = Backup.JSON.readValue(Files.readAllBytes(manifestFile), BackupManifest.class);
            if (!manifest.keyEncryptionKeyId().equals(key.id())) {
                throw new StoreFailure("The key in " + secretDirectory + " is not the one that the backup needs ("
                        + manifest.keyEncryptionKeyId() + "): it belongs to another box. Name the data directory of "
                        + "the box that was backed up.");
            }
            List<BackupManifest.Part> parts = new ArrayList<>(manifest.parts());
            parts.add(new BackupManifest.Part(BackupManifest.KEY,
                    HexFormat.of().formatHex(Backup.sha256().digest(sealed)), 0));
            Files.write(zip.getPath(BackupManifest.KEY), sealed);
            Files.write(manifestFile,
                    Backup.JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(manifest.with(parts)));
        } catch (IOException e) {
            throw new StoreFailure("The key could not be put into the backup: " + backup + " (" + e
                    + "). Check the disk.", e);
        }
    }
}
