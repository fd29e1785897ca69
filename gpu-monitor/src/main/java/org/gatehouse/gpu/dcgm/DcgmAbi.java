package org.gatehouse.gpu.dcgm;

/**
 * DCGM's binary interface on 64-bit Linux: sizes, offsets and numbers, as the headers of 3.1 to 4.6 have them and gcc lays them out.
 * A structure's version word is its size with the revision in the top byte.
 */
final class DcgmAbi {
    static final int OK = 0;
    static final int NOT_SUPPORTED = -6;
    static final int UNINITIALIZED = -10;
    static final int TIMEOUT = -11;
    static final int VERSION_MISMATCH = -12;
    static final int UNKNOWN_FIELD = -13;
    static final int NO_DATA = -14;
    static final int STALE = -15;
    static final int NOT_WATCHED = -16;
    static final int NO_PERMISSION = -17;
    static final int GPU_IS_LOST = -18;
    static final int RESET_REQUIRED = -19;
    static final int FUNCTION_NOT_FOUND = -20;
    static final int CONNECTION_NOT_VALID = -21;
    static final int GPU_NOT_SUPPORTED = -22;
    static final int DUPLICATE_KEY = -26;
    static final int FIELD_UNSUPPORTED = -32;
    static final int MODULE_NOT_LOADED = -33;
    static final int PROFILING_NOT_SUPPORTED = -36;
    static final int ALREADY_INITIALIZED = -55;
    static final int GPUS_DETACHED = -67;

    static final int ENTITY_GPU = 1;
    static final int ENTITY_GPU_INSTANCE = 4;
    static final int GROUP_EMPTY = 1;
    static final int MAX_GPUS = 32;

    static final long INT64_BLANK = 0x7ffffffffffffff0L;
    static final long INT32_BLANK = 0x7ffffff0L;
    static final double FP64_BLANK = 140737488355328.0;

    private DcgmAbi() {}

    static int version(int size, int revision) {
        return size | revision << 24;
    }

    /** dcgmConnectV2Params_v2. */
    static final class ConnectParams {
        static final int SIZE = 16;
        static final int VERSION = version(SIZE, 2);
        static final int PERSIST = 4;
        static final int TIMEOUT_MS = 8;
        static final int IS_UNIX_SOCKET = 12;

        private ConnectParams() {}
    }

    /** dcgmStartEmbeddedV2Params_v1: the form that every release since 3.1 takes. */
    static final class EmbeddedParams {
        static final int SIZE = 72;
        static final int VERSION = version(SIZE, 1);
        static final int OPERATION_MODE = 4;
        static final int HANDLE = 8;
        static final int LOG_FILE = 16;
        static final int SEVERITY = 24;

        private EmbeddedParams() {}
    }

    /** dcgmVersionInfo_v2. */
    static final class VersionInfo {
        static final int SIZE = 516;
        static final int VERSION = version(SIZE, 2);
        static final int TEXT = 4;

        private VersionInfo() {}
    }

    /** dcgmDeviceAttributes_v3, with the offsets of its inner structures added up. */
    static final class DeviceAttributes {
        static final int SIZE = 5220;
        static final int VERSION = version(SIZE, 3);
        static final int IDENTIFIERS = 3120;
        static final int NAME = IDENTIFIERS + 260;
        static final int PCI_BUS_ID = IDENTIFIERS + 516;
        static final int SERIAL = IDENTIFIERS + 772;
        static final int UUID = IDENTIFIERS + 1028;
        static final int DRIVER = IDENTIFIERS + 1804;
        static final int SETTINGS = 5204;
        static final int MIG_MODE = SETTINGS + 8;

        private DeviceAttributes() {}
    }

    /** dcgmFieldValue_v1: what callbacks get. */
    static final class FieldValue {
        static final int SIZE = 4120;
        static final int VERSION = version(SIZE, 1);
        static final int FIELD_ID = 4;
        static final int FIELD_TYPE = 6;
        static final int STATUS = 8;
        static final int TIMESTAMP = 16;
        static final int VALUE = 24;

        private FieldValue() {}
    }

    /** dcgmFieldValue_v2: what requests for several entities fill. */
    static final class EntityFieldValue {
        static final int SIZE = 4128;
        static final int VERSION = version(SIZE, 2);
        static final int ENTITY_GROUP = 4;
        static final int ENTITY_ID = 8;
        static final int FIELD_ID = 12;
        static final int FIELD_TYPE = 14;
        static final int STATUS = 16;
        static final int TIMESTAMP = 24;
        static final int VALUE = 32;

        private EntityFieldValue() {}
    }

    /** dcgmGroupEntityPair_t. */
    static final class EntityPair {
        static final int SIZE = 8;
        static final int GROUP = 0;
        static final int ID = 4;

        private EntityPair() {}
    }

    /** dcgmMigHierarchy_v2. */
    static final class MigHierarchy {
        static final int SIZE = 73480;
        static final int VERSION = version(SIZE, 2);
        static final int COUNT = 4;
        static final int ENTRIES = 8;
        static final int ENTRY_SIZE = 164;
        static final int MAX_ENTRIES = 448;
        static final int ENTITY_GROUP = 0;
        static final int ENTITY_ID = 4;
        static final int PARENT_GROUP = 8;
        static final int PARENT_ID = 12;
        static final int INSTANCE_ID = 148;
        static final int SLICES = 160;

        private MigHierarchy() {}
    }

    /** dcgmHealthSetParams_v2. */
    static final class HealthSet {
        static final int SIZE = 40;
        static final int VERSION = version(SIZE, 2);
        static final int GROUP = 8;
        static final int SYSTEMS = 16;
        static final int INTERVAL = 24;
        static final int KEEP_AGE = 32;

        private HealthSet() {}
    }

    /** dcgmHealthResponse_v5 (DCGM 4) and _v4 (DCGM 3): the same but for the number of incidents. */
    static final class HealthResponse {
        static final int SIZE = 1069068;
        static final int VERSION = version(SIZE, 5);
        static final int SIZE_V4 = 66828;
        static final int VERSION_V4 = version(SIZE_V4, 4);
        static final int OVERALL = 4;
        static final int COUNT = 8;
        static final int INCIDENTS = 12;
        static final int INCIDENT_SIZE = 1044;
        static final int MAX_INCIDENTS = 1024;
        static final int MAX_INCIDENTS_V4 = 64;
        static final int SYSTEM = 0;
        static final int HEALTH = 4;
        static final int MESSAGE = 8;
        static final int CODE = 1032;
        static final int ENTITY_GROUP = 1036;
        static final int ENTITY_ID = 1040;

        private HealthResponse() {}
    }

    /** dcgmPolicy_v1. */
    static final class Policy {
        static final int SIZE = 144;
        static final int VERSION = version(SIZE, 1);
        static final int CONDITION = 4;
        static final int PARAMETERS = 32;
        static final int PARAMETER_SIZE = 16;
        static final int PARAMETER_VALUE = 8;

        private Policy() {}
    }

    /** dcgmPolicyCallbackResponse_v2. */
    static final class PolicyResponse {
        static final int SIZE = 32;
        static final int VERSION = version(SIZE, 2);
        static final int CONDITION = 4;
        static final int TIMESTAMP = 8;
        static final int NUMBER = 16;
        static final int GPU_ID = 24;

        private PolicyResponse() {}
    }

    /** dcgmDeviceTopology_v2 (DCGM 4.6) and _v1 (before): other sizes of one path. */
    static final class Topology {
        static final int SIZE = 824;
        static final int VERSION = version(SIZE, 2);
        static final int COUNT = 72;
        static final int PATHS = 80;
        static final int PATH_SIZE = 24;
        static final int PATH = 8;
        static final int SIZE_V1 = 448;
        static final int VERSION_V1 = version(SIZE_V1, 1);
        static final int PATHS_V1 = 76;
        static final int PATH_SIZE_V1 = 12;
        static final int PATH_V1 = 4;
        static final int MAX_PATHS = 31;

        private Topology() {}
    }
}
