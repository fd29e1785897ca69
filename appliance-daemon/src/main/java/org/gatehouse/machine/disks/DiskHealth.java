package org.gatehouse.machine.disks;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/**
 * How a disk is, by its own word. Immutable.
 *
 * @param criticalWarning the bits of NVM Express' SMART log, byte 0
 */
public record DiskHealth(@About("What the system calls it.") String device, @About("Its model.") String model,
        @About("Its serial number.") String serial, @About("How large it is.") long bytes,
        @About("How it is.") Health health,
        @About("NVMe: its critical warnings, as bits: 1 little spare, 2 temperature, 4 unreliable, 8 read-only, 16 its cache may be lost.") @Nullable Integer criticalWarning,
        @About("How much of the writing that it was made for is done, in percent; may pass 100.") @Nullable Integer percentageUsed,
        @About("NVMe: how much of its spare room is left, in percent.") @Nullable Integer availableSpare,
        @About("NVMe: below so much spare room it is worn out.") @Nullable Integer spareThreshold,
        @About("NVMe: how often data could not be read or written.") @Nullable Long mediaErrors,
        @About("ATA: sectors that it gave up and replaced.") @Nullable Long reallocatedSectors,
        @About("ATA: sectors that it can't read now.") @Nullable Long pendingSectors,
        @About("Its temperature, in degrees Celsius.") @Nullable Integer temperature,
        @About("For how many hours it was powered.") @Nullable Long powerOnHours,
        @About("What it means; if something is to be done, what.") String message) {

    private static final int SPARE = 1;
    private static final int TEMPERATURE = 2;
    private static final int UNRELIABLE = 4;
    private static final int READ_ONLY = 8;
    private static final int VOLATILE = 16;
    private static final int WORN = 100;

    /** What a disk says of itself as a whole. */
    public enum Health {
        /** It takes itself for well. */
        PASSED,
        /** It fails, or is about to. */
        FAILED,
        /** It tells nothing, as virtual disks and those behind some controllers, or it did not answer. */
        UNKNOWN,
        /** It was there since the program started, and is not any more. */
        GONE
    }

    /** The same, with words about it. */
    DiskHealth explained() {
        return with(health, switch (health) {
            case PASSED -> wear() >= WORN || isPending() ? worn() : "It takes itself for well.";
            case FAILED -> isFailing() ? failing() : worn();
            case UNKNOWN, GONE -> message;
        });
    }

    /** It is not seen any more. */
    DiskHealth gone() {
        return with(Health.GONE, named() + " was there and is not seen any more: it failed, or somebody took it out."
                + " Look whether it sits well, and replace it; a restart forgets it.");
    }

    private DiskHealth with(Health now, String says) {
        return new DiskHealth(device, model, serial, bytes, now, criticalWarning, percentageUsed, availableSpare,
                spareThreshold, mediaErrors, reallocatedSectors, pendingSectors, temperature, powerOnHours, says);
    }

    /** Whether it should be replaced now, or looked after at once. One that is merely worn is not. */
    public boolean isFailing() {
        return health == Health.GONE
                || health == Health.FAILED && (criticalWarning == null || (criticalWarning & ~SPARE) != 0);
    }

    /** How worn it is, in percent: 100 also when its spare room is nearly used up, or sectors can't be read. */
    public int wear() {
        Integer spare = availableSpare;
        Integer least = spareThreshold;
        boolean spent = criticalWarning != null && (criticalWarning & SPARE) != 0
                || spare != null && least != null && spare < least;
        int used = percentageUsed == null ? 0 : percentageUsed;
        return spent || isPending() ? Math.max(WORN, used) : used;
    }

    private boolean isPending() {
        return pendingSectors != null && pendingSectors > 0;
    }

    /** What fails, and what to do. */
    private String failing() {
        return named() + " fails: " + reasons() + ". Take a backup that is kept elsewhere now, and "
                + (criticalWarning != null && (criticalWarning & ~SPARE) == TEMPERATURE
                        ? "see that air reaches the disk."
                        : "replace the disk.");
    }

    /** How worn it is, and what to do. */
    public String worn() {
        List<String> said = new ArrayList<>();
        if (percentageUsed != null) {
            said.add(percentageUsed + " % of the writing that it was made for is done");
        }
        if (availableSpare != null) {
            said.add(availableSpare + " % of its spare room are left"
                    + (spareThreshold == null ? "" : ", it wants " + spareThreshold + " %"));
        }
        if (isPending()) {
            said.add(pendingSectors + " sectors can't be read");
        }
        return named() + " wears out: " + String.join("; ", said)
                + ". Plan to replace it, and see that backups are kept"
                + " elsewhere.";
    }

    private String reasons() {
        Integer bits = criticalWarning;
        if (bits == null) {
            return "it says so itself" + (reallocatedSectors == null || reallocatedSectors == 0
                    ? ""
                    : ", and has replaced " + reallocatedSectors + " sectors");
        }
        List<String> said = new ArrayList<>();
        add(said, bits, TEMPERATURE, "it is too hot or too cold");
        add(said, bits, UNRELIABLE, "it can't be relied on any more");
        add(said, bits, READ_ONLY, "it can only be read");
        add(said, bits, VOLATILE, "a power cut may lose what it was given");
        add(said, bits, SPARE, "its spare room is used up");
        return said.isEmpty() ? "it says so itself" : String.join("; ", said);
    }

    private static void add(List<String> said, int bits, int bit, String words) {
        if ((bits & bit) != 0) {
            said.add(words);
        }
    }

    /** As people find it. */
    public String named() {
        return "The disk " + device + (model.isEmpty()
                ? ""
                : " (" + model
                        + (serial.isEmpty() ? "" : ", serial number " + serial) + ")");
    }
}
