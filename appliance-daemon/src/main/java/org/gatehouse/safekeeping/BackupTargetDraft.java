package org.gatehouse.safekeeping;

import java.net.URI;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** Where backups are brought, when, and how many are kept there. Immutable. */
public record BackupTargetDraft(@About("What kind of place it is.") Kind kind,
        @About(value = "For directory an absolute path on the box, best on another disk; for sftp the directory there; for medium the volume, as the list of media has it; null otherwise.", min = 1, max = 1000, pattern = "[^\\p{Cntrl}]+") @Nullable String directory,
        @About("The store, for s3; null otherwise.") @Nullable Store s3,
        @About("The server, for sftp; null otherwise.") @Nullable Server sftp,
        @About(value = "The secret access key, the password, or the private key in PEM (OpenSSH or PKCS #8, not encrypted). Absent: the one that is stored stays, as long as it goes to the same place. Never shown.", min = 1, max = 16000, secret = true) @Nullable String secret,
        @About(value = "Under which the key that opens a backup goes into it, 12 characters or more: whoever restores one on another box must type it. Absent: the one that is stored stays; where none is, the files open on this very box only. Never shown.", min = SHORTEST_PASSPHRASE, max = LONGEST_PASSPHRASE, pattern = "[^\\p{Cntrl}]+", secret = true) @Nullable String passphrase,
        @About(value = "After which hour of the box's day one is brought there.", fallback = "3", max = 23) int hour,
        @About(value = "How many of the newest are kept there.", fallback = "14", min = 1, max = 365) int keep) {

    /** Whoever gets hold of a backup can try as many as they like. */
    public static final int SHORTEST_PASSPHRASE = 12;
    /** More than anybody types. */
    public static final int LONGEST_PASSPHRASE = 200;

    /** Kinds of places. */
    public enum Kind {
        /** A directory that the box sees: a disk, or something that somebody mounted. */
        DIRECTORY,
        /** A stick or disk that is plugged into an appliance, with a FAT or exFAT file system. */
        MEDIUM,
        /** A store that speaks the S3 protocol. */
        S3,
        /** A server that speaks SFTP. */
        SFTP
    }

    /** A store that speaks S3. */
    public record Store(
            @About(value = "Its address, such as https://s3.eu-central-1.amazonaws.com; http only inside.", min = 8, max = 500) String endpoint,
            @About(value = "Its region; stores of one's own take any.", fallback = "\"us-east-1\"", min = 1, max = 64, pattern = "[a-z0-9-]+") String region,
            @About(value = "The bucket.", min = 3, max = 63, pattern = "[a-z0-9][a-z0-9.-]+") String bucket,
            @About(value = "What names there begin with, such as gatehouse/.", fallback = "\"\"", max = 200, pattern = "([A-Za-z0-9._-]+/)*") String prefix,
            @About(value = "Whose key it is: the access key id.", min = 1, max = 200, pattern = "[\\x21-\\x7e]+") String accessKeyId) {

        /** Checks the address. */
        public Store {
            URI address = URI.create(endpoint);
            if (address.getHost() == null || address.getUserInfo() != null || !address.getPath().matches("/?")
                    || address.getScheme() == null || !address.getScheme().matches("https?")) {
                throw new IllegalArgumentException(
                        "endpoint must be https://host or https://host:port and nothing more");
            }
        }
    }

    /** A server that speaks SFTP. */
    public record Server(
            @About(value = "Its name or address.", min = 1, max = 253, pattern = "[A-Za-z0-9.:-]+") String host,
            @About(value = "Its port.", fallback = "22", min = 1, max = 65535) int port,
            @About(value = "Who signs in there.", min = 1, max = 100, pattern = "[^\\p{Cntrl}]+") String user,
            @About(value = "The fingerprint of its host key, as ssh-keygen -l shows it. A test with any other says which one it has.", min = 8, max = 100, pattern = "SHA256:[A-Za-z0-9+/]{1,43}=?") String hostKey) {}

    /** Checks that what belongs to the kind is there. */
    public BackupTargetDraft {
        switch (kind) {
            case DIRECTORY -> {
                if (directory == null || !directory.startsWith("/")) {
                    throw new IllegalArgumentException("directory must be an absolute path");
                }
            }
            case MEDIUM -> {
                if (directory == null || !directory.matches("[0-9A-F]{4}-[0-9A-F]{4}")) {
                    throw new IllegalArgumentException(
                            "directory must be a volume of what is plugged in, such as 1A2B-3C4D");
                }
            }
            case S3 -> {
                if (s3 == null) {
                    throw new IllegalArgumentException("s3 must say which store");
                }
            }
            case SFTP -> {
                if (sftp == null || directory == null) {
                    throw new IllegalArgumentException("sftp must say which server, and directory where there");
                }
            }
        }
    }

    /** Whether the place wants a secret. */
    boolean wantsSecret() {
        return kind == Kind.S3 || kind == Kind.SFTP;
    }

    /** Leaves the secrets out. */
    @Override
    public String toString() {
        return "BackupTargetDraft[" + kind + "]";
    }

    BackupTargetDraft withSecret(@Nullable String other) {
        return new BackupTargetDraft(kind, directory, s3, sftp, other, passphrase, hour, keep);
    }

    BackupTargetDraft withPassphrase(@Nullable String other) {
        return new BackupTargetDraft(kind, directory, s3, sftp, secret, other, hour, keep);
    }

    /** Whether a secret of the other goes to the same place with this one. */
    boolean isSamePlace(BackupTargetDraft other) {
        return kind == other.kind && switch (kind) {
            case DIRECTORY, MEDIUM -> true;
            case S3 -> Objects.requireNonNull(s3).endpoint()
                    .equals(Objects.requireNonNull(other.s3).endpoint());
            case SFTP -> Objects.requireNonNull(sftp).host()
                    .equals(Objects.requireNonNull(other.sftp).host())
                    && sftp.port() == other.sftp.port() && sftp.hostKey().equals(other.sftp.hostKey());
        };
    }
}
