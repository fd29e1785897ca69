package org.gatehouse.gpu;

import java.util.Locale;

/** What happened to a GPU, typed. Two symptoms with the same {@link #key()} on one GPU are the same event, seen again. */
public sealed interface GpuSymptom {

    /** The driver reported an error by its number. */
    record Xid(int code) implements GpuSymptom {
        @Override
        public String key() {
            return "xid-" + code;
        }

        @Override
        public Severity severity() {
            return XidTable.of(code).severity();
        }

        @Override
        public GpuAction action() {
            return XidTable.of(code).action();
        }

        @Override
        public String text() {
            return "The driver reported XID " + code + ": " + XidTable.of(code).meaning();
        }

        @Override
        public String advice() {
            return XidTable.of(code).advice();
        }
    }

    /** Heat holds the clocks down. */
    record ThermalSlowdown(boolean hardware) implements GpuSymptom {
        @Override
        public String key() {
            return hardware ? "thermal-hardware" : "thermal-software";
        }

        @Override
        public Severity severity() {
            return hardware ? Severity.CRITICAL : Severity.WARNING;
        }

        @Override
        public GpuAction action() {
            return GpuAction.CHECK_SITE;
        }

        @Override
        public String text() {
            return (hardware ? "The hardware" : "The driver") + " lowers the clocks because the GPU is too hot";
        }

        @Override
        public String advice() {
            return "Check the fans, the filters and the temperature of the room; answers are slower until it cools down.";
        }
    }

    /** The power supply asked for less. */
    record PowerBrake() implements GpuSymptom {
        @Override
        public String key() {
            return "power-brake";
        }

        @Override
        public Severity severity() {
            return Severity.WARNING;
        }

        @Override
        public GpuAction action() {
            return GpuAction.CHECK_SITE;
        }

        @Override
        public String text() {
            return "The power supply asked the GPU to slow down (power brake)";
        }

        @Override
        public String advice() {
            return "Check the power supplies and the load on their circuit; one of them may have failed.";
        }
    }

    /** Memory errors that could not be corrected. */
    record UncorrectedMemoryErrors() implements GpuSymptom {
        @Override
        public String key() {
            return "ecc-uncorrected";
        }

        @Override
        public Severity severity() {
            return Severity.CRITICAL;
        }

        @Override
        public GpuAction action() {
            return GpuAction.DRAIN_AND_RESET;
        }

        @Override
        public String text() {
            return "The GPU's memory had errors that could not be corrected";
        }

        @Override
        public String advice() {
            return "Restart the engines on this GPU; reset it when they are gone; have it tested if it comes again.";
        }
    }

    /** A row of memory is waiting to be replaced by a spare one. */
    record RowRemapPending() implements GpuSymptom {
        @Override
        public String key() {
            return "row-remap-pending";
        }

        @Override
        public Severity severity() {
            return Severity.WARNING;
        }

        @Override
        public GpuAction action() {
            return GpuAction.DRAIN_AND_RESET;
        }

        @Override
        public String text() {
            return "A bad row of the GPU's memory waits to be replaced by a spare one";
        }

        @Override
        public String advice() {
            return "Drain the GPU and reset it in the next quiet hour: the repair happens at the reset.";
        }
    }

    /** No spare row was left. */
    record RowRemapFailed() implements GpuSymptom {
        @Override
        public String key() {
            return "row-remap-failed";
        }

        @Override
        public Severity severity() {
            return Severity.CRITICAL;
        }

        @Override
        public GpuAction action() {
            return GpuAction.SERVICE;
        }

        @Override
        public String text() {
            return "A bad row of the GPU's memory could not be replaced";
        }

        @Override
        public String advice() {
            return "Take the GPU out of service and have the board exchanged.";
        }
    }

    /** Pages of memory are to be taken out of use (devices before Ampere). */
    record PageRetirementPending() implements GpuSymptom {
        @Override
        public String key() {
            return "page-retirement-pending";
        }

        @Override
        public Severity severity() {
            return Severity.WARNING;
        }

        @Override
        public GpuAction action() {
            return GpuAction.DRAIN_AND_RESET;
        }

        @Override
        public String text() {
            return "Pages of the GPU's memory wait to be taken out of use";
        }

        @Override
        public String advice() {
            return "Drain the GPU and reset it in the next quiet hour: the pages are retired at the reset.";
        }
    }

    /** The GPU does not answer any more. */
    record Lost() implements GpuSymptom {
        @Override
        public String key() {
            return "lost";
        }

        @Override
        public Severity severity() {
            return Severity.CRITICAL;
        }

        @Override
        public GpuAction action() {
            return GpuAction.REBOOT;
        }

        @Override
        public String text() {
            return "The GPU does not answer any more";
        }

        @Override
        public String advice() {
            return "Its engines are gone; boot the machine again, and if it stays away check its seat, its cables and its power.";
        }
    }

    /** A lost GPU answers again. */
    record Back() implements GpuSymptom {
        @Override
        public String key() {
            return "back";
        }

        @Override
        public Severity severity() {
            return Severity.INFO;
        }

        @Override
        public GpuAction action() {
            return GpuAction.WATCH;
        }

        @Override
        public String text() {
            return "The GPU answers again";
        }

        @Override
        public String advice() {
            return "Its deployments may be placed on it again; watch whether it stays.";
        }
    }

    /**
     * A health watch of DCGM found something.
     *
     * @param system what DCGM watched: {@code pcie}, {@code nvlink}, {@code memory}, … or {@code device} for errors of the whole device
     * @param code DCGM's error code
     * @param message DCGM's own words, cleaned of unfilled places
     * @param failing whether DCGM calls it a failure rather than a warning
     */
    record HealthIncident(String system, int code, String message, boolean failing) implements GpuSymptom {
        @Override
        public String key() {
            return "health-" + system.toLowerCase(Locale.ROOT) + "-" + code;
        }

        @Override
        public Severity severity() {
            return failing ? Severity.CRITICAL : Severity.WARNING;
        }

        @Override
        public GpuAction action() {
            return failing ? GpuAction.DRAIN_AND_RESET : GpuAction.WATCH;
        }

        @Override
        public String text() {
            return "DCGM's health watch of " + system + " reports: " + message;
        }

        @Override
        public String advice() {
            return failing
                    ? "Drain the GPU and reset it; have it tested with dcgmi diag if it comes again."
                    : "Watch whether it comes again.";
        }
    }

    /** What makes two sightings the same event; part of URLs and metric labels. */
    String key();

    /** How bad it is. */
    Severity severity();

    /** What a program is to do. */
    GpuAction action();

    /** What happened, for people. */
    String text();

    /** What to do, for people. */
    String advice();
}
