package org.gatehouse.gpu.exporter;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import org.gatehouse.gpu.FakeBoxes;
import org.gatehouse.gpu.Gpu;
import org.gatehouse.gpu.GpuCondition;
import org.gatehouse.gpu.GpuIdentity;
import org.gatehouse.gpu.GpuMetric;
import org.gatehouse.gpu.GpuSnapshot;
import org.gatehouse.gpu.GpuTopology;
import org.gatehouse.gpu.MigInstance;
import org.gatehouse.gpu.Readings;
import org.gatehouse.gpu.SourceKind;
import org.gatehouse.gpu.exporter.DcgmExporterText.HostLabel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class DcgmExporterTextTest {
    private static final GpuIdentity IDENTITY = new GpuIdentity(0, "GPU-5c4f", "00000000:19:00.0",
            "NVIDIA H100 80GB HBM3", 0, "", "580.65.06", "9.0", 0);

    @Test
    void aLineHasTheNameTheLabelsAndTheFormOfDcgmExporter() {
        Readings readings = new Readings.Builder().put(GpuMetric.SM_CLOCK, 1980).put(GpuMetric.POWER, 68.625)
                .put(GpuMetric.ENERGY, 123_456_789_012L).put(GpuMetric.TENSOR_ACTIVE, 0.25).build();
        assertThat(DcgmExporterText.plain().render(List.of(snapshot(gpu(readings, List.of()), false)))).isEqualTo(
                """
                        # HELP DCGM_FI_DEV_SM_CLOCK SM clock frequency (in MHz).
                        # TYPE DCGM_FI_DEV_SM_CLOCK gauge
                        DCGM_FI_DEV_SM_CLOCK{gpu="0",UUID="GPU-5c4f",pci_bus_id="00000000:19:00.0",device="nvidia0",modelName="NVIDIA H100 80GB HBM3",Hostname="box",DCGM_FI_DRIVER_VERSION="580.65.06"} 1980
                        # HELP DCGM_FI_DEV_POWER_USAGE Power draw (in W).
                        # TYPE DCGM_FI_DEV_POWER_USAGE gauge
                        DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-5c4f",pci_bus_id="00000000:19:00.0",device="nvidia0",modelName="NVIDIA H100 80GB HBM3",Hostname="box",DCGM_FI_DRIVER_VERSION="580.65.06"} 68.625000
                        # HELP DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION Total energy consumption since boot (in mJ).
                        # TYPE DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION counter
                        DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu="0",UUID="GPU-5c4f",pci_bus_id="00000000:19:00.0",device="nvidia0",modelName="NVIDIA H100 80GB HBM3",Hostname="box",DCGM_FI_DRIVER_VERSION="580.65.06"} 123456789012
                        # HELP DCGM_FI_PROF_PIPE_TENSOR_ACTIVE Ratio of cycles the tensor (HMMA) pipe is active.
                        # TYPE DCGM_FI_PROF_PIPE_TENSOR_ACTIVE gauge
                        DCGM_FI_PROF_PIPE_TENSOR_ACTIVE{gpu="0",UUID="GPU-5c4f",pci_bus_id="00000000:19:00.0",device="nvidia0",modelName="NVIDIA H100 80GB HBM3",Hostname="box",DCGM_FI_DRIVER_VERSION="580.65.06"} 0.250000
                        # HELP gatehouse_gpu_up Whether the GPU answers and can be worked with (1) or not (0).
                        # TYPE gatehouse_gpu_up gauge
                        gatehouse_gpu_up{gpu="0",UUID="GPU-5c4f",pci_bus_id="00000000:19:00.0",device="nvidia0",modelName="NVIDIA H100 80GB HBM3",Hostname="box",DCGM_FI_DRIVER_VERSION="580.65.06",condition="ok"} 1
                        """);
    }

    @Test
    void everyDefaultMetricOfDcgmExporterIsWrittenByItsName() {
        Readings.Builder readings = new Readings.Builder();
        for (GpuMetric metric : GpuMetric.values()) {
            readings.put(metric, 1);
        }
        String page = DcgmExporterText.plain()
                .render(List.of(snapshot(gpu(readings.build(), List.of()), false)));
        for (String name : List.of("DEV_SM_CLOCK gauge", "DEV_MEM_CLOCK gauge", "DEV_MEMORY_TEMP gauge",
                "DEV_GPU_TEMP gauge", "DEV_POWER_USAGE gauge", "DEV_TOTAL_ENERGY_CONSUMPTION counter",
                "DEV_PCIE_REPLAY_COUNTER counter", "DEV_GPU_UTIL gauge", "DEV_MEM_COPY_UTIL gauge",
                "DEV_ENC_UTIL gauge", "DEV_DEC_UTIL gauge", "DEV_XID_ERRORS gauge", "DEV_FB_FREE gauge",
                "DEV_FB_USED gauge", "DEV_FB_RESERVED gauge", "DEV_NVLINK_BANDWIDTH_TOTAL counter",
                "DEV_VGPU_LICENSE_STATUS gauge", "DEV_UNCORRECTABLE_REMAPPED_ROWS counter",
                "DEV_CORRECTABLE_REMAPPED_ROWS counter", "DEV_ROW_REMAP_FAILURE gauge",
                "PROF_GR_ENGINE_ACTIVE gauge", "PROF_PIPE_TENSOR_ACTIVE gauge", "PROF_DRAM_ACTIVE gauge",
                "PROF_PCIE_TX_BYTES gauge", "PROF_PCIE_RX_BYTES gauge", "DEV_POWER_VIOLATION counter",
                "DEV_THERMAL_VIOLATION counter", "DEV_ECC_SBE_VOL_TOTAL counter", "DEV_ECC_DBE_AGG_TOTAL counter",
                "DEV_RETIRED_SBE counter", "DEV_RETIRED_DBE counter", "DEV_RETIRED_PENDING counter",
                "DEV_NVLINK_CRC_FLIT_ERROR_COUNT_TOTAL counter", "PROF_SM_ACTIVE gauge", "PROF_SM_OCCUPANCY gauge",
                "PROF_PIPE_FP64_ACTIVE gauge", "PROF_PIPE_FP32_ACTIVE gauge", "PROF_PIPE_FP16_ACTIVE gauge")) {
            assertThat(page).contains("# TYPE DCGM_FI_" + name + "\n");
        }
        assertThat(page).contains("# HELP DCGM_FI_DEV_MEMORY_TEMP Memory temperature (in C).\n",
                "# HELP DCGM_FI_DEV_GPU_UTIL GPU utilization (in %).\n",
                "# HELP DCGM_FI_DEV_FB_USED Framebuffer memory used (in MiB).\n",
                "# HELP DCGM_FI_DEV_XID_ERRORS Value of the last XID error encountered.\n");
    }

    @Test
    void whatIsAbsentHasNoLineAndNoHeader() {
        String page = DcgmExporterText.plain().render(List.of(snapshot(gpu(new Readings.Builder()
                .put(GpuMetric.POWER, Readings.Absence.UNSUPPORTED).put(GpuMetric.TEMPERATURE, 40).build(),
                List.of()), false)));
        assertThat(page).contains("DCGM_FI_DEV_GPU_TEMP{").doesNotContain("POWER_USAGE");
    }

    @Test
    void aMigInstanceHasItsProfileAndItsNumberAfterTheModel() {
        MigInstance part = new MigInstance(1, "3g.40gb", "MIG-a",
                new Readings.Builder().put(GpuMetric.MEMORY_USED, 700).build());
        assertThat(DcgmExporterText.plain().render(List.of(snapshot(gpu(Readings.none(), List.of(part)), false))))
                .contains("DCGM_FI_DEV_FB_USED{gpu=\"0\",UUID=\"GPU-5c4f\",pci_bus_id=\"00000000:19:00.0\","
                        + "device=\"nvidia0\",modelName=\"NVIDIA H100 80GB HBM3\",GPU_I_PROFILE=\"3g.40gb\",GPU_I_ID=\"1\","
                        + "Hostname=\"box\",DCGM_FI_DRIVER_VERSION=\"580.65.06\"} 700\n");
    }

    @Test
    void theCallersLabelsComeLastAndAreEscaped() {
        Map<String, String> extra = new LinkedHashMap<>();
        extra.put("model", "chat-\"large\"");
        extra.put("department", "R&D\\EU");
        String page = new DcgmExporterText(HostLabel.SMALL, (node, gpu) -> extra).render(List.of(snapshot(
                gpu(new Readings.Builder().put(GpuMetric.TEMPERATURE, 40).build(), List.of()), false)));
        assertThat(page).contains(",hostname=\"box\",DCGM_FI_DRIVER_VERSION=\"580.65.06\","
                + "model=\"chat-\\\"large\\\"\",department=\"R&D\\\\EU\"} 40\n");
        assertThatThrownBy(() -> new DcgmExporterText(HostLabel.SMALL, (node, gpu) -> Map.of("bad name", "x"))
                .render(List.of(snapshot(gpu(Readings.none(), List.of()), false))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void simulatedDevicesAreLabelledOnEveryLine() {
        String page = DcgmExporterText.plain().render(List.of(snapshot(
                gpu(new Readings.Builder().put(GpuMetric.TEMPERATURE, 40).build(), List.of()), true)));
        assertThat(page.lines().filter(line -> !line.startsWith("#")))
                .isNotEmpty().allMatch(line -> line.contains("simulated=\"true\""));
    }

    @Test
    void anXidHasItsNumberAndItsMeaning() {
        String page = DcgmExporterText.plain().render(List.of(snapshot(
                gpu(new Readings.Builder().put(GpuMetric.XID, 79).build(), List.of()), false)));
        assertThat(page).contains("err_code=\"79\",err_msg=\"the GPU has fallen off the bus\"} 79\n");
    }

    @Test
    void aLostGpuIsDownAndHasNoOtherLine() {
        Gpu lost = Gpu.blind(IDENTITY, GpuCondition.LOST);
        String page = DcgmExporterText.plain().render(List.of(snapshot(lost, false)));
        assertThat(page).contains("condition=\"lost\"} 0\n").doesNotContain("DCGM_FI_DEV");
    }

    private static Gpu gpu(Readings readings, List<MigInstance> instances) {
        return new Gpu(IDENTITY, GpuCondition.OK, readings, !instances.isEmpty(), instances, List.of(), false);
    }

    private static GpuSnapshot snapshot(Gpu gpu, boolean simulated) {
        return new GpuSnapshot("box", simulated ? SourceKind.SIMULATED : SourceKind.NVML, simulated, FakeBoxes.NOW,
                List.of(gpu), GpuTopology.unknown(), List.of());
    }
}
