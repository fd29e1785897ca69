package org.gatehouse.gpu.nvml;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;

import org.gatehouse.gpu.GpuMetric;
import org.gatehouse.gpu.Readings;
import org.gatehouse.gpu.Readings.Absence;

import static org.gatehouse.gpu.nvml.NvmlAbi.OK;

/**
 * Activity of one GPU's parts (GPM, Hopper and newer): the driver compares two of its own samples, so each reading is the mean since the
 * last one, and the first reading has nothing.
 */
final class NvmlGpm implements AutoCloseable {
    private static final double MEBIBYTE = 1 << 20;

    private enum Part {
        ENGINE(1, GpuMetric.ENGINE_ACTIVE, 0.01), SM(2, GpuMetric.SM_ACTIVE, 0.01), OCCUPANCY(3, GpuMetric.SM_OCCUPANCY,
                0.01), TENSOR(5, GpuMetric.TENSOR_ACTIVE, 0.01), DRAM(10, GpuMetric.DRAM_ACTIVE, 0.01), FP64(11,
                        GpuMetric.FP64_ACTIVE,
                        0.01), FP32(12, GpuMetric.FP32_ACTIVE, 0.01), FP16(13, GpuMetric.FP16_ACTIVE, 0.01), PCIE_SENT(
                                20, GpuMetric.PCIE_SENT, MEBIBYTE), PCIE_RECEIVED(21, GpuMetric.PCIE_RECEIVED,
                                        MEBIBYTE), NVLINK_RECEIVED(60, GpuMetric.NVLINK_RECEIVED,
                                                MEBIBYTE), NVLINK_SENT(61, GpuMetric.NVLINK_SENT, MEBIBYTE);

        private final int id;
        private final GpuMetric metric;
        /** From GPM's percent or MiB/s to the metric's unit. */
        private final double factor;

        Part(int id, GpuMetric metric, double factor) {
            this.id = id;
            this.metric = metric;
            this.factor = factor;
        }
    }

    private static final Part[] PARTS = Part.values();

    private final NvmlSession session;
    private final Pointer device;
    private final Memory request = NvmlSession.cleared(NvmlAbi.GpmMetrics.SIZE);
    private Pointer older;
    private Pointer newer;
    private boolean primed;

    private NvmlGpm(NvmlSession session, Pointer device, Pointer first, Pointer second) {
        this.session = session;
        this.device = device;
        this.older = first;
        this.newer = second;
    }

    /** Whether this GPU and driver have it. */
    static boolean supported(NvmlSession session, Pointer device) {
        Memory scratch = session.scratch();
        scratch.setInt(0, 1);
        scratch.setInt(NvmlAbi.GpmSupport.SUPPORTED, 0);
        return session.call("nvmlGpmQueryDeviceSupport", device, scratch) == OK
                && scratch.getInt(NvmlAbi.GpmSupport.SUPPORTED) != 0;
    }

    /** A reader for a GPU that has it. */
    static NvmlGpm of(NvmlSession session, Pointer device) {
        return new NvmlGpm(session, device, allocate(session), allocate(session));
    }

    /** Reads the means since the last reading. */
    void read(Readings.Builder into) {
        if (Pointer.nativeValue(older) == 0 || Pointer.nativeValue(newer) == 0
                || session.call("nvmlGpmSampleGet", device, newer) != OK) {
            primed = false;
            absent(into);
            return;
        }
        if (primed && compare()) {
            for (int i = 0; i < PARTS.length; i++) {
                long at = NvmlAbi.GpmMetrics.METRICS + (long) i * NvmlAbi.GpmMetrics.METRIC_SIZE;
                if (request.getInt(at + NvmlAbi.GpmMetrics.METRIC_OUTCOME) == OK) {
                    into.put(PARTS[i].metric,
                            request.getDouble(at + NvmlAbi.GpmMetrics.METRIC_VALUE) * PARTS[i].factor);
                } else {
                    into.put(PARTS[i].metric, Absence.UNSUPPORTED);
                }
            }
        } else {
            absent(into);
        }
        primed = true;
        Pointer swapped = older;
        older = newer;
        newer = swapped;
    }

    @Override
    public void close() {
        session.call("nvmlGpmSampleFree", older);
        session.call("nvmlGpmSampleFree", newer);
        request.close();
    }

    private boolean compare() {
        request.setInt(0, 1);
        request.setInt(NvmlAbi.GpmMetrics.COUNT, PARTS.length);
        request.setPointer(NvmlAbi.GpmMetrics.FIRST_SAMPLE, older);
        request.setPointer(NvmlAbi.GpmMetrics.SECOND_SAMPLE, newer);
        for (int i = 0; i < PARTS.length; i++) {
            request.setInt(NvmlAbi.GpmMetrics.METRICS + (long) i * NvmlAbi.GpmMetrics.METRIC_SIZE
                    + NvmlAbi.GpmMetrics.METRIC_ID, PARTS[i].id);
        }
        return session.call("nvmlGpmMetricsGet", request) == OK;
    }

    private static void absent(Readings.Builder into) {
        for (Part part : PARTS) {
            into.put(part.metric, Absence.NO_DATA);
        }
    }

    private static Pointer allocate(NvmlSession session) {
        Memory scratch = session.scratch();
        scratch.setLong(0, 0);
        session.call("nvmlGpmSampleAlloc", scratch);
        return new Pointer(scratch.getLong(0));
    }
}
