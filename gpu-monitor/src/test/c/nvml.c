/*
 * Plays libnvidia-ml: the function names, argument types, structures and codes of nvml.h for the functions that the monitor
 * calls; the values come from a script. A value that the script lacks is NOT_SUPPORTED, one that begins with "!" is a code.
 */
#include <stddef.h>
#include <stdint.h>

#include "script.h"

#define OK 0
#define UNINITIALIZED 1
#define INVALID_ARGUMENT 2
#define NOT_SUPPORTED 3
#define NOT_FOUND 6
#define INSUFFICIENT_SIZE 7
#define TIMEOUT 10
#define GPU_IS_LOST 15
#define ARGUMENT_VERSION_MISMATCH 25

typedef void *device_t;
typedef struct { char busIdLegacy[16]; unsigned domain, bus, device, pciDeviceId, pciSubSystemId; char busId[32]; } nvmlPciInfo_t;
typedef struct { unsigned long long total, free, used; } nvmlMemory_t;
typedef struct { unsigned version; unsigned long long total, reserved, free, used; } nvmlMemory_v2_t;
typedef struct { unsigned gpu, memory; } nvmlUtilization_t;
typedef struct { unsigned pid; unsigned long long usedGpuMemory; unsigned gpuInstanceId, computeInstanceId; } nvmlProcessInfo_t;
typedef struct { unsigned long long referenceTime, violationTime; } nvmlViolationTime_t;
typedef struct { device_t device; unsigned long long eventType, eventData; unsigned gpuInstanceId, computeInstanceId; } nvmlEventData_t;
typedef union { double dVal; unsigned uiVal; unsigned long ulVal; unsigned long long ullVal; long long sllVal; } nvmlValue_t;
typedef struct { unsigned fieldId, scopeId; long long timestamp, latencyUsec; int valueType, nvmlReturn; nvmlValue_t value; } nvmlFieldValue_t;
typedef struct { unsigned multiprocessorCount, sharedCopyEngineCount, sharedDecoderCount, sharedEncoderCount, sharedJpegCount,
    sharedOfaCount, gpuInstanceSliceCount, computeInstanceSliceCount; unsigned long long memorySizeMB; } nvmlDeviceAttributes_t;
typedef struct { unsigned metricId; int nvmlReturn; double value; struct { char *shortName, *longName, *unit; } metricInfo; } nvmlGpmMetric_t;
typedef struct { unsigned version, numMetrics; void *sample1, *sample2; nvmlGpmMetric_t metrics[333]; } nvmlGpmMetricsGet_t;
typedef struct { unsigned version, isSupportedDevice; } nvmlGpmSupport_t;

_Static_assert(sizeof(nvmlPciInfo_t) == 68 && offsetof(nvmlPciInfo_t, busId) == 36, "nvmlPciInfo_t");
_Static_assert(sizeof(nvmlMemory_t) == 24 && offsetof(nvmlMemory_t, used) == 16, "nvmlMemory_t");
_Static_assert(sizeof(nvmlMemory_v2_t) == 40 && offsetof(nvmlMemory_v2_t, used) == 32, "nvmlMemory_v2_t");
_Static_assert(sizeof(nvmlProcessInfo_t) == 24 && offsetof(nvmlProcessInfo_t, gpuInstanceId) == 16, "nvmlProcessInfo_t");
_Static_assert(sizeof(nvmlEventData_t) == 32 && offsetof(nvmlEventData_t, eventData) == 16, "nvmlEventData_t");
_Static_assert(sizeof(nvmlFieldValue_t) == 40 && offsetof(nvmlFieldValue_t, value) == 32, "nvmlFieldValue_t");
_Static_assert(sizeof(nvmlDeviceAttributes_t) == 40 && offsetof(nvmlDeviceAttributes_t, memorySizeMB) == 32, "nvmlDeviceAttributes_t");
_Static_assert(sizeof(nvmlGpmMetric_t) == 40 && sizeof(nvmlGpmMetricsGet_t) == 13344, "nvmlGpmMetricsGet_t");

#define MIG 0x10000
#define GPU 0x1000

static int started;
static long long event_serial;
static char events[400];
static char *next_event;

static device_t gpu_handle(unsigned index) { return (device_t) (uintptr_t) (GPU + index); }

static int is_mig(device_t device) { return (uintptr_t) device >= MIG; }

static unsigned gpu_of(device_t device) {
    return is_mig(device) ? ((unsigned) (uintptr_t) device - MIG) / 16 : (unsigned) (uintptr_t) device - GPU;
}

static unsigned part_of(device_t device) { return ((unsigned) (uintptr_t) device - MIG) % 16; }

/* Where the device's values stand in the script: gpu0. or gpu0.mig1. */
static const char *place(device_t device, const char *name) {
    static _Thread_local char key[96];
    if (is_mig(device)) {
        snprintf(key, sizeof key, "gpu%u.mig%u.%s", gpu_of(device), part_of(device), name);
    } else {
        snprintf(key, sizeof key, "gpu%u.%s", gpu_of(device), name);
    }
    return key;
}

static int entered(const char *function) { return started ? script_trap(function) : UNINITIALIZED; }

static int entered_for(const char *function, device_t device) {
    int code = entered(function);
    return code ? code : script_number(0, "gpu%u.lost", gpu_of(device)) ? GPU_IS_LOST : OK;
}

static int number(const char *function, device_t device, const char *name, unsigned long long *value) {
    int code = entered_for(function, device);
    if (code) {
        return code;
    }
    const char *text = script_find(place(device, name));
    if (!text) {
        return NOT_SUPPORTED;
    }
    if (*text == '!') {
        return atoi(text + 1);
    }
    *value = strtoull(text, NULL, 0);
    return OK;
}

static int number32(const char *function, device_t device, const char *name, unsigned *value) {
    unsigned long long wide = 0;
    int code = number(function, device, name, &wide);
    if (!code) {
        *value = (unsigned) wide;
    }
    return code;
}

static int copied(const char *function, device_t device, const char *name, char *buffer, unsigned length) {
    int code = entered_for(function, device);
    const char *text = code ? NULL : script_find(place(device, name));
    if (code || !text) {
        return code ? code : NOT_SUPPORTED;
    }
    if (strlen(text) >= length) {
        return INSUFFICIENT_SIZE;
    }
    strcpy(buffer, text);
    return OK;
}

int nvmlInit_v2(void) {
    script_refresh();
    int code = script_trap(__func__);
    started += code == OK;
    return code;
}

int nvmlShutdown(void) {
    started -= started > 0;
    return OK;
}

int nvmlSystemGetDriverVersion(char *buffer, unsigned length) {
    const char *text = script_text("driver");
    snprintf(buffer, length, "%s", text ? text : "580.65.06");
    return entered(__func__);
}

int nvmlDeviceGetCount_v2(unsigned *count) {
    script_refresh();
    *count = (unsigned) script_number(0, "count");
    return entered(__func__);
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, device_t *device) {
    int code = entered(__func__);
    if (code || index >= script_number(0, "count")) {
        return code ? code : INVALID_ARGUMENT;
    }
    *device = gpu_handle(index);
    return script_number(0, "gpu%u.lost", index) ? GPU_IS_LOST : OK;
}

int nvmlDeviceGetUUID(device_t d, char *buffer, unsigned length) { return copied(__func__, d, "uuid", buffer, length); }
int nvmlDeviceGetName(device_t d, char *buffer, unsigned length) { return copied(__func__, d, "name", buffer, length); }
int nvmlDeviceGetSerial(device_t d, char *buffer, unsigned length) { return copied(__func__, d, "serial", buffer, length); }
int nvmlDeviceGetMinorNumber(device_t d, unsigned *out) { return number32(__func__, d, "minor", out); }

int nvmlDeviceGetPciInfo_v3(device_t d, nvmlPciInfo_t *info) {
    return copied(__func__, d, "bus", info->busId, sizeof info->busId);
}

int nvmlDeviceGetCudaComputeCapability(device_t d, int *major, int *minor) {
    char text[16] = "";
    int code = copied(__func__, d, "capability", text, sizeof text);
    return code ? code : sscanf(text, "%d.%d", major, minor) == 2 ? OK : NOT_SUPPORTED;
}

int nvmlDeviceGetMemoryInfo_v2(device_t d, nvmlMemory_v2_t *memory) {
    if (memory->version != (sizeof *memory | 2 << 24)) {
        return ARGUMENT_VERSION_MISMATCH;
    }
    int code = number(__func__, d, "memory.total", &memory->total);
    if (!code) {
        number(__func__, d, "memory.used", &memory->used);
        memory->reserved = 0;
        number(__func__, d, "memory.reserved", &memory->reserved);
        memory->total <<= 20, memory->used <<= 20, memory->reserved <<= 20;
        memory->free = memory->total - memory->used - memory->reserved;
    }
    return code;
}

int nvmlDeviceGetMemoryInfo(device_t d, nvmlMemory_t *memory) {
    int code = number(__func__, d, "memory.total", &memory->total);
    if (!code) {
        number(__func__, d, "memory.used", &memory->used);
        memory->total <<= 20, memory->used <<= 20;
        memory->free = memory->total - memory->used;
    }
    return code;
}

int nvmlDeviceGetUtilizationRates(device_t d, nvmlUtilization_t *rates) {
    int code = number32(__func__, d, "utilisation", &rates->gpu);
    return code ? code : number32(__func__, d, "memoryUtilisation", &rates->memory);
}

int nvmlDeviceGetEncoderUtilization(device_t d, unsigned *out, unsigned *period) {
    *period = 167000;
    return number32(__func__, d, "encoder", out);
}

int nvmlDeviceGetDecoderUtilization(device_t d, unsigned *out, unsigned *period) {
    *period = 167000;
    return number32(__func__, d, "decoder", out);
}

int nvmlDeviceGetTemperature(device_t d, int sensor, unsigned *out) {
    script_refresh();
    return sensor ? INVALID_ARGUMENT : number32(__func__, d, "temperature", out);
}

int nvmlDeviceGetTemperatureThreshold(device_t d, int which, unsigned *out) {
    char name[32];
    snprintf(name, sizeof name, "threshold.%d", which);
    return number32(__func__, d, name, out);
}

int nvmlDeviceGetPowerUsage(device_t d, unsigned *out) { return number32(__func__, d, "power", out); }
int nvmlDeviceGetEnforcedPowerLimit(device_t d, unsigned *out) { return number32(__func__, d, "powerLimitEnforced", out); }
int nvmlDeviceGetPowerManagementLimit(device_t d, unsigned *out) { return number32(__func__, d, "powerLimit", out); }
int nvmlDeviceGetTotalEnergyConsumption(device_t d, unsigned long long *out) { return number(__func__, d, "energy", out); }

static int clock_of(const char *function, const char *prefix, device_t d, int which, unsigned *out) {
    char name[32];
    snprintf(name, sizeof name, "%s.%d", prefix, which);
    return number32(function, d, name, out);
}

int nvmlDeviceGetClockInfo(device_t d, int which, unsigned *out) { return clock_of(__func__, "clock", d, which, out); }
int nvmlDeviceGetMaxClockInfo(device_t d, int which, unsigned *out) { return clock_of(__func__, "maxClock", d, which, out); }
int nvmlDeviceGetPerformanceState(device_t d, int *out) { return number32(__func__, d, "pstate", (unsigned *) out); }
int nvmlDeviceGetFanSpeed(device_t d, unsigned *out) { return number32(__func__, d, "fan", out); }
#ifndef OLD_DRIVER
int nvmlDeviceGetCurrentClocksEventReasons(device_t d, unsigned long long *out) { return number(__func__, d, "reasons", out); }
#else
int nvmlDeviceGetCurrentClocksThrottleReasons(device_t d, unsigned long long *out) { return number(__func__, d, "reasons", out); }
#endif

int nvmlDeviceGetViolationStatus(device_t d, int policy, nvmlViolationTime_t *out) {
    char name[32];
    snprintf(name, sizeof name, "violation.%d", policy);
    out->referenceTime = 1;
    return number(__func__, d, name, &out->violationTime);
}

int nvmlDeviceGetTotalEccErrors(device_t d, int type, int counter, unsigned long long *out) {
    char name[32];
    snprintf(name, sizeof name, "ecc.%s%s", type ? "uncorrected" : "corrected", counter ? ".ever" : "");
    return number(__func__, d, name, out);
}

int nvmlDeviceGetEccMode(device_t d, int *current, int *pending) {
    int code = number32(__func__, d, "ecc.mode", (unsigned *) current);
    *pending = *current;
    return code;
}

int nvmlDeviceGetRetiredPages(device_t d, int cause, unsigned *count, unsigned long long *addresses) {
    char name[32];
    unsigned pages = 0, room = *count;
    snprintf(name, sizeof name, "retired.%d", cause);
    int code = number32(__func__, d, name, &pages);
    if (!code) {
        *count = pages;
        for (unsigned i = 0; i < pages && i < room; i++) {
            addresses[i] = i;
        }
    }
    return !code && pages > room ? INSUFFICIENT_SIZE : code;
}

int nvmlDeviceGetRetiredPagesPendingStatus(device_t d, int *out) { return number32(__func__, d, "retired.pending", (unsigned *) out); }

int nvmlDeviceGetRemappedRows(device_t d, unsigned *corrected, unsigned *uncorrected, unsigned *pending, unsigned *failed) {
    int code = number32(__func__, d, "rows.corrected", corrected);
    if (!code) {
        number32(__func__, d, "rows.uncorrected", uncorrected);
        number32(__func__, d, "rows.pending", pending);
        number32(__func__, d, "rows.failed", failed);
    }
    return code;
}

int nvmlDeviceGetPcieThroughput(device_t d, int direction, unsigned *out) {
    return number32(__func__, d, direction ? "pcie.received" : "pcie.sent", out);
}

int nvmlDeviceGetPcieReplayCounter(device_t d, unsigned *out) { return number32(__func__, d, "pcie.replays", out); }
int nvmlDeviceGetCurrPcieLinkGeneration(device_t d, unsigned *out) { return number32(__func__, d, "pcie.generation", out); }
int nvmlDeviceGetCurrPcieLinkWidth(device_t d, unsigned *out) { return number32(__func__, d, "pcie.width", out); }

static int processes(const char *function, device_t d, const char *name, unsigned *count, nvmlProcessInfo_t *out) {
    int code = entered_for(function, d);
    const char *text = code ? NULL : script_find(place(d, name));
    unsigned room = *count, found = 0;
    /* pid:MiB:instance, with "-" for what the driver does not say */
    for (; text && *text; text = strchr(text, ',') ? strchr(text, ',') + 1 : "") {
        unsigned pid = 0;
        char mebibytes[24] = "-", instance[24] = "-";
        sscanf(text, "%u:%23[^:,]:%23[^:,]", &pid, mebibytes, instance);
        if (found < room) {
            out[found].pid = pid;
            out[found].usedGpuMemory = *mebibytes == '-' ? ~0ULL : strtoull(mebibytes, NULL, 0) << 20;
            out[found].gpuInstanceId = *instance == '-' ? ~0U : (unsigned) atoi(instance);
            out[found].computeInstanceId = ~0U;
        }
        found++;
    }
    *count = found;
    return code ? code : found > room ? INSUFFICIENT_SIZE : OK;
}

int nvmlDeviceGetComputeRunningProcesses_v3(device_t d, unsigned *count, nvmlProcessInfo_t *out) {
    script_refresh();
    return processes(__func__, d, "processes", count, out);
}

int nvmlDeviceGetGraphicsRunningProcesses_v3(device_t d, unsigned *count, nvmlProcessInfo_t *out) {
    return processes(__func__, d, "graphics", count, out);
}

int nvmlDeviceGetMigMode(device_t d, unsigned *current, unsigned *pending) {
    int code = number32(__func__, d, "mig", current);
    *pending = *current;
    return code;
}

int nvmlDeviceGetMaxMigDeviceCount(device_t d, unsigned *out) {
    *out = 7;
    return entered_for(__func__, d);
}

int nvmlDeviceGetMigDeviceHandleByIndex(device_t d, unsigned index, device_t *out) {
    int code = entered_for(__func__, d);
    if (code || !script_text("gpu%u.mig%u.uuid", gpu_of(d), index)) {
        return code ? code : NOT_FOUND;
    }
    *out = (device_t) (uintptr_t) (MIG + gpu_of(d) * 16 + index);
    return OK;
}

int nvmlDeviceGetGpuInstanceId(device_t d, unsigned *out) { return number32(__func__, d, "instance", out); }

int nvmlDeviceGetAttributes_v2(device_t d, nvmlDeviceAttributes_t *out) {
    int code = number32(__func__, d, "slices", &out->gpuInstanceSliceCount);
    return code ? code : number(__func__, d, "memory.total", &out->memorySizeMB);
}

int nvmlDeviceGetTopologyCommonAncestor(device_t one, device_t other, int *out) {
    long long level = script_number(-1, "ancestor.%u.%u", gpu_of(one), gpu_of(other));
    *out = (int) level;
    return level < 0 ? NOT_SUPPORTED : entered_for(__func__, one);
}

int nvmlDeviceGetNvLinkState(device_t d, unsigned link, int *out) {
    char name[32];
    if (link >= script_number(0, "gpu%u.links", gpu_of(d))) {
        return INVALID_ARGUMENT;
    }
    snprintf(name, sizeof name, "link%u", link);
    *out = script_find(place(d, name)) != NULL;
    return entered_for(__func__, d);
}

/* A link's value in the script: "switch", or the bus id of the other GPU. */
int nvmlDeviceGetNvLinkRemoteDeviceType(device_t d, unsigned link, int *out) {
    const char *remote = script_text("gpu%u.link%u", gpu_of(d), link);
    *out = remote && !strcmp(remote, "switch") ? 2 : 0;
    return entered_for(__func__, d);
}

int nvmlDeviceGetNvLinkRemotePciInfo_v2(device_t d, unsigned link, nvmlPciInfo_t *out) {
    const char *remote = script_text("gpu%u.link%u", gpu_of(d), link);
    snprintf(out->busId, sizeof out->busId, "%s", remote ? remote : "");
    return remote ? entered_for(__func__, d) : NOT_SUPPORTED;
}

int nvmlDeviceGetNvLinkErrorCounter(device_t d, unsigned link, int counter, unsigned long long *out) {
    char name[32];
    snprintf(name, sizeof name, "link%u.errors.%d", link, counter);
    return number(__func__, d, name, out);
}

int nvmlDeviceGetFieldValues(device_t d, int count, nvmlFieldValue_t *values) {
    int code = entered_for(__func__, d);
    for (int i = 0; !code && i < count; i++) {
        char name[32];
        unsigned long long value = 0;
        snprintf(name, sizeof name, "field.%u", values[i].fieldId);
        values[i].nvmlReturn = number(__func__, d, name, &value);
        values[i].valueType = values[i].fieldId == 138 || values[i].fieldId == 139 ? 3 : 1;
        values[i].value.ullVal = value;
    }
    return code;
}

int nvmlEventSetCreate(void **set) {
    *set = &started;
    return entered(__func__);
}

int nvmlDeviceGetSupportedEventTypes(device_t d, unsigned long long *types) {
    *types = (unsigned long long) script_number(0x1f, "gpu%u.eventTypes", gpu_of(d));
    return entered_for(__func__, d);
}

int nvmlDeviceRegisterEvents(device_t d, unsigned long long types, void *set) {
    return types && set == &started ? entered_for(__func__, d) : INVALID_ARGUMENT;
}

/* events=gpu:type:data,... once for each new value of events.serial */
int nvmlEventSetWait_v2(void *set, nvmlEventData_t *data, unsigned timeout) {
    script_refresh();
    int code = entered(__func__);
    if (code) {
        return code;
    }
    if (script_number(0, "events.serial") != event_serial) {
        event_serial = script_number(0, "events.serial");
        const char *text = script_text("events");
        snprintf(events, sizeof events, "%s", text ? text : "");
        next_event = events;
    }
    unsigned gpu = 0;
    unsigned long long type = 0, number = 0;
    if (!next_event || sscanf(next_event, "%u:%llu:%llu", &gpu, &type, &number) != 3) {
        next_event = NULL;
        return set == &started && timeout == 0 ? TIMEOUT : INVALID_ARGUMENT;
    }
    data->device = gpu_handle(gpu);
    data->eventType = type;
    data->eventData = number;
    next_event = strchr(next_event, ',') ? strchr(next_event, ',') + 1 : NULL;
    return OK;
}

int nvmlEventSetFree(void *set) { return set == &started ? OK : INVALID_ARGUMENT; }

int nvmlGpmQueryDeviceSupport(device_t d, nvmlGpmSupport_t *out) {
    out->isSupportedDevice = (unsigned) script_number(0, "gpu%u.gpm", gpu_of(d));
    return out->version == 1 ? entered_for(__func__, d) : ARGUMENT_VERSION_MISMATCH;
}

int nvmlGpmSampleAlloc(void **sample) {
    *sample = calloc(1, sizeof(unsigned));
    return entered(__func__);
}

int nvmlGpmSampleFree(void *sample) {
    free(sample);
    return OK;
}

int nvmlGpmSampleGet(device_t d, void *sample) {
    *(unsigned *) sample = gpu_of(d);
    return entered_for(__func__, d);
}

int nvmlGpmMetricsGet(nvmlGpmMetricsGet_t *get) {
    int code = entered(__func__);
    for (unsigned i = 0; !code && i < get->numMetrics && i < 333; i++) {
        const char *text = script_text("gpu%u.gpm.%u", *(unsigned *) get->sample2, get->metrics[i].metricId);
        get->metrics[i].nvmlReturn = text ? OK : NOT_SUPPORTED;
        get->metrics[i].value = text ? strtod(text, NULL) : 0;
    }
    return get->version == 1 ? code : ARGUMENT_VERSION_MISMATCH;
}
