package org.gatehouse.gpu.nvml;

import java.util.Arrays;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;

import org.gatehouse.gpu.GpuMetric;
import org.gatehouse.gpu.Readings;
import org.gatehouse.gpu.Readings.Absence;

import static org.gatehouse.gpu.nvml.NvmlAbi.OK;

/**
 * Reads the numbers of one GPU, function by function. What the driver refuses is absent with its reason; once a call says that the
 * GPU is lost the rest is left alone, since each further call may wait for a device that does not answer.
 */
final class NvmlReadings {
    private static final String EVENT_REASONS = "nvmlDeviceGetCurrentClocksEventReasons";
    private static final String THROTTLE_REASONS = "nvmlDeviceGetCurrentClocksThrottleReasons";
    private static final int PAGES = 64;

    private final NvmlSession session;
    private final Memory out;
    private final Memory fields = NvmlSession.cleared(4L * NvmlAbi.FieldValue.SIZE);
    private final Memory pages = NvmlSession.cleared(8L * PAGES);
    private final String reasons;
    private Pointer device = Pointer.NULL;
    private Readings.Builder into = new Readings.Builder();
    private boolean lost;

    NvmlReadings(NvmlSession session) {
        this.session = session;
        this.out = session.scratch();
        this.reasons = session.has(EVENT_REASONS) ? EVENT_REASONS : THROTTLE_REASONS;
    }

    /** Totals of NVLink traffic since the driver was loaded, in KiB; -1 where there is none. */
    record LinkTotals(long sentKibibytes, long receivedKibibytes) {}

    /** Whether the last reading met a GPU that is lost or waits for a reset. */
    boolean lost() {
        return lost;
    }

    /** What is read at each sample. */
    void often(Pointer handle, Readings.Builder values) {
        begin(handle, values);
        whole(GpuMetric.TEMPERATURE, "nvmlDeviceGetTemperature", 0);
        whole(GpuMetric.SM_CLOCK, "nvmlDeviceGetClockInfo", NvmlAbi.CLOCK_SM);
        whole(GpuMetric.MEMORY_CLOCK, "nvmlDeviceGetClockInfo", NvmlAbi.CLOCK_MEMORY);
        big(GpuMetric.CLOCK_REASONS, reasons);
        milliwatts(GpuMetric.POWER, "nvmlDeviceGetPowerUsage");
        big(GpuMetric.ENERGY, "nvmlDeviceGetTotalEnergyConsumption");
        whole(GpuMetric.PERFORMANCE_STATE, "nvmlDeviceGetPerformanceState");
        utilisation();
        whole(GpuMetric.ENCODER_UTILISATION, "nvmlDeviceGetEncoderUtilization", out, out.share(4));
        whole(GpuMetric.DECODER_UTILISATION, "nvmlDeviceGetDecoderUtilization", out, out.share(4));
        if (!lost) {
            note(GpuMetric.MEMORY_TOTAL, NvmlMemory.read(session, device, into));
        }
        violation(GpuMetric.POWER_VIOLATION, 0);
        violation(GpuMetric.THERMAL_VIOLATION, 1);
        big(GpuMetric.ECC_CORRECTED, "nvmlDeviceGetTotalEccErrors", 0, 0);
        big(GpuMetric.ECC_UNCORRECTED, "nvmlDeviceGetTotalEccErrors", 1, 0);
    }

    /** What moves rarely. */
    void rarely(Pointer handle, int links, Readings.Builder values) {
        begin(handle, values);
        whole(GpuMetric.VIDEO_CLOCK, "nvmlDeviceGetClockInfo", NvmlAbi.CLOCK_VIDEO);
        whole(GpuMetric.SM_CLOCK_MAX, "nvmlDeviceGetMaxClockInfo", NvmlAbi.CLOCK_SM);
        whole(GpuMetric.MEMORY_CLOCK_MAX, "nvmlDeviceGetMaxClockInfo", NvmlAbi.CLOCK_MEMORY);
        whole(GpuMetric.TEMPERATURE_SHUTDOWN, "nvmlDeviceGetTemperatureThreshold", 0);
        whole(GpuMetric.TEMPERATURE_SLOWDOWN, "nvmlDeviceGetTemperatureThreshold", 1);
        whole(GpuMetric.MEMORY_TEMPERATURE_MAX, "nvmlDeviceGetTemperatureThreshold", 2);
        whole(GpuMetric.TEMPERATURE_MAX, "nvmlDeviceGetTemperatureThreshold", 3);
        milliwatts(GpuMetric.POWER_LIMIT, "nvmlDeviceGetPowerManagementLimit");
        milliwatts(GpuMetric.POWER_LIMIT_ENFORCED, "nvmlDeviceGetEnforcedPowerLimit");
        whole(GpuMetric.FAN_SPEED, "nvmlDeviceGetFanSpeed");
        whole(GpuMetric.PCIE_REPLAYS, "nvmlDeviceGetPcieReplayCounter");
        whole(GpuMetric.PCIE_GENERATION, "nvmlDeviceGetCurrPcieLinkGeneration");
        whole(GpuMetric.PCIE_WIDTH, "nvmlDeviceGetCurrPcieLinkWidth");
        violation(GpuMetric.SYNC_BOOST_VIOLATION, 2);
        violation(GpuMetric.BOARD_LIMIT_VIOLATION, 3);
        violation(GpuMetric.LOW_UTILISATION_VIOLATION, 4);
        violation(GpuMetric.RELIABILITY_VIOLATION, 5);
        whole(GpuMetric.ECC_MODE, "nvmlDeviceGetEccMode", out, out.share(4));
        big(GpuMetric.ECC_CORRECTED_EVER, "nvmlDeviceGetTotalEccErrors", 0, 1);
        big(GpuMetric.ECC_UNCORRECTED_EVER, "nvmlDeviceGetTotalEccErrors", 1, 1);
        retired(GpuMetric.PAGES_RETIRED_CORRECTED, 0);
        retired(GpuMetric.PAGES_RETIRED_UNCORRECTED, 1);
        whole(GpuMetric.PAGES_PENDING, "nvmlDeviceGetRetiredPagesPendingStatus");
        remappedRows();
        if (links > 0) {
            linkErrors(GpuMetric.NVLINK_REPLAYS, 0, links);
            linkErrors(GpuMetric.NVLINK_RECOVERIES, 1, links);
            linkErrors(GpuMetric.NVLINK_FLIT_ERRORS, 2, links);
            linkErrors(GpuMetric.NVLINK_DATA_ERRORS, 3, links);
        }
    }

    /** What has no function of its own but a field number: one call for all. Answers the totals of NVLink. */
    LinkTotals fields(Pointer handle, boolean withLinks, Readings.Builder values) {
        begin(handle, values);
        fields.clear();
        int[] ids = {NvmlAbi.FieldValue.MEMORY_TEMPERATURE, NvmlAbi.FieldValue.POWER_INSTANT_MILLIWATTS,
                NvmlAbi.FieldValue.NVLINK_SENT_KIBIBYTES, NvmlAbi.FieldValue.NVLINK_RECEIVED_KIBIBYTES};
        for (int i = 0; i < ids.length; i++) {
            fields.setInt((long) i * NvmlAbi.FieldValue.SIZE + NvmlAbi.FieldValue.FIELD_ID, ids[i]);
            fields.setInt((long) i * NvmlAbi.FieldValue.SIZE + NvmlAbi.FieldValue.SCOPE,
                    i < 2 ? 0 : NvmlAbi.FieldValue.ALL_LINKS);
        }
        int outcome = call("nvmlDeviceGetFieldValues", withLinks ? 4 : 2, fields);
        if (outcome != OK) {
            note(GpuMetric.MEMORY_TEMPERATURE, outcome);
            note(GpuMetric.POWER_INSTANT, outcome);
            return new LinkTotals(-1, -1);
        }
        long celsius = field(0);
        // 0 degrees means that the board has no sensor there.
        note(GpuMetric.MEMORY_TEMPERATURE, celsius <= 0 ? NvmlAbi.NOT_SUPPORTED : OK);
        if (celsius > 0) {
            into.put(GpuMetric.MEMORY_TEMPERATURE, celsius);
        }
        long milliwatts = field(1);
        note(GpuMetric.POWER_INSTANT, milliwatts < 0 ? NvmlAbi.NOT_SUPPORTED : OK);
        if (milliwatts >= 0) {
            into.put(GpuMetric.POWER_INSTANT, milliwatts / 1000.0);
        }
        return withLinks ? new LinkTotals(field(2), field(3)) : new LinkTotals(-1, -1);
    }

    /** Traffic of PCIe. The driver counts for 20 ms in each of the two calls, so it is asked for one GPU a sample. */
    void pcieTraffic(Pointer handle, Readings.Builder values) {
        begin(handle, values);
        for (GpuMetric metric : new GpuMetric[]{GpuMetric.PCIE_SENT, GpuMetric.PCIE_RECEIVED}) {
            int outcome = call("nvmlDeviceGetPcieThroughput", metric == GpuMetric.PCIE_SENT ? 0 : 1, out);
            note(metric, outcome);
            if (outcome == OK) {
                into.put(metric, (out.getInt(0) & 0xffffffffL) * 1000);
            }
        }
    }

    void close() {
        fields.close();
        pages.close();
    }

    private void begin(Pointer handle, Readings.Builder values) {
        device = handle;
        into = values;
        lost = false;
    }

    /** Calls {@code function(device, arguments…)} unless the device is known to be lost. */
    private int call(String function, Object... arguments) {
        if (lost) {
            return NvmlAbi.GPU_IS_LOST;
        }
        Object[] all = new Object[arguments.length + 1];
        all[0] = device;
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        int outcome = session.call(function, all);
        lost = outcome == NvmlAbi.GPU_IS_LOST || outcome == NvmlAbi.RESET_REQUIRED;
        return outcome;
    }

    private void note(GpuMetric metric, int outcome) {
        lost |= outcome == NvmlAbi.GPU_IS_LOST || outcome == NvmlAbi.RESET_REQUIRED;
        switch (outcome) {
            case OK -> {
            }
            case NvmlAbi.NOT_SUPPORTED, NvmlAbi.FUNCTION_NOT_FOUND, NvmlAbi.DEPRECATED ->
                into.put(metric, Absence.UNSUPPORTED);
            case NvmlAbi.NO_PERMISSION -> into.put(metric, Absence.NOT_PERMITTED);
            default -> into.put(metric, Absence.NO_DATA);
        }
    }

    /** A 32-bit number: the arguments end with the out-parameter, which is added when none of them is memory. */
    private void whole(GpuMetric metric, String function, Object... arguments) {
        int outcome = call(function, withOut(arguments));
        note(metric, outcome);
        if (outcome == OK) {
            int value = out.getInt(0);
            note(metric, value == NvmlAbi.INT_NOT_AVAILABLE ? NvmlAbi.NOT_SUPPORTED : OK);
            if (value != NvmlAbi.INT_NOT_AVAILABLE) {
                into.put(metric, value & 0xffffffffL);
            }
        }
    }

    private void big(GpuMetric metric, String function, Object... arguments) {
        int outcome = call(function, withOut(arguments));
        note(metric, outcome);
        if (outcome == OK) {
            long value = out.getLong(0);
            note(metric, value == NvmlAbi.LONG_NOT_AVAILABLE ? NvmlAbi.NOT_SUPPORTED : OK);
            if (value != NvmlAbi.LONG_NOT_AVAILABLE) {
                into.put(metric, value);
            }
        }
    }

    private Object[] withOut(Object[] arguments) {
        if (arguments.length > 0 && arguments[arguments.length - 1] instanceof Pointer) {
            return arguments;
        }
        Object[] all = Arrays.copyOf(arguments, arguments.length + 1);
        all[arguments.length] = out;
        return all;
    }

    private void milliwatts(GpuMetric metric, String function) {
        int outcome = call(function, out);
        note(metric, outcome);
        if (outcome == OK) {
            into.put(metric, (out.getInt(0) & 0xffffffffL) / 1000.0);
        }
    }

    private void utilisation() {
        int outcome = call("nvmlDeviceGetUtilizationRates", out);
        note(GpuMetric.UTILISATION, outcome);
        note(GpuMetric.MEMORY_UTILISATION, outcome);
        if (outcome == OK) {
            into.put(GpuMetric.UTILISATION, out.getInt(NvmlAbi.Utilisation.GPU));
            into.put(GpuMetric.MEMORY_UTILISATION, out.getInt(NvmlAbi.Utilisation.MEMORY));
        }
    }

    private void violation(GpuMetric metric, int policy) {
        int outcome = call("nvmlDeviceGetViolationStatus", policy, out);
        note(metric, outcome);
        if (outcome == OK) {
            into.put(metric, out.getLong(NvmlAbi.Violation.TIME));
        }
    }

    private void retired(GpuMetric metric, int cause) {
        out.setInt(0, PAGES);
        int outcome = call("nvmlDeviceGetRetiredPages", cause, out, pages);
        // With more pages than the buffer holds the call fails, but tells how many there are; the addresses are of no interest.
        note(metric, outcome == NvmlAbi.INSUFFICIENT_SIZE ? OK : outcome);
        if (outcome == OK || outcome == NvmlAbi.INSUFFICIENT_SIZE) {
            into.put(metric, out.getInt(0));
        }
    }

    private void remappedRows() {
        int outcome = call("nvmlDeviceGetRemappedRows", out, out.share(4), out.share(8), out.share(12));
        GpuMetric[] metrics = {GpuMetric.ROWS_REMAPPED_CORRECTED, GpuMetric.ROWS_REMAPPED_UNCORRECTED,
                GpuMetric.ROW_REMAP_PENDING, GpuMetric.ROW_REMAP_FAILED};
        for (int i = 0; i < metrics.length; i++) {
            note(metrics[i], outcome);
            if (outcome == OK) {
                into.put(metrics[i], out.getInt(4L * i));
            }
        }
    }

    private void linkErrors(GpuMetric metric, int counter, int links) {
        long total = 0;
        boolean any = false;
        int outcome = NvmlAbi.NOT_SUPPORTED;
        for (int link = 0; link < links; link++) {
            outcome = call("nvmlDeviceGetNvLinkErrorCounter", link, counter, out);
            if (outcome == OK) {
                any = true;
                total += out.getLong(0);
            }
        }
        if (any) {
            into.put(metric, total);
        } else {
            note(metric, outcome);
        }
    }

    private long field(int place) {
        long at = (long) place * NvmlAbi.FieldValue.SIZE;
        if (fields.getInt(at + NvmlAbi.FieldValue.OUTCOME) != OK) {
            return -1;
        }
        return switch (fields.getInt(at + NvmlAbi.FieldValue.TYPE)) {
            case 0 -> Math.round(fields.getDouble(at + NvmlAbi.FieldValue.VALUE));
            case 1 -> fields.getInt(at + NvmlAbi.FieldValue.VALUE) & 0xffffffffL;
            case 2, 3, 4 -> fields.getLong(at + NvmlAbi.FieldValue.VALUE);
            case 5 -> fields.getInt(at + NvmlAbi.FieldValue.VALUE);
            case 6 -> fields.getShort(at + NvmlAbi.FieldValue.VALUE) & 0xffff;
            default -> -1;
        };
    }
}
