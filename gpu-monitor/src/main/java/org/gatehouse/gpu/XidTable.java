package org.gatehouse.gpu;

import java.util.Map;

import static java.util.Map.entry;
import static org.gatehouse.gpu.GpuAction.DRAIN_AND_RESET;
import static org.gatehouse.gpu.GpuAction.REBOOT;
import static org.gatehouse.gpu.GpuAction.RESTART_ENGINE;
import static org.gatehouse.gpu.GpuAction.SERVICE;
import static org.gatehouse.gpu.GpuAction.WATCH;
import static org.gatehouse.gpu.Severity.CRITICAL;
import static org.gatehouse.gpu.Severity.INFO;
import static org.gatehouse.gpu.Severity.WARNING;

/** What the numbers of NVIDIA's driver errors (XIDs) mean for a box that serves models, and what to do, in our words. */
public final class XidTable {
    /**
     * One number.
     *
     * @param severity how bad it is
     * @param action what a program is to do
     * @param meaning what it means
     * @param advice what to do, for people
     */
    public record Entry(Severity severity, GpuAction action, String meaning, String advice) {}

    private static final String APPLICATION = "Usually a fault of the engine or a kernel in it; it is started again. Look at its log, "
            + "and at its version if the same model does it again.";
    private static final String RESET = "The GPU needs a reset: its engines are moved or stopped, then it is reset "
            + "(nvidia-smi --gpu-reset) or the machine is booted.";
    private static final String EXCHANGE = "Take the GPU out of service, run dcgmi diag on it, and have the board exchanged if the test fails.";
    private static final String REPEATED = "Nothing to do for once; have the GPU tested if it comes again within days.";

    private static final Entry UNKNOWN = new Entry(WARNING, WATCH, "a driver error that this table does not know",
            "Look the number up in NVIDIA's XID catalogue, and in the kernel log for the lines around it.");

    private static final Map<Integer, Entry> ENTRIES = Map.ofEntries(
            entry(13, new Entry(WARNING, RESTART_ENGINE, "a kernel did something illegal", APPLICATION)),
            entry(31, new Entry(WARNING, RESTART_ENGINE, "a kernel touched memory that is not its own", APPLICATION)),
            entry(32, new Entry(WARNING, RESTART_ENGINE, "the command buffer was damaged", APPLICATION)),
            entry(38, new Entry(WARNING, RESTART_ENGINE, "the driver's firmware failed", RESET)),
            entry(43, new Entry(WARNING, RESTART_ENGINE, "a process's work on the GPU was stopped", APPLICATION)),
            entry(45, new Entry(INFO, WATCH, "work was cleaned up after a process ended or failed",
                    "A consequence, not a cause: look at what came just before.")),
            entry(48, new Entry(CRITICAL, DRAIN_AND_RESET, "memory error of two bits, not corrected", RESET)),
            entry(61, new Entry(CRITICAL, DRAIN_AND_RESET, "an inner controller stopped", RESET)),
            entry(62, new Entry(CRITICAL, DRAIN_AND_RESET, "an inner controller halted", RESET)),
            entry(63, new Entry(WARNING, DRAIN_AND_RESET, "a bad place in memory was noted for repair",
                    "The repair happens at the next reset; plan one in a quiet hour.")),
            entry(64, new Entry(CRITICAL, SERVICE, "a bad place in memory could not be noted for repair", EXCHANGE)),
            entry(68, new Entry(WARNING, RESTART_ENGINE, "the video decoder failed", APPLICATION)),
            entry(69,
                    new Entry(WARNING, RESTART_ENGINE, "the graphics engine met a wrong class of command",
                            APPLICATION)),
            entry(74, new Entry(CRITICAL, DRAIN_AND_RESET, "an NVLink connection failed",
                    "Engines that span GPUs over this link fail. Reset all GPUs of the island; check bridges, seats and the fabric manager.")),
            entry(79, new Entry(CRITICAL, REBOOT, "the GPU has fallen off the bus",
                    "Boot the machine again; if it comes again check the GPU's seat, its power cables and its cooling.")),
            entry(92, new Entry(WARNING, WATCH, "many corrected memory errors", REPEATED)),
            entry(94, new Entry(WARNING, RESTART_ENGINE, "memory error that hit one process only",
                    "Only the engine that touched the place fails; it is started again. Reset the GPU in a quiet hour.")),
            entry(95, new Entry(CRITICAL, DRAIN_AND_RESET, "memory error that may have hit every process", RESET)),
            entry(109, new Entry(WARNING, RESTART_ENGINE, "a change of context took too long", APPLICATION)),
            entry(119, new Entry(CRITICAL, DRAIN_AND_RESET, "the GPU's system processor does not answer", RESET)),
            entry(120, new Entry(CRITICAL, DRAIN_AND_RESET, "the GPU's system processor failed", RESET)),
            entry(121, new Entry(WARNING, DRAIN_AND_RESET, "the link between processor and GPU had an error",
                    "Reset the GPU in a quiet hour: the link is trained again then.")),
            entry(136, new Entry(CRITICAL, DRAIN_AND_RESET, "training of a link failed", RESET)),
            entry(140, new Entry(CRITICAL, DRAIN_AND_RESET, "memory error that could not be recovered", RESET)),
            entry(143, new Entry(CRITICAL, REBOOT, "the GPU could not be initialised", "Boot the machine again.")),
            entry(154, new Entry(WARNING, WATCH, "the recovery that the GPU asks for has changed",
                    "nvidia-smi -q names the recovery that is needed: none, reset, or reboot.")),
            entry(158, new Entry(CRITICAL, DRAIN_AND_RESET, "the GPU ran into a fatal time-out", RESET)));

    private XidTable() {}

    /** What the number means; an entry of its own for numbers that nobody has written down. */
    public static Entry of(int code) {
        return ENTRIES.getOrDefault(code, code >= 144 && code <= 150
                ? new Entry(CRITICAL, DRAIN_AND_RESET, "an NVLink connection failed (fifth generation)", RESET)
                : UNKNOWN);
    }
}
