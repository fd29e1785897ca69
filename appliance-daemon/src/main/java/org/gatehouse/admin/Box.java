package org.gatehouse.admin;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import org.gatehouse.acme.AcmeSource;
import org.gatehouse.acme.AcmeState;
import org.gatehouse.governance.form.About;
import org.gatehouse.machine.MachinePower;
import org.gatehouse.machine.SystemChanges;
import org.gatehouse.machine.disks.Disks;
import org.gatehouse.machine.encryption.DataEncryption;
import org.gatehouse.machine.layers.Layers;
import org.gatehouse.machine.update.Updates;
import org.gatehouse.safekeeping.Restores;

/** The box as a whole, as whoever runs it sees it; supplied by the daemon. Thread-safe. */
public interface Box {

    /** What runs and what is wrong. Takes at most a few seconds. */
    Status status();

    /**
     * Writes a consistent backup while the box serves; throws when it can't be finished.
     *
     * @param passphrase under which the key that opens it goes along; {@code null} leaves the key out
     */
    void backup(OutputStream out, char @Nullable [] passphrase) throws IOException;

    /** Puts a backup in place of what the box has. */
    Restores restores();

    /** Writes what somebody who helps must know, in one file that may be sent: a ZIP archive without secrets and prompts. */
    void supportBundle(OutputStream out) throws IOException;

    /** The certificate that clients see; empty without TLS. */
    Optional<Certificate> certificate();

    /** The authority that gives it over the network. */
    AcmeSource acme();

    /** Whether the main port shows what {@link #acme()} gets; it shows other files otherwise, which the settings name. */
    boolean showsAcme();

    /**
     * Ends the daemon and starts it again, in a moment: running calls may end first. False where nobody
     * starts it again.
     */
    boolean restart();

    /** The machine's name, time and network. */
    SystemChanges machine();

    /** Whether a time server has set the machine's clock since it started; empty where nobody can tell. */
    Optional<Boolean> clockSynchronised();

    /** The machine's power. */
    MachinePower power();

    /** The releases of its operating system. */
    Updates updates();

    /** Vendors' parts beside it. */
    Layers layers();

    /** Whether its data are encrypted, and the recovery key. */
    DataEncryption encryption();

    /** How its disks are. */
    Disks disks();

    /** A certificate. */
    record Certificate(@About("SHA-256 fingerprint, as AB:CD:…") String fingerprint,
            @About("When it ends, or has ended.") Instant expiresAt,
            @About("How the authority does that gives it over the network; null when none is set up.") @Nullable AcmeState acme) {}

    /**
     * How the box does.
     *
     * @param revision of the policy snapshot in force
     */
    record Status(@About("The program's version.") String version, @About("When the daemon started.") Instant startedAt,
            @About("The revision of the policy that is in force; grows with each change.") long revision,
            @About("Whether everything works.") boolean healthy,
            @About("The parts of the box.") List<Part> parts) {

        /** Copies the parts. */
        public Status {
            parts = List.copyOf(parts);
        }
    }

    /** A part of the box. */
    record Part(@About("Its name.") String name, @About("Whether it works.") boolean healthy,
            @About("How it does; if it does not work, what to do.") String message) {}
}
