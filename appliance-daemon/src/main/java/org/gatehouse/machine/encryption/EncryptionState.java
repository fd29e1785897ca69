package org.gatehouse.machine.encryption;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** How the data of the box are kept. Immutable. */
public record EncryptionState(
        @About("Whether this machine has the appliance's operating system; without it the daemon does not know how its disk is kept.") boolean supported,
        @About("Whether the data partition is encrypted.") boolean encrypted,
        @About("Whether this machine has a TPM 2.0 that the system can use.") boolean tpm,
        @About("Whether the TPM opens the data at the next start, so that nobody has to type the recovery key.") boolean sealed,
        @About("Whether Secure Boot is on: the firmware of this machine starts only what it has keys for.") boolean secureBoot,
        @About("How it stands with the recovery key.") RecoveryKey recoveryKey,
        @About("When the recovery key was typed last because the TPM did not open the data; null for never.") @Nullable Instant recoveredAt,
        @About("What it means, and what to do, for people.") String message) {

    /** How it stands with the recovery key. */
    public enum RecoveryKey {
        /** There is none: the data are not encrypted. */
        NONE,
        /** Nobody has said yet that they keep it; it is shown to whoever runs the box until then. */
        WAITING,
        /** Somebody keeps it; the box does not have it any more. */
        KEPT
    }

    /** Of a machine whose operating system is somebody else's. */
    static EncryptionState unsupported() {
        return new EncryptionState(false, false, false, false, false, RecoveryKey.NONE, null,
                "The operating system of this machine is somebody else's; whether its disk is encrypted is known there.");
    }

    /** Of an appliance, with what it means. */
    static EncryptionState of(boolean encrypted, boolean tpm, boolean sealed, boolean secureBoot, RecoveryKey key,
            @Nullable Instant recoveredAt) {
        return new EncryptionState(true, encrypted, tpm, sealed, secureBoot, key, recoveredAt,
                meaning(encrypted, tpm, sealed, key));
    }

    /** Whether somebody should do something about it. */
    public boolean wanting() {
        return supported && (!encrypted || !sealed || recoveryKey == RecoveryKey.WAITING);
    }

    private static String meaning(boolean encrypted, boolean tpm, boolean sealed, RecoveryKey key) {
        if (!encrypted) {
            return "The data of this box are NOT ENCRYPTED: whoever takes the disk can read keys and records. " + (tpm
                    ? "They were made when no TPM kept a key; a factory reset makes them anew, encrypted."
                    : "This machine has no TPM 2.0 that is switched on. Switch it on in the firmware and make a factory"
                            + " reset, or keep the disk where nobody can take it.");
        }
        String waiting = key == RecoveryKey.WAITING
                ? " Nobody has written the recovery key down yet: without it the data are lost when the TPM or the"
                        + " mainboard is replaced. See System in the console, or 'gatehouse encryption recovery-key'."
                : "";
        return (sealed
                ? "The data are encrypted and sealed to the TPM of this machine."
                : "The data are encrypted, but no TPM opens them: the recovery key is asked for at each start.")
                + waiting;
    }
}
