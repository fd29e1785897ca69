package org.gatehouse.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

import javax.crypto.AEADBadTagException;

import org.jspecify.annotations.Nullable;

import org.gatehouse.store.BackupRefused.Reason;

/** Reads a backup's file, and refuses it when it is not whole, not ours, or newer than this software. Stateless. */
final class BackupFile {

    private BackupFile() {}

    static ZipFile open(Path backup) {
        try {
            return new ZipFile(backup.toFile());
        } catch (IOException e) {
            throw new BackupRefused(Reason.DAMAGED, backup,
                    "it is no backup, or it was cut off (" + e.getMessage() + ")");
        }
    }

    /** Reads everything in a backup and compares it with its manifest. */
    static BackupManifest check(ZipFile zip, Path backup) throws IOException {
        BackupManifest manifest = manifest(zip, backup);
        if (!BackupManifest.FORMAT.equals(manifest.format())) {
            throw foreign(backup, "");
        }
        if (manifest.version() != BackupManifest.VERSION || !Migrations.ofThisBuild().knows(manifest.schema())) {
            throw new BackupRefused(Reason.NEWER, backup, "it was written by a newer version (schema "
                    + manifest.schema() + (manifest.software() == null ? "" : ", version " + manifest.software())
                    + "): install that version first");
        }
        Set<String> names = new HashSet<>(Set.of(BackupManifest.NAME));
        for (BackupManifest.Part part : manifest.parts()) {
            names.add(part.name());
            if (!isOurs(part.name())) {
                throw foreign(backup, ": it holds " + part.name());
            }
            ZipEntry entry = zip.getEntry(part.name());
            if (entry == null || !part.sha256().equals(digest(zip, entry))) {
                throw new BackupRefused(Reason.DAMAGED, backup,
                        "its part " + part.name() + " is damaged or missing");
            }
        }
        if (zip.size() != names.size()) {
            throw new BackupRefused(Reason.FOREIGN, backup, "it holds parts that its manifest does not name");
        }
        return manifest;
    }

    private static BackupManifest manifest(ZipFile zip, Path backup) {
        ZipEntry entry = zip.getEntry(BackupManifest.NAME);
        if (entry == null) {
            throw foreign(backup, "");
        }
        try (InputStream in = zip.getInputStream(entry)) {
            return Backup.JSON.readValue(in.readAllBytes(), BackupManifest.class);
        } catch (IOException e) {
            throw new BackupRefused(Reason.DAMAGED, backup, "its manifest cannot be read");
        }
    }

    private static BackupRefused foreign(Path backup, String more) {
        return new BackupRefused(Reason.FOREIGN, backup, "it was not written by this software" + more);
    }

    /** Only names that backups have: one such as {@code ../../x} must not be followed. */
    private static boolean isOurs(String name) {
        return name.equals(BackupManifest.KEY) || name.matches(BackupManifest.TABLE_FOLDER + "[a-z_0-9]+")
                || name.startsWith(BackupManifest.FILE_FOLDER)
                        && BackupManifest.FILES.contains(name.substring(BackupManifest.FILE_FOLDER.length()));
    }

    private static String digest(ZipFile zip, ZipEntry entry) {
        MessageDigest sha256 = Backup.sha256();
        try (InputStream in = new DigestInputStream(zip.getInputStream(entry), sha256)) {
            byte[] block = new byte[1 << 16];
            while (in.read(block) >= 0) {
                // Read for its digest only.
            }
            return HexFormat.of().formatHex(sha256.digest());
        } catch (IOException e) {
            return "unreadable";
        }
    }

    static BackupContents contents(ZipFile zip, BackupManifest manifest) {
        Map<String, Long> tables = new HashMap<>();
        long rows = 0;
        boolean key = false;
        for (BackupManifest.Part part : manifest.parts()) {
            key |= part.name().equals(BackupManifest.KEY);
            if (part.name().startsWith(BackupManifest.TABLE_FOLDER)) {
                tables.put(part.name().substring(BackupManifest.TABLE_FOLDER.length()), part.rows());
                rows += part.rows();
            }
        }
        long bytes = zip.stream().mapToLong(entry -> Math.max(0, entry.getSize())).sum();
        return new BackupContents(manifest.box(), manifest.software(), manifest.createdAt(), manifest.schema(), key,
                rows, tables, bytes);
    }

    /** The key in it; {@code null} when no passphrase is given. */
    static @Nullable KeyEncryptionKey key(ZipFile zip, Path backup, char @Nullable [] passphrase) throws IOException {
        if (passphrase == null) {
            return null;
        }
        ZipEntry entry = zip.getEntry(BackupManifest.KEY);
        if (entry == null) {
            throw new BackupRefused(Reason.KEY, backup,
                    "it holds no key: it was made without a passphrase. Leave the passphrase out, and put "
                            + "the key file in place yourself");
        }
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] text = PassphraseSeal.open(in.readAllBytes(), passphrase);
            return KeyEncryptionKey.parse(new String(text, StandardCharsets.US_ASCII), backup);
        } catch (AEADBadTagException e) {
            throw new BackupRefused(Reason.PASSPHRASE, backup,
                    "the passphrase is not the one that it was made with");
        }
    }
}
