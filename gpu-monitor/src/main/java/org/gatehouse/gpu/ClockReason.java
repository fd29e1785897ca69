package org.gatehouse.gpu;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** Why a GPU's clocks are where they are: the bits of {@link GpuMetric#CLOCK_REASONS}, the same in NVML and DCGM. */
public enum ClockReason {
    /** Nothing to do. */
    IDLE(0x1),
    /** An admin has set the clocks. */
    CLOCKS_SET(0x2),
    /** The power limit is reached; usual under full load. */
    POWER_CAP(0x4),
    /** The hardware has halved the clocks: heat, power brake, or a fast trigger. */
    HARDWARE_SLOWDOWN(0x8),
    /** A partner of the sync-boost group holds them down. */
    SYNC_BOOST(0x10),
    /** The driver lowers them because of heat. */
    SOFTWARE_THERMAL(0x20),
    /** The hardware lowers them because of heat. */
    HARDWARE_THERMAL(0x40),
    /** The power supply asks for less (external power brake). */
    POWER_BRAKE(0x80),
    /** The clocks of the display. */
    DISPLAY(0x100);

    private final long bit;

    ClockReason(long bit) {
        this.bit = bit;
    }

    /** The bit in the mask. */
    public long bit() {
        return bit;
    }

    /** The reasons in a mask; bits that are not known are left out. */
    public static Set<ClockReason> of(long mask) {
        EnumSet<ClockReason> reasons = EnumSet.noneOf(ClockReason.class);
        for (ClockReason reason : values()) {
            if ((mask & reason.bit) != 0) {
                reasons.add(reason);
            }
        }
        return Collections.unmodifiableSet(reasons);
    }
}
