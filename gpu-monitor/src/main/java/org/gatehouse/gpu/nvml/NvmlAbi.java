package org.gatehouse.gpu.nvml;

/** NVML's binary interface on 64-bit Linux: return codes, numbers of things, sizes and offsets, as nvml.h has them. */
final class NvmlAbi {
    static final int OK = 0;
    static final int NOT_SUPPORTED = 3;
    static final int NO_PERMISSION = 4;
    static final int INSUFFICIENT_SIZE = 7;
    static final int DRIVER_NOT_LOADED = 9;
    static final int TIMEOUT = 10;
    static final int FUNCTION_NOT_FOUND = 13;
    static final int GPU_IS_LOST = 15;
    static final int RESET_REQUIRED = 16;
    static final int DRIVER_MISMATCH = 18;
    static final int ARGUMENT_VERSION_MISMATCH = 25;
    static final int DEPRECATED = 26;
    static final int GPU_NOT_FOUND = 28;

    static final int CLOCK_SM = 1;
    static final int CLOCK_MEMORY = 2;
    static final int CLOCK_VIDEO = 3;
    static final int MAX_NVLINKS = 36;
    static final int REMOTE_IS_SWITCH = 2;
    static final long EVENT_UNCORRECTED_ECC = 0x2;
    static final long EVENT_XID = 0x8;

    /** What a 32-bit number reads where the driver has none. */
    static final int INT_NOT_AVAILABLE = 0xffffffff;
    /** What a 64-bit number reads where the driver has none. */
    static final long LONG_NOT_AVAILABLE = 0xffffffffffffffffL;

    private NvmlAbi() {}

    static int version(int size, int revision) {
        return size | revision << 24;
    }

    /** nvmlPciInfo_t. */
    static final class PciInfo {
        static final int SIZE = 68;
        static final int BUS_ID = 36;
        static final int BUS_ID_LENGTH = 32;

        private PciInfo() {}
    }

    /** nvmlMemory_t. */
    static final class MemoryInfo {
        static final int TOTAL = 0;
        static final int FREE = 8;
        static final int USED = 16;

        private MemoryInfo() {}
    }

    /** nvmlMemory_v2_t: it alone tells reserved memory apart from used memory. */
    static final class MemoryInfo2 {
        static final int SIZE = 40;
        static final int VERSION = version(SIZE, 2);
        static final int TOTAL = 8;
        static final int RESERVED = 16;
        static final int FREE = 24;
        static final int USED = 32;

        private MemoryInfo2() {}
    }

    /** nvmlUtilization_t. */
    static final class Utilisation {
        static final int GPU = 0;
        static final int MEMORY = 4;

        private Utilisation() {}
    }

    /** nvmlProcessInfo_t. */
    static final class ProcessInfo {
        static final int SIZE = 24;
        static final int PID = 0;
        static final int MEMORY = 8;
        static final int GPU_INSTANCE = 16;

        private ProcessInfo() {}
    }

    /** nvmlViolationTime_t. */
    static final class Violation {
        static final int TIME = 8;

        private Violation() {}
    }

    /** nvmlEventData_t. */
    static final class EventData {
        static final int SIZE = 32;
        static final int DEVICE = 0;
        static final int TYPE = 8;
        static final int DATA = 16;

        private EventData() {}
    }

    /** nvmlFieldValue_t. */
    static final class FieldValue {
        static final int SIZE = 40;
        static final int FIELD_ID = 0;
        static final int SCOPE = 4;
        static final int TYPE = 24;
        static final int OUTCOME = 28;
        static final int VALUE = 32;
        static final int MEMORY_TEMPERATURE = 82;
        static final int NVLINK_SENT_KIBIBYTES = 138;
        static final int NVLINK_RECEIVED_KIBIBYTES = 139;
        static final int POWER_INSTANT_MILLIWATTS = 186;
        /** As scope: all links together. */
        static final int ALL_LINKS = 0xffffffff;

        private FieldValue() {}
    }

    /** nvmlDeviceAttributes_t: of a MIG device. */
    static final class Attributes {
        static final int SIZE = 40;
        static final int GPU_SLICES = 24;
        static final int MEMORY_MEBIBYTES = 32;

        private Attributes() {}
    }

    /** nvmlGpmSupport_t. */
    static final class GpmSupport {
        static final int SIZE = 8;
        static final int SUPPORTED = 4;

        private GpmSupport() {}
    }

    /** nvmlGpmMetricsGet_t, and nvmlGpmMetric_t in it. */
    static final class GpmMetrics {
        static final int SIZE = 13344;
        static final int COUNT = 4;
        static final int FIRST_SAMPLE = 8;
        static final int SECOND_SAMPLE = 16;
        static final int METRICS = 24;
        static final int METRIC_SIZE = 40;
        static final int METRIC_ID = 0;
        static final int METRIC_OUTCOME = 4;
        static final int METRIC_VALUE = 8;

        private GpmMetrics() {}
    }
}
