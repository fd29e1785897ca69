package org.gatehouse.gpu;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;

/** Scripts of boxes that are well. */
public final class FakeBoxes {
    /** When the tests' clocks stand still. */
    public static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
    /** A clock that stands still. */
    public static final Clock STANDING = Clock.fixed(NOW, ZoneOffset.UTC);

    private FakeBoxes() {}

    /** The uuid of a GPU of these boxes. */
    public static String uuid(int index) {
        return "GPU-00000000-0000-0000-0000-00000000000" + index;
    }

    /** The PCI bus id of a GPU of these boxes. */
    public static String bus(int index) {
        return "00000000:" + (19 + index) + ":00.0";
    }

    /** A driver with this many GPUs, each with a value for nearly everything, joined by NVLink through switches. */
    public static FakeLibrary nvml(FakeLibrary fake, int count) {
        fake.set("count", count, "driver", "580.65.06");
        for (int i = 0; i < count; i++) {
            fake.gpu(i, "uuid", uuid(i), "name", "NVIDIA H100 80GB HBM3", "bus", bus(i), "serial", "16500" + i,
                    "minor", i, "capability", "9.0", "memory.total", 81_559, "memory.used", 1_000 + i,
                    "memory.reserved", 559, "utilisation", 40 + i, "memoryUtilisation", 20, "encoder", 0, "decoder", 0,
                    "temperature", 50 + i, "power", 300_500, "energy", 1_000_000 + i, "reasons", 4, "pstate", 0,
                    "powerLimit", 700_000, "powerLimitEnforced", 700_000, "clock.1", 1_980, "clock.2", 2_619,
                    "clock.3", 1_545, "maxClock.1", 1_980, "maxClock.2", 2_619, "threshold.0", 92, "threshold.1", 89,
                    "threshold.2", 95, "threshold.3", 87, "pcie.replays", 3, "pcie.generation", 5, "pcie.width", 16,
                    "pcie.sent", 1_000, "pcie.received", 2_000, "ecc.mode", 1, "ecc.corrected", 0, "ecc.uncorrected", 0,
                    "ecc.corrected.ever", 7, "ecc.uncorrected.ever", 0, "rows.corrected", 1, "rows.uncorrected", 0,
                    "rows.pending", 0, "rows.failed", 0, "field.82", 61, "field.186", 310_250, "field.138", 1_000_000,
                    "field.139", 2_000_000, "mig", 0, "processes", "", "links", 2, "link0", "switch", "link1",
                    "switch");
            for (int policy = 0; policy < 6; policy++) {
                fake.gpu(i, "violation." + policy, 1_000L * policy);
            }
            for (int link = 0; link < 2; link++) {
                for (int counter = 0; counter < 4; counter++) {
                    fake.gpu(i, "link" + link + ".errors." + counter, counter + 1);
                }
            }
            for (int other = i + 1; other < count; other++) {
                fake.set("ancestor." + i + "." + other, 50);
            }
        }
        return fake;
    }

    /** Gives each GPU the activity counters of Hopper. */
    public static FakeLibrary withGpm(FakeLibrary fake, int count) {
        for (int i = 0; i < count; i++) {
            fake.gpu(i, "gpm", 1, "gpm.1", 95.0, "gpm.2", 90.5, "gpm.3", 41.0, "gpm.5", 55.25, "gpm.10", 70.0, "gpm.11",
                    0.0, "gpm.12", 12.0, "gpm.13", 3.0, "gpm.20", 100.0, "gpm.21", 200.0, "gpm.60", 4_000.0, "gpm.61",
                    3_000.0);
        }
        return fake;
    }

    /** A host engine with this many GPUs, each with a value for every metric. */
    public static FakeLibrary dcgm(FakeLibrary fake, int count) {
        fake.set("count", count, "engine.version", "4.6.0");
        for (int i = 0; i < count; i++) {
            fake.gpu(i, "uuid", uuid(i), "name", "NVIDIA H100 80GB HBM3", "bus", bus(i), "serial", "16500" + i,
                    "driver", "580.65.06", "f52", i, "f55", i, "f63", 9 << 16, "f67", 0);
            for (GpuMetric metric : GpuMetric.values()) {
                fake.gpu(i, "f" + metric.fieldId(), metric.form() == GpuMetric.Form.REAL ? "0.5" : "1");
            }
            fake.gpu(i, "f100", 1_980, "f101", 2_619, "f112", 4, "f140", 61, "f150", 50 + i, "f155", "300.5", "f156",
                    1_000_000 + i, "f203", 40 + i, "f230", "!-14", "f250", 81_559, "f251", 80_000 - i, "f252",
                    1_000 + i,
                    "f253", 559, "f392", 0, "f395", 0, "f396", 0, "f311", 0, "f1004", "0.55");
        }
        return fake;
    }
}
