package org.gatehouse.machine.encryption;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

import org.gatehouse.machine.encryption.EncryptionState.RecoveryKey;

/**
 * What the initial RAM disk writes down of the data partition (see image-build/initrd), and where the recovery key lies until somebody
 * keeps it. Everybody may read how it stands; the key only root. Stateless.
 *
 * @param root {@code /} on an appliance
 */
record EncryptionFiles(Path root) {

    /** Where what it says of this start lies. */
    private Path told() {
        return root.resolve("run/gatehouse-data/state");
    }

    private Path place(String name) {
        return root.resolve("var/lib/gatehouse-agent/encryption").resolve(name);
    }

    /** The recovery key, until somebody keeps it. */
    Path recoveryKey() {
        return place("recovery-key");
    }

    /** There once somebody keeps the recovery key. */
    Path kept() {
        return place("kept");
    }

    /** Touched each time that the recovery key was typed. */
    private Path recovered() {
        return place("opened-by-recovery-key");
    }

    /** How it stands. */
    EncryptionState state() {
        try {
            Optional<Properties> told = read();
            if (told.isEmpty()) {
                return EncryptionState.unsupported();
            }
            boolean encrypted = !"plain".equals(told.get().getProperty("opened"));
            RecoveryKey key = encrypted
                    ? Files.exists(kept()) && !Files.exists(recoveryKey()) ? RecoveryKey.KEPT : RecoveryKey.WAITING
                    : RecoveryKey.NONE;
            return EncryptionState.of(encrypted, isTrue(told.get(), "tpm"), isTrue(told.get(), "sealed"),
                    isTrue(told.get(), "secureBoot"), key,
                    Files.exists(recovered()) ? Files.getLastModifiedTime(recovered()).toInstant() : null);
        } catch (IOException e) {
            throw new UncheckedIOException("How the data partition was opened can't be read", e);
        }
    }

    /** The encrypted partition; empty where there is none. */
    Optional<String> partition() throws IOException {
        return read().filter(told -> !"plain".equals(told.getProperty("opened")))
                .map(told -> told.getProperty("partition", "")).filter(name -> name.matches("/dev/[a-z0-9]+"));
    }

    private Optional<Properties> read() throws IOException {
        if (!Files.exists(told())) {
            return Optional.empty();
        }
        Properties told = new Properties();
        try (Reader in = Files.newBufferedReader(told())) {
            told.load(in);
        }
        return Optional.of(told);
    }

    private static boolean isTrue(Properties told, String name) {
        return Boolean.parseBoolean(told.getProperty(name));
    }
}
