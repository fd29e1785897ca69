package org.gatehouse.store;

import java.nio.file.Path;
import java.util.Locale;

/** A backup can't be put in place of what a box has. Nothing was touched. */
public final class BackupRefused extends StoreFailure {
    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final String said;

    /** Why. */
    public enum Reason {
        /** It was cut off, or a part of it was changed. */
        DAMAGED,
        /** It is something else. */
        FOREIGN,
        /** A newer version wrote it. */
        NEWER,
        /** It carries no key, and the one that it needs is not here. */
        KEY,
        /** It was made with another passphrase. */
        PASSPHRASE;

        /** For programs, such as {@code backup_damaged}. */
        public String code() {
            return "backup_" + name().toLowerCase(Locale.ROOT);
        }
    }

    BackupRefused(Reason reason, Path backup, String said) {
        super("The backup is refused: " + backup + ": " + said + ". Nothing was touched.");
        this.reason = reason;
        this.said = said;
    }

    /** Why, in words that don't name the file. */
    public String said() {
        return said;
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }
}
