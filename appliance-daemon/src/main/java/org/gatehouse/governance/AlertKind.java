package org.gatehouse.governance;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What can be wrong, and when a rule takes it for wrong. */
public enum AlertKind {
    /** So many percent of a budget are spent, hard or soft. */
    BUDGET(Threshold.AT_LEAST),
    /** Calls do not go to a target because it failed too often. */
    BREAKER_OPEN(Threshold.NONE),
    /** A deployment that shall serve failed, or only some of it serves. */
    ENGINE_DOWN(Threshold.NONE),
    /** A GPU is lost, or something is wrong with it that lasts. */
    GPU_UNHEALTHY(Threshold.NONE),
    /** So many percent of a disk that the box writes to are in use. */
    DISK_SPACE(Threshold.AT_LEAST),
    /** The certificate that clients see is good for so many days at most. */
    CERTIFICATE(Threshold.AT_MOST),
    /** The trail refuses calls, or is about to. */
    TRAIL(Threshold.NONE),
    /** Somebody signed in past every sign-on provider. */
    BREAK_GLASS(Threshold.NONE),
    /** The last backup is so many days old. */
    BACKUP_AGE(Threshold.AT_LEAST),
    /** The wall clock went elsewhere at once. */
    CLOCK(Threshold.NONE),
    /** The data of an appliance are not encrypted, or nobody keeps the recovery key, or no TPM opens them. */
    ENCRYPTION(Threshold.NONE),
    /** A release that was installed on an appliance was not good, and the box came back. */
    UPDATE(Threshold.NONE),
    /** A disk inside the box fails by its own word, or is gone. */
    DISK_FAILING(Threshold.NONE),
    /** So many percent of what a disk inside the box can bear are used up. */
    DISK_WEAR(Threshold.AT_LEAST);

    private final Threshold threshold;

    AlertKind(Threshold threshold) {
        this.threshold = threshold;
    }

    /** How a value is held against a rule's threshold. */
    public enum Threshold {
        /** There is none: what is seen is wrong. */
        NONE,
        /** Wrong from the threshold up. */
        AT_LEAST,
        /** Wrong from the threshold down. */
        AT_MOST
    }

    /** How its values are held against thresholds. */
    public Threshold threshold() {
        return threshold;
    }

    /** Whether it happens at one moment rather than lasts: such an alert ends when somebody has acknowledged it. */
    public boolean isMoment() {
        return this == BREAK_GLASS;
    }

    /** The one with that name in the API; empty for one that only another version of the program knows. */
    public static Optional<AlertKind> of(String id) {
        return Arrays.stream(values()).filter(kind -> kind.id().equals(id)).findFirst();
    }

    /** The name in the API, lower case with underscores. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
