package org.gatehouse.gpu;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import static org.gatehouse.gpu.GpuMetric.Form.INTEGER;
import static org.gatehouse.gpu.GpuMetric.Form.REAL;
import static org.gatehouse.gpu.GpuMetric.Group.EVENT;
import static org.gatehouse.gpu.GpuMetric.Group.FAST;
import static org.gatehouse.gpu.GpuMetric.Group.PROFILING;
import static org.gatehouse.gpu.GpuMetric.Group.SLOW;
import static org.gatehouse.gpu.GpuMetric.Kind.COUNTER;
import static org.gatehouse.gpu.GpuMetric.Kind.GAUGE;
import static org.gatehouse.gpu.GpuMetric.Unit.BITS;
import static org.gatehouse.gpu.GpuMetric.Unit.BYTES_PER_SECOND;
import static org.gatehouse.gpu.GpuMetric.Unit.CELSIUS;
import static org.gatehouse.gpu.GpuMetric.Unit.COUNT;
import static org.gatehouse.gpu.GpuMetric.Unit.MEBIBYTES;
import static org.gatehouse.gpu.GpuMetric.Unit.MEGABYTES_PER_SECOND;
import static org.gatehouse.gpu.GpuMetric.Unit.MEGAHERTZ;
import static org.gatehouse.gpu.GpuMetric.Unit.MILLIJOULES;
import static org.gatehouse.gpu.GpuMetric.Unit.NANOSECONDS;
import static org.gatehouse.gpu.GpuMetric.Unit.PERCENT;
import static org.gatehouse.gpu.GpuMetric.Unit.RATIO;
import static org.gatehouse.gpu.GpuMetric.Unit.STATE;
import static org.gatehouse.gpu.GpuMetric.Unit.WATTS;

/**
 * Everything that is read from a GPU, as one table: it drives the DCGM field groups, the NVML reads, the exporter scrape
 * and the metrics that go out. The canonical unit of each row is the one of dcgm-exporter's first name family, because
 * dashboards in the field multiply by it (dashboard 12239 takes {@code SM_CLOCK * 1e6}). DCGM is asked by the numeric
 * id: DCGM 4.6 renamed 328 macros, and not one id.
 *
 * <p>A row reads: id, form, kind, group, unit, exporter name without its {@code DCGM_FI_} prefix, help text as dcgm-exporter prints it,
 * and the later names of the same quantity. Where a later name ends in another unit, the scrape converts.
 */
public enum GpuMetric {
    /** Streaming multiprocessor clock. */
    SM_CLOCK(100, INTEGER, GAUGE, FAST, MEGAHERTZ, "DEV_SM_CLOCK", "SM clock frequency (in MHz).",
            "DEV_SM_CLOCK_HERTZ"),
    /** Memory clock. */
    MEMORY_CLOCK(101, INTEGER, GAUGE, FAST, MEGAHERTZ, "DEV_MEM_CLOCK", "Memory clock frequency (in MHz).",
            "DEV_MEMORY_CLOCK_HERTZ"),
    /** Video clock. */
    VIDEO_CLOCK(102, INTEGER, GAUGE, SLOW, MEGAHERTZ, "DEV_VIDEO_CLOCK", "Video encoder/decoder clock (in MHz).",
            "DEV_VIDEO_CLOCK_HERTZ"),
    /** Why the clocks are where they are: see {@link ClockReason}. */
    CLOCK_REASONS(112, INTEGER, GAUGE, FAST, BITS, "DEV_CLOCK_THROTTLE_REASONS",
            "Current clock event reasons (bitmask).", "DEV_CLOCKS_EVENT_REASONS"),
    /** Highest SM clock that the device can reach. */
    SM_CLOCK_MAX(113, INTEGER, GAUGE, SLOW, MEGAHERTZ, "DEV_MAX_SM_CLOCK", "Maximum supported SM clock (in MHz).",
            "DEV_SM_MAX_CLOCK_HERTZ"),
    /** Highest memory clock that the device can reach. */
    MEMORY_CLOCK_MAX(114, INTEGER, GAUGE, SLOW, MEGAHERTZ, "DEV_MAX_MEM_CLOCK",
            "Maximum supported memory clock (in MHz).", "DEV_MEMORY_MAX_CLOCK_HERTZ"),
    /** Temperature of the memory stacks. DCGM ignores the driver's own error here, so 0 means unsupported. */
    MEMORY_TEMPERATURE(140, INTEGER, GAUGE, FAST, CELSIUS, "DEV_MEMORY_TEMP", "Memory temperature (in C).",
            "DEV_MEMORY_TEMP_CELSIUS"),
    /** Core temperature. */
    TEMPERATURE(150, INTEGER, GAUGE, FAST, CELSIUS, "DEV_GPU_TEMP", "GPU temperature (in C).", "DEV_GPU_TEMP_CELSIUS"),
    /** Highest memory temperature for normal operation. */
    MEMORY_TEMPERATURE_MAX(151, INTEGER, GAUGE, SLOW, CELSIUS, "DEV_MEM_MAX_OP_TEMP",
            "Maximum operating temperature for the memory of this GPU (in C).", "DEV_MEMORY_MAX_OP_TEMP_CELSIUS"),
    /** Highest core temperature for normal operation. */
    TEMPERATURE_MAX(152, INTEGER, GAUGE, SLOW, CELSIUS, "DEV_GPU_MAX_OP_TEMP",
            "Maximum operating temperature for this GPU (in C).", "DEV_GPU_MAX_OP_TEMP_CELSIUS"),
    /** How many degrees are left before the clocks are lowered. */
    TEMPERATURE_MARGIN(153, INTEGER, GAUGE, FAST, CELSIUS, "DEV_GPU_TEMP_LIMIT",
            "Thermal margin to the slowdown temperature (in C).", "DEV_GPU_TEMP_MARGIN_CELSIUS"),
    /** Board power, averaged by the driver. */
    POWER(155, REAL, GAUGE, FAST, WATTS, "DEV_POWER_USAGE", "Power draw (in W).", "DEV_BOARD_POWER_WATTS"),
    /** Energy since the driver was loaded; the base of every energy bill. */
    ENERGY(156, INTEGER, COUNTER, FAST, MILLIJOULES, "DEV_TOTAL_ENERGY_CONSUMPTION",
            "Total energy consumption since boot (in mJ).", "DEV_GPU_ENERGY_JOULES_TOTAL"),
    /** Board power at this instant. */
    POWER_INSTANT(157, REAL, GAUGE, FAST, WATTS, "DEV_POWER_USAGE_INSTANT", "Current instantaneous power usage (in W).",
            "DEV_BOARD_POWER_RAW_WATTS"),
    /** Core temperature at which the hardware lowers the clocks. */
    TEMPERATURE_SLOWDOWN(158, INTEGER, GAUGE, SLOW, CELSIUS, "DEV_SLOWDOWN_TEMP",
            "Slowdown temperature for the device (in C).", "DEV_GPU_TEMP_SLOWDOWN_CELSIUS"),
    /** Core temperature at which the hardware switches off. */
    TEMPERATURE_SHUTDOWN(159, INTEGER, GAUGE, SLOW, CELSIUS, "DEV_SHUTDOWN_TEMP",
            "Shutdown temperature for the device (in C).", "DEV_GPU_TEMP_SHUTDOWN_CELSIUS"),
    /** Power limit that an admin has set. */
    POWER_LIMIT(160, REAL, GAUGE, SLOW, WATTS, "DEV_POWER_MGMT_LIMIT", "Current power limit (in W).",
            "DEV_BOARD_POWER_LIMIT_REQUESTED_WATTS"),
    /** Power limit in force, all limiters counted. */
    POWER_LIMIT_ENFORCED(164, REAL, GAUGE, SLOW, WATTS, "DEV_ENFORCED_POWER_LIMIT",
            "Effective power limit that the driver enforces (in W).", "DEV_BOARD_POWER_LIMIT_ENFORCED_WATTS"),
    /** Performance state, 0 highest to 15 lowest. */
    PERFORMANCE_STATE(190, INTEGER, GAUGE, FAST, STATE, "DEV_PSTATE", "Performance state (P-State) 0-15, 0 is highest.",
            "DEV_GPU_PSTATE"),
    /** Fan speed; absent on passively cooled boards. */
    FAN_SPEED(191, INTEGER, GAUGE, SLOW, PERCENT, "DEV_FAN_SPEED", "Fan speed (in %).", "DEV_FAN_SPEED_RATIO"),
    /** PCIe packets sent again. */
    PCIE_REPLAYS(202, INTEGER, COUNTER, SLOW, COUNT, "DEV_PCIE_REPLAY_COUNTER", "Total number of PCIe retries.",
            "DEV_PCIE_REPLAY_TOTAL"),
    /** Share of the last period in which a kernel ran. Not there for MIG. */
    UTILISATION(203, INTEGER, GAUGE, FAST, PERCENT, "DEV_GPU_UTIL", "GPU utilization (in %).", "DEV_GPU_UTIL_RATIO"),
    /** Share of the last period in which memory was copied. */
    MEMORY_UTILISATION(204, INTEGER, GAUGE, FAST, PERCENT, "DEV_MEM_COPY_UTIL", "Memory utilization (in %).",
            "DEV_MEM_COPY_UTIL_RATIO", "DEV_MEMORY_COPY_UTIL_RATIO"),
    /** Encoder utilisation. */
    ENCODER_UTILISATION(206, INTEGER, GAUGE, FAST, PERCENT, "DEV_ENC_UTIL", "Encoder utilization (in %).",
            "DEV_ENC_UTIL_RATIO"),
    /** Decoder utilisation. */
    DECODER_UTILISATION(207, INTEGER, GAUGE, FAST, PERCENT, "DEV_DEC_UTIL", "Decoder utilization (in %).",
            "DEV_DEC_UTIL_RATIO"),
    /** Number of the last driver error; keeps its value for ever, so only changes of it are events. */
    XID(230, INTEGER, GAUGE, EVENT, STATE, "DEV_XID_ERRORS", "Value of the last XID error encountered.",
            "DEV_XID_ERROR"),
    /** PCIe generation of the link now. */
    PCIE_GENERATION(237, INTEGER, GAUGE, SLOW, STATE, "DEV_PCIE_LINK_GEN", "PCIe current link generation."),
    /** PCIe lanes in use now. */
    PCIE_WIDTH(238, INTEGER, GAUGE, SLOW, STATE, "DEV_PCIE_LINK_WIDTH", "PCIe current link width."),
    /** Time for which power limits held the clocks down. */
    POWER_VIOLATION(240, INTEGER, COUNTER, FAST, NANOSECONDS, "DEV_POWER_VIOLATION",
            "Throttling duration due to power constraints (in ns)."),
    /** Time for which heat held the clocks down. */
    THERMAL_VIOLATION(241, INTEGER, COUNTER, FAST, NANOSECONDS, "DEV_THERMAL_VIOLATION",
            "Throttling duration due to thermal constraints (in ns)."),
    /** Time for which a sync-boost partner held the clocks down. */
    SYNC_BOOST_VIOLATION(242, INTEGER, COUNTER, SLOW, NANOSECONDS, "DEV_SYNC_BOOST_VIOLATION",
            "Throttling duration due to sync-boost constraints (in ns)."),
    /** Time for which the board's own limit held the clocks down. */
    BOARD_LIMIT_VIOLATION(243, INTEGER, COUNTER, SLOW, NANOSECONDS, "DEV_BOARD_LIMIT_VIOLATION",
            "Throttling duration due to board limit constraints (in ns)."),
    /** Time for which low load held the clocks down. */
    LOW_UTILISATION_VIOLATION(244, INTEGER, COUNTER, SLOW, NANOSECONDS, "DEV_LOW_UTIL_VIOLATION",
            "Throttling duration due to low utilization (in ns)."),
    /** Time for which the reliability limit held the clocks down. */
    RELIABILITY_VIOLATION(245, INTEGER, COUNTER, SLOW, NANOSECONDS, "DEV_RELIABILITY_VIOLATION",
            "Throttling duration due to reliability constraints (in ns)."),
    /** Device memory. */
    MEMORY_TOTAL(250, INTEGER, GAUGE, FAST, MEBIBYTES, "DEV_FB_TOTAL", "Total frame buffer of the GPU (in MiB).",
            "DEV_FB_CAPACITY_BYTES", "DEV_FB_TOTAL_BYTES"),
    /** Device memory that is free. */
    MEMORY_FREE(251, INTEGER, GAUGE, FAST, MEBIBYTES, "DEV_FB_FREE", "Framebuffer memory free (in MiB).",
            "DEV_FB_FREE_BYTES"),
    /** Device memory in use by anybody, without what the driver reserves. */
    MEMORY_USED(252, INTEGER, GAUGE, FAST, MEBIBYTES, "DEV_FB_USED", "Framebuffer memory used (in MiB).",
            "DEV_FB_USED_BYTES"),
    /** Device memory that the driver reserves for itself. */
    MEMORY_RESERVED(253, INTEGER, GAUGE, FAST, MEBIBYTES, "DEV_FB_RESERVED", "Framebuffer memory reserved (in MiB).",
            "DEV_FB_RESERVED_BYTES"),
    /** Whether ECC is on. */
    ECC_MODE(300, INTEGER, GAUGE, SLOW, STATE, "DEV_ECC_CURRENT", "Current ECC mode for the device.", "DEV_ECC_MODE"),
    /** Corrected memory errors since the driver was loaded. */
    ECC_CORRECTED(310, INTEGER, COUNTER, FAST, COUNT, "DEV_ECC_SBE_VOL_TOTAL",
            "Total number of single-bit volatile ECC errors."),
    /** Uncorrectable memory errors since the driver was loaded. */
    ECC_UNCORRECTED(311, INTEGER, COUNTER, FAST, COUNT, "DEV_ECC_DBE_VOL_TOTAL",
            "Total number of double-bit volatile ECC errors."),
    /** Corrected memory errors over the device's life. */
    ECC_CORRECTED_EVER(312, INTEGER, COUNTER, SLOW, COUNT, "DEV_ECC_SBE_AGG_TOTAL",
            "Total number of single-bit persistent ECC errors."),
    /** Uncorrectable memory errors over the device's life. */
    ECC_UNCORRECTED_EVER(313, INTEGER, COUNTER, SLOW, COUNT, "DEV_ECC_DBE_AGG_TOTAL",
            "Total number of double-bit persistent ECC errors."),
    /** Pages retired after corrected errors (before Ampere). */
    PAGES_RETIRED_CORRECTED(390, INTEGER, COUNTER, SLOW, COUNT, "DEV_RETIRED_SBE",
            "Total number of retired pages due to single-bit errors.", "DEV_PAGE_RETIRED_SBE_TOTAL"),
    /** Pages retired after uncorrectable errors (before Ampere). */
    PAGES_RETIRED_UNCORRECTED(391, INTEGER, COUNTER, SLOW, COUNT, "DEV_RETIRED_DBE",
            "Total number of retired pages due to double-bit errors.", "DEV_PAGE_RETIRED_DBE_TOTAL"),
    /** Pages that the next reset retires. */
    PAGES_PENDING(392, INTEGER, COUNTER, SLOW, COUNT, "DEV_RETIRED_PENDING",
            "Total number of pages pending retirement.", "DEV_PAGE_RETIRED_PENDING"),
    /** Rows remapped after uncorrectable errors (Ampere and newer). */
    ROWS_REMAPPED_UNCORRECTED(393, INTEGER, COUNTER, SLOW, COUNT, "DEV_UNCORRECTABLE_REMAPPED_ROWS",
            "Number of remapped rows for uncorrectable errors", "DEV_ROW_REMAP_UNCORRECTABLE_TOTAL"),
    /** Rows remapped after corrected errors (Ampere and newer). */
    ROWS_REMAPPED_CORRECTED(394, INTEGER, COUNTER, SLOW, COUNT, "DEV_CORRECTABLE_REMAPPED_ROWS",
            "Number of remapped rows for correctable errors", "DEV_ROW_REMAP_CORRECTABLE_TOTAL"),
    /** 1 once a row could not be remapped: the board is to be exchanged. */
    ROW_REMAP_FAILED(395, INTEGER, GAUGE, SLOW, STATE, "DEV_ROW_REMAP_FAILURE", "Whether remapping of rows has failed",
            "DEV_ROW_REMAP_FAILED"),
    /** 1 while a remap waits for a reset. */
    ROW_REMAP_PENDING(396, INTEGER, GAUGE, SLOW, STATE, "DEV_ROW_REMAP_PENDING",
            "Whether remapping of rows is pending"),
    /** NVLink flow-control checksum errors. */
    NVLINK_FLIT_ERRORS(409, INTEGER, COUNTER, SLOW, COUNT, "DEV_NVLINK_CRC_FLIT_ERROR_COUNT_TOTAL",
            "Total number of NVLink flow-control CRC errors.", "DEV_NVLINK_CRC_FLIT_ERROR_TOTAL"),
    /** NVLink data checksum errors. */
    NVLINK_DATA_ERRORS(419, INTEGER, COUNTER, SLOW, COUNT, "DEV_NVLINK_CRC_DATA_ERROR_COUNT_TOTAL",
            "Total number of NVLink data CRC errors.", "DEV_NVLINK_CRC_DATA_ERROR_TOTAL"),
    /** NVLink transmissions repeated. */
    NVLINK_REPLAYS(429, INTEGER, COUNTER, SLOW, COUNT, "DEV_NVLINK_REPLAY_ERROR_COUNT_TOTAL",
            "Total number of NVLink retries.", "DEV_NVLINK_REPLAY_ERROR_TOTAL"),
    /** NVLink links brought up again. */
    NVLINK_RECOVERIES(439, INTEGER, COUNTER, SLOW, COUNT, "DEV_NVLINK_RECOVERY_ERROR_COUNT_TOTAL",
            "Total number of NVLink recovery errors.", "DEV_NVLINK_RECOVERY_ERROR_TOTAL"),
    /** NVLink throughput of all lanes; a rate, though dcgm-exporter types it as a counter. */
    NVLINK_BANDWIDTH(449, INTEGER, COUNTER, FAST, MEGABYTES_PER_SECOND, "DEV_NVLINK_BANDWIDTH_TOTAL",
            "Total number of NVLink bandwidth counters for all lanes.", "DEV_NVLINK_THROUGHPUT_TOTAL",
            "DEV_NVLINK_THROUGHPUT_TOTAL_BYTES_PER_SECOND"),
    /** Licence state of a virtual GPU. */
    VGPU_LICENCE(526, INTEGER, GAUGE, SLOW, STATE, "DEV_VGPU_LICENSE_STATUS", "vGPU License status"),
    /** Share of time in which the graphics or compute engine was active. */
    ENGINE_ACTIVE(1001, REAL, GAUGE, PROFILING, RATIO, "PROF_GR_ENGINE_ACTIVE",
            "Ratio of time the graphics engine is active.", "PROF_GR_ENGINE_UTIL_RATIO"),
    /** Share of cycles in which a multiprocessor had work. */
    SM_ACTIVE(1002, REAL, GAUGE, PROFILING, RATIO, "PROF_SM_ACTIVE",
            "The ratio of cycles an SM has at least 1 warp assigned.", "PROF_SM_UTIL_RATIO"),
    /** Warps resident against warps possible. */
    SM_OCCUPANCY(1003, REAL, GAUGE, PROFILING, RATIO, "PROF_SM_OCCUPANCY",
            "The ratio of number of warps resident on an SM.", "PROF_SM_OCCUPANCY_RATIO"),
    /** Share of cycles in which the tensor cores worked. */
    TENSOR_ACTIVE(1004, REAL, GAUGE, PROFILING, RATIO, "PROF_PIPE_TENSOR_ACTIVE",
            "Ratio of cycles the tensor (HMMA) pipe is active.", "PROF_TENSOR_UTIL_RATIO"),
    /** Share of cycles in which device memory sent or received. */
    DRAM_ACTIVE(1005, REAL, GAUGE, PROFILING, RATIO, "PROF_DRAM_ACTIVE",
            "Ratio of cycles the device memory interface is active sending or receiving data.", "PROF_DRAM_UTIL_RATIO"),
    /** Share of cycles of the fp64 pipes. */
    FP64_ACTIVE(1006, REAL, GAUGE, PROFILING, RATIO, "PROF_PIPE_FP64_ACTIVE",
            "Ratio of cycles the fp64 pipes are active.", "PROF_FP64_UTIL_RATIO"),
    /** Share of cycles of the fp32 pipes. */
    FP32_ACTIVE(1007, REAL, GAUGE, PROFILING, RATIO, "PROF_PIPE_FP32_ACTIVE",
            "Ratio of cycles the fp32 pipes are active.", "PROF_FP32_UTIL_RATIO"),
    /** Share of cycles of the fp16 pipes. */
    FP16_ACTIVE(1008, REAL, GAUGE, PROFILING, RATIO, "PROF_PIPE_FP16_ACTIVE",
            "Ratio of cycles the fp16 pipes are active.", "PROF_FP16_UTIL_RATIO"),
    /** Bytes sent over PCIe. */
    PCIE_SENT(1009, INTEGER, GAUGE, PROFILING, BYTES_PER_SECOND, "PROF_PCIE_TX_BYTES",
            "The rate of data transmitted over the PCIe bus - including both protocol headers and data payloads - in bytes per second."),
    /** Bytes received over PCIe. */
    PCIE_RECEIVED(1010, INTEGER, GAUGE, PROFILING, BYTES_PER_SECOND, "PROF_PCIE_RX_BYTES",
            "The rate of data received over the PCIe bus - including both protocol headers and data payloads - in bytes per second."),
    /** Bytes sent over NVLink. */
    NVLINK_SENT(1011, INTEGER, GAUGE, PROFILING, BYTES_PER_SECOND, "PROF_NVLINK_TX_BYTES",
            "The number of bytes of active NvLink tx (transmit) data including both header and payload."),
    /** Bytes received over NVLink. */
    NVLINK_RECEIVED(1012, INTEGER, GAUGE, PROFILING, BYTES_PER_SECOND, "PROF_NVLINK_RX_BYTES",
            "The number of bytes of active NvLink rx (read) data including both header and payload.");

    /** How the value is kept and printed: {@code %d} or {@code %f}. */
    public enum Form {
        /** A whole number, exact over the whole range of a long. */
        INTEGER,
        /** A real number. */
        REAL
    }

    /** What the value does over time. */
    public enum Kind {
        /** Goes up and down. */
        GAUGE,
        /** Only grows until the driver is loaded again. */
        COUNTER
    }

    /** How it is read: how often, and together with what. */
    public enum Group {
        /** Each sample. */
        FAST,
        /** Every tenth sample: limits, modes and counters that move rarely. */
        SLOW,
        /** When it happens. Never to be asked for live: DCGM answers the whole request with -3 then. */
        EVENT,
        /** Profiling fields, 1001 and up. A live request for one of them kills nv-hostengine 4.6.0, hence apart. */
        PROFILING
    }

    /** The canonical unit. */
    public enum Unit {
        /** MHz. */
        MEGAHERTZ,
        /** Degrees Celsius. */
        CELSIUS,
        /** Watts. */
        WATTS,
        /** Thousandths of a joule. */
        MILLIJOULES,
        /** 0 to 100. */
        PERCENT,
        /** 0 to 1. */
        RATIO,
        /** 2^20 bytes. */
        MEBIBYTES,
        /** Bytes a second. */
        BYTES_PER_SECOND,
        /** 10^6 bytes a second. */
        MEGABYTES_PER_SECOND,
        /** Nanoseconds. */
        NANOSECONDS,
        /** Things counted. */
        COUNT,
        /** A mask of flags. */
        BITS,
        /** A number that names a state. */
        STATE
    }

    private static final GpuMetric[] BY_FIELD = byField();

    private final int fieldId;
    private final Form form;
    private final Kind kind;
    private final Group group;
    private final Unit unit;
    private final String exporterName;
    private final String help;
    private final List<String> laterNames;

    GpuMetric(int fieldId, Form form, Kind kind, Group group, Unit unit, String name, String help,
            String... laterNames) {
        this.fieldId = fieldId;
        this.form = form;
        this.kind = kind;
        this.group = group;
        this.unit = unit;
        this.exporterName = "DCGM_FI_" + name;
        this.help = help;
        this.laterNames = Arrays.stream(laterNames).map(later -> "DCGM_FI_" + later).toList();
    }

    /** The numeric id of the field in every DCGM from 3.1 to 4.7. */
    public int fieldId() {
        return fieldId;
    }

    /** Whole or real. */
    public Form form() {
        return form;
    }

    /** Gauge or counter, as dcgm-exporter types it. */
    public Kind kind() {
        return kind;
    }

    /** How it is read. */
    public Group group() {
        return group;
    }

    /** The unit of every value of this metric inside Gatehouse. */
    public Unit unit() {
        return unit;
    }

    /** The name in dcgm-exporter's first family, with prefix. */
    public String exporterName() {
        return exporterName;
    }

    /** The help text that dcgm-exporter prints. */
    public String help() {
        return help;
    }

    /** Names of the same quantity in later DCGM and dcgm-exporter releases, some of them in another unit. */
    public List<String> laterNames() {
        return laterNames;
    }

    /** Whether MIG instances have it too. DCGM serves 250-254 and 1001-1008 per instance. */
    public boolean perMigInstance() {
        return fieldId >= 250 && fieldId <= 254 || fieldId >= 1001 && fieldId <= 1008;
    }

    /** The metrics that are read as one group. */
    public static Set<GpuMetric> of(Group group) {
        EnumSet<GpuMetric> members = EnumSet.noneOf(GpuMetric.class);
        for (GpuMetric metric : values()) {
            if (metric.group == group) {
                members.add(metric);
            }
        }
        return members;
    }

    /** The metric with this DCGM field id, or {@code null} when it is none of ours. */
    public static @Nullable GpuMetric ofField(int fieldId) {
        return fieldId >= 0 && fieldId < BY_FIELD.length ? BY_FIELD[fieldId] : null;
    }

    private static GpuMetric[] byField() {
        GpuMetric[] table = new GpuMetric[1100];
        for (GpuMetric metric : values()) {
            table[metric.fieldId] = metric;
        }
        return table;
    }
}
