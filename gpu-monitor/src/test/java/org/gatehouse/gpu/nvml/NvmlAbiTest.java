package org.gatehouse.gpu.nvml;

import org.junit.jupiter.api.Test;

import org.gatehouse.gpu.Structures;

import static org.assertj.core.api.Assertions.assertThat;

final class NvmlAbiTest {
    private final Structures real = Structures.read();

    @Test
    void sizesAreThoseOfTheHeaders() {
        assertThat(NvmlAbi.PciInfo.SIZE).isEqualTo(real.size("nvmlPciInfo_t"));
        assertThat(NvmlAbi.MemoryInfo2.SIZE).isEqualTo(real.size("nvmlMemory_v2_t"));
        assertThat(NvmlAbi.ProcessInfo.SIZE).isEqualTo(real.size("nvmlProcessInfo_t"));
        assertThat(NvmlAbi.EventData.SIZE).isEqualTo(real.size("nvmlEventData_t"));
        assertThat(NvmlAbi.FieldValue.SIZE).isEqualTo(real.size("nvmlFieldValue_t"));
        assertThat(NvmlAbi.Attributes.SIZE).isEqualTo(real.size("nvmlDeviceAttributes_t"));
        assertThat(NvmlAbi.GpmSupport.SIZE).isEqualTo(real.size("nvmlGpmSupport_t"));
        assertThat(NvmlAbi.GpmMetrics.SIZE).isEqualTo(real.size("nvmlGpmMetricsGet_t"));
        assertThat(NvmlAbi.GpmMetrics.METRIC_SIZE).isEqualTo(real.size("nvmlGpmMetric_t"));
    }

    @Test
    void offsetsAreThoseOfTheHeaders() {
        at(NvmlAbi.PciInfo.BUS_ID, "nvmlPciInfo_t", "busId");
        at(NvmlAbi.MemoryInfo.TOTAL, "nvmlMemory_t", "total");
        at(NvmlAbi.MemoryInfo.FREE, "nvmlMemory_t", "free");
        at(NvmlAbi.MemoryInfo.USED, "nvmlMemory_t", "used");
        at(NvmlAbi.MemoryInfo2.TOTAL, "nvmlMemory_v2_t", "total");
        at(NvmlAbi.MemoryInfo2.RESERVED, "nvmlMemory_v2_t", "reserved");
        at(NvmlAbi.MemoryInfo2.FREE, "nvmlMemory_v2_t", "free");
        at(NvmlAbi.MemoryInfo2.USED, "nvmlMemory_v2_t", "used");
        at(NvmlAbi.Utilisation.GPU, "nvmlUtilization_t", "gpu");
        at(NvmlAbi.Utilisation.MEMORY, "nvmlUtilization_t", "memory");
        at(NvmlAbi.ProcessInfo.PID, "nvmlProcessInfo_t", "pid");
        at(NvmlAbi.ProcessInfo.MEMORY, "nvmlProcessInfo_t", "usedGpuMemory");
        at(NvmlAbi.ProcessInfo.GPU_INSTANCE, "nvmlProcessInfo_t", "gpuInstanceId");
        at(NvmlAbi.Violation.TIME, "nvmlViolationTime_t", "violationTime");
        at(NvmlAbi.EventData.DEVICE, "nvmlEventData_t", "device");
        at(NvmlAbi.EventData.TYPE, "nvmlEventData_t", "eventType");
        at(NvmlAbi.EventData.DATA, "nvmlEventData_t", "eventData");
        at(NvmlAbi.FieldValue.FIELD_ID, "nvmlFieldValue_t", "fieldId");
        at(NvmlAbi.FieldValue.SCOPE, "nvmlFieldValue_t", "scopeId");
        at(NvmlAbi.FieldValue.TYPE, "nvmlFieldValue_t", "valueType");
        at(NvmlAbi.FieldValue.OUTCOME, "nvmlFieldValue_t", "nvmlReturn");
        at(NvmlAbi.FieldValue.VALUE, "nvmlFieldValue_t", "value");
        at(NvmlAbi.Attributes.GPU_SLICES, "nvmlDeviceAttributes_t", "gpuInstanceSliceCount");
        at(NvmlAbi.Attributes.MEMORY_MEBIBYTES, "nvmlDeviceAttributes_t", "memorySizeMB");
        at(NvmlAbi.GpmSupport.SUPPORTED, "nvmlGpmSupport_t", "isSupportedDevice");
        at(NvmlAbi.GpmMetrics.COUNT, "nvmlGpmMetricsGet_t", "numMetrics");
        at(NvmlAbi.GpmMetrics.FIRST_SAMPLE, "nvmlGpmMetricsGet_t", "sample1");
        at(NvmlAbi.GpmMetrics.SECOND_SAMPLE, "nvmlGpmMetricsGet_t", "sample2");
        at(NvmlAbi.GpmMetrics.METRICS, "nvmlGpmMetricsGet_t", "metrics");
        at(NvmlAbi.GpmMetrics.METRIC_ID, "nvmlGpmMetric_t", "metricId");
        at(NvmlAbi.GpmMetrics.METRIC_OUTCOME, "nvmlGpmMetric_t", "nvmlReturn");
        at(NvmlAbi.GpmMetrics.METRIC_VALUE, "nvmlGpmMetric_t", "value");
    }

    @Test
    void aVersionWordIsTheSizeWithTheRevisionOnTop() {
        assertThat(NvmlAbi.MemoryInfo2.VERSION).isEqualTo(0x2000028);
    }

    private void at(int ours, String structure, String member) {
        assertThat(ours).as(structure + "." + member).isEqualTo(real.offset(structure, member));
    }
}
