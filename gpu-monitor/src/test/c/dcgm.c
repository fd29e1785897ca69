/*
 * Plays libdcgm with a host engine behind it: the function names, argument types, structures and codes of DCGM 4's headers
 * for the functions that the monitor calls; the values come from a script.
 *
 *   gpuN.f<field>=<value>     also blank, unsupported (DCGM's sentinels), or !<status>
 *   instK=<gpu>:<instance>:<slices>, instK.f<field>=<value>
 *   engine.dead=1             every call answers CONNECTION_NOT_VALID
 */
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "script.h"

#define OK 0
#define BADPARAM -1
#define NOT_SUPPORTED -6
#define VER_MISMATCH -12
#define NO_DATA -14
#define CONNECTION_NOT_VALID -21
#define DUPLICATE_KEY -26
#define MODULE_NOT_LOADED -33
#define VERSION(type, revision) ((unsigned) (sizeof(type) | (unsigned long) (revision) << 24))

typedef uintptr_t handle_t;
typedef struct { unsigned version, persistAfterDisconnect, timeoutMs, addressIsUnixSocket; } dcgmConnectV2Params_v2;
typedef struct { unsigned version; int opMode; handle_t dcgmHandle; const char *logFile; int severity; unsigned denyListCount, denyList[10]; } dcgmStartEmbeddedV2Params_v1;
typedef struct { unsigned version; char rawBuildInfoString[512]; } dcgmVersionInfo_v2;
typedef struct { unsigned version; char brandName[256], deviceName[256], pciBusId[256], serial[256], uuid[256], vbios[256], inforomImageVersion[256];
    unsigned pciDeviceId, pciSubSystemId; char driverVersion[256]; unsigned virtualizationMode; } dcgmDeviceIdentifiers_v1;
typedef struct { unsigned version, persistenceModeEnabled, migModeEnabled, confidentialComputeMode; } dcgmDeviceSettings_v2;
typedef struct { unsigned version; char clockSets[3080]; unsigned thermalSettings[3]; unsigned powerLimits[6]; dcgmDeviceIdentifiers_v1 identifiers;
    unsigned memoryUsage[5]; dcgmDeviceSettings_v2 settings; } dcgmDeviceAttributes_v3;
typedef struct { int entityGroupId; unsigned entityId; } dcgmGroupEntityPair_t;
typedef union { int64_t i64; double dbl; char str[256]; char blob[4096]; } value_t;
typedef struct { unsigned version; unsigned short fieldId, fieldType; int status; int64_t ts; value_t value; } dcgmFieldValue_v1;
typedef struct { unsigned version; int entityGroupId; unsigned entityId; unsigned short fieldId, fieldType; int status; unsigned unused; int64_t ts; value_t value; } dcgmFieldValue_v2;
typedef struct { char gpuUuid[128]; unsigned nvmlGpuIndex, nvmlInstanceId, nvmlComputeInstanceId, nvmlMigProfileId, nvmlProfileSlices; } dcgmMigEntityInfo_t;
typedef struct { dcgmGroupEntityPair_t entity, parent; dcgmMigEntityInfo_t info; } dcgmMigHierarchyInfo_v2;
typedef struct { unsigned version, count; dcgmMigHierarchyInfo_v2 entityList[448]; } dcgmMigHierarchy_v2;
typedef struct { unsigned version; handle_t groupId; int systems; int64_t updateInterval; double maxKeepAge; } dcgmHealthSetParams_v2;
typedef struct { char msg[1024]; unsigned code; } detail_t;
typedef struct { int system, health; detail_t error; dcgmGroupEntityPair_t entityInfo; } dcgmIncidentInfo_t;
typedef struct { unsigned version; int overallHealth; unsigned incidentCount; dcgmIncidentInfo_t incidents[1024]; } dcgmHealthResponse_v5;
typedef struct { unsigned version; int overallHealth; unsigned incidentCount; dcgmIncidentInfo_t incidents[64]; } dcgmHealthResponse_v4;
typedef struct { int tag; union { unsigned char boolean; long long llval; } val; } dcgmPolicyConditionParams_t;
typedef struct { unsigned version; int condition, mode, isolation, action, validation, response; dcgmPolicyConditionParams_t parms[7]; } dcgmPolicy_v1;
typedef struct { unsigned version; int condition; struct { long long timestamp; unsigned number; } val; unsigned gpuId; } dcgmPolicyCallbackResponse_v2;
typedef struct { unsigned version; unsigned long cpuAffinityMask[8]; unsigned numGpus; struct { unsigned gpuId; unsigned long path, localNvLinkIds; } gpuPaths[31]; } dcgmDeviceTopology_v2;
typedef struct { unsigned version; unsigned long cpuAffinityMask[8]; unsigned numGpus; struct { unsigned gpuId, path, localNvLinkIds; } gpuPaths[31]; } dcgmDeviceTopology_v1;

_Static_assert(sizeof(dcgmConnectV2Params_v2) == 16, "dcgmConnectV2Params_v2");
_Static_assert(sizeof(dcgmStartEmbeddedV2Params_v1) == 72, "dcgmStartEmbeddedV2Params_v1");
_Static_assert(sizeof(dcgmVersionInfo_v2) == 516, "dcgmVersionInfo_v2");
_Static_assert(sizeof(dcgmDeviceAttributes_v3) == 5220 && offsetof(dcgmDeviceAttributes_v3, identifiers) == 3120, "dcgmDeviceAttributes_v3");
_Static_assert(sizeof(dcgmFieldValue_v1) == 4120 && offsetof(dcgmFieldValue_v1, value) == 24, "dcgmFieldValue_v1");
_Static_assert(sizeof(dcgmFieldValue_v2) == 4128 && offsetof(dcgmFieldValue_v2, value) == 32, "dcgmFieldValue_v2");
_Static_assert(sizeof(dcgmMigHierarchy_v2) == 73480, "dcgmMigHierarchy_v2");
_Static_assert(sizeof(dcgmHealthSetParams_v2) == 40, "dcgmHealthSetParams_v2");
_Static_assert(sizeof(dcgmHealthResponse_v5) == 1069068 && sizeof(dcgmHealthResponse_v4) == 66828, "dcgmHealthResponse");
_Static_assert(sizeof(dcgmPolicy_v1) == 144 && sizeof(dcgmPolicyCallbackResponse_v2) == 32, "dcgmPolicy");
_Static_assert(sizeof(dcgmDeviceTopology_v2) == 824 && sizeof(dcgmDeviceTopology_v1) == 448, "dcgmDeviceTopology");

typedef int (*values_f)(int, unsigned, dcgmFieldValue_v1 *, int, void *);
typedef int (*policy_f)(dcgmPolicyCallbackResponse_v2 *, uint64_t);

#define MOST 64
#define CONNECTION 0x7001

static struct { int used, count; dcgmGroupEntityPair_t entities[128]; } groups[MOST];
static struct { int used, count; unsigned short fields[128]; char name[256]; } field_groups[MOST];
static dcgmFieldValue_v1 values[128];
static policy_f policy_callback;
static long long violation_serial;
static long long frozen_at;

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    int64_t micros = (int64_t) time.tv_sec * 1000000 + time.tv_nsec / 1000;
    if (script_number(0, "frozen")) {
        frozen_at = frozen_at ? frozen_at : micros;
        return frozen_at;
    }
    return micros;
}

static void *tell_violation(void *text) {
    dcgmPolicyCallbackResponse_v2 response = {.version = VERSION(dcgmPolicyCallbackResponse_v2, 2)};
    unsigned gpu = 0, number = 0;
    int condition = 0;
    sscanf(text, "%u:%d:%u", &gpu, &condition, &number);
    response.gpuId = gpu;
    response.condition = condition;
    response.val.timestamp = now();
    response.val.number = number;
    policy_callback(&response, 0);
    return NULL;
}

static int entered(const char *function, handle_t handle) {
    int code = script_trap(function);
    if (code) {
        return code;
    }
    return handle != CONNECTION || script_number(0, "engine.dead") ? CONNECTION_NOT_VALID : OK;
}

int dcgmInit(void) {
    script_refresh();
    return script_trap(__func__);
}

int dcgmConnect_v2(const char *address, dcgmConnectV2Params_v2 *parameters, handle_t *handle) {
    script_refresh();
    const char *expected = script_text("address");
    if (parameters->version != VERSION(dcgmConnectV2Params_v2, 2)) {
        return VER_MISMATCH;
    }
    *handle = CONNECTION;
    return expected && strcmp(expected, address) ? CONNECTION_NOT_VALID : entered(__func__, CONNECTION);
}

int dcgmStartEmbedded_v2(dcgmStartEmbeddedV2Params_v1 *parameters) {
    script_refresh();
    parameters->dcgmHandle = CONNECTION;
    return parameters->version == VERSION(dcgmStartEmbeddedV2Params_v1, 1) ? script_trap(__func__) : VER_MISMATCH;
}

int dcgmStopEmbedded(handle_t handle) { return handle == CONNECTION ? OK : BADPARAM; }

static void forget(void) {
    memset(groups, 0, sizeof groups);
    memset(field_groups, 0, sizeof field_groups);
    policy_callback = NULL;
}

int dcgmDisconnect(handle_t handle) {
    forget();
    return handle == CONNECTION ? OK : BADPARAM;
}

int dcgmHostengineVersionInfo(handle_t handle, dcgmVersionInfo_v2 *info) {
    const char *version = script_text("engine.version");
    snprintf(info->rawBuildInfoString, sizeof info->rawBuildInfoString, "version:%s;arch:x86_64;buildid:1;commit:0",
             version ? version : "4.6.0");
    return info->version == VERSION(dcgmVersionInfo_v2, 2) ? entered(__func__, handle) : VER_MISMATCH;
}

void *DcgmFieldGetById(unsigned short field) { return script_number(0, "unknown.%u", field) ? NULL : field_groups; }

static int all_devices(const char *function, handle_t handle, unsigned ids[32], int *count) {
    int code = entered(function, handle);
    *count = (int) script_number(0, "count");
    for (int i = 0; i < *count && i < 32; i++) {
        ids[i] = (unsigned) i;
    }
    return code;
}

int dcgmGetAllSupportedDevices(handle_t handle, unsigned ids[32], int *count) { return all_devices(__func__, handle, ids, count); }
int dcgmGetAllDevices(handle_t handle, unsigned ids[32], int *count) { return all_devices(__func__, handle, ids, count); }

static void copied(char out[256], unsigned gpu, const char *name) {
    const char *text = script_text("gpu%u.%s", gpu, name);
    snprintf(out, 256, "%s", text ? text : "<<<NULL>>>");
}

int dcgmGetDeviceAttributes(handle_t handle, unsigned gpu, dcgmDeviceAttributes_v3 *out) {
    if (out->version != VERSION(dcgmDeviceAttributes_v3, 3)) {
        return VER_MISMATCH;
    }
    copied(out->identifiers.deviceName, gpu, "name");
    copied(out->identifiers.uuid, gpu, "uuid");
    copied(out->identifiers.pciBusId, gpu, "bus");
    copied(out->identifiers.serial, gpu, "serial");
    copied(out->identifiers.driverVersion, gpu, "driver");
    out->settings.migModeEnabled = (unsigned) script_number(0, "gpu%u.mig", gpu);
    return entered(__func__, handle);
}

int dcgmGetGpuStatus(handle_t handle, unsigned gpu, int *status) {
    *status = (int) script_number(1, "gpu%u.status", gpu);
    return entered(__func__, handle);
}

int dcgmGetGpuInstanceHierarchy(handle_t handle, dcgmMigHierarchy_v2 *out) {
    if (out->version != VERSION(dcgmMigHierarchy_v2, 2)) {
        return VER_MISMATCH;
    }
    out->count = 0;
    for (unsigned i = 0; i < 448; i++) {
        unsigned gpu, instance, slices;
        const char *text = script_text("inst%u", i);
        if (text && sscanf(text, "%u:%u:%u", &gpu, &instance, &slices) == 3) {
            dcgmMigHierarchyInfo_v2 *entry = &out->entityList[out->count++];
            *entry = (dcgmMigHierarchyInfo_v2) {{4, i}, {1, gpu}, {"", gpu, instance, ~0U, 0, slices}};
            /* its compute instance, which is not counted as a GPU instance */
            out->entityList[out->count++] = (dcgmMigHierarchyInfo_v2) {{5, i}, {4, i}, {"", gpu, instance, 0, 0, slices}};
        }
    }
    return entered(__func__, handle);
}

int dcgmGetDeviceTopology(handle_t handle, unsigned gpu, dcgmDeviceTopology_v2 *out) {
    int code = entered(__func__, handle);
    int second = out->version == VERSION(dcgmDeviceTopology_v2, 2) && !script_number(0, "topology.v1");
    dcgmDeviceTopology_v1 *first = (dcgmDeviceTopology_v1 *) out;
    if (code || (!second && out->version != VERSION(dcgmDeviceTopology_v1, 1))) {
        return code ? code : VER_MISMATCH;
    }
    unsigned count = 0;
    for (unsigned other = 0; other < script_number(0, "count"); other++) {
        long long path = script_number(-1, "path.%u.%u", gpu < other ? gpu : other, gpu < other ? other : gpu);
        if (other != gpu && path >= 0) {
            if (second) {
                out->gpuPaths[count].gpuId = other;
                out->gpuPaths[count].path = (unsigned long) path;
            } else {
                first->gpuPaths[count].gpuId = other;
                first->gpuPaths[count].path = (unsigned) path;
            }
            count++;
        }
    }
    out->numGpus = count;
    return OK;
}

int dcgmGroupCreate(handle_t handle, int type, const char *name, handle_t *out) {
    (void) name;
    for (int i = 1; i < MOST; i++) {
        if (!groups[i].used) {
            groups[i].used = 1;
            groups[i].count = 0;
            *out = (handle_t) i;
            return type == 1 ? entered(__func__, handle) : BADPARAM;
        }
    }
    return -24;
}

int dcgmGroupAddEntity(handle_t handle, handle_t group, int entityGroup, unsigned entity) {
    groups[group].entities[groups[group].count++] = (dcgmGroupEntityPair_t) {entityGroup, entity};
    return entered(__func__, handle);
}

int dcgmGroupDestroy(handle_t handle, handle_t group) {
    groups[group].used = 0;
    return entered(__func__, handle);
}

int dcgmFieldGroupCreate(handle_t handle, int count, const unsigned short *fields, const char *name, handle_t *out) {
    int free = 0;
    for (int i = 1; i < MOST; i++) {
        if (field_groups[i].used && !strcmp(field_groups[i].name, name)) {
            return DUPLICATE_KEY;
        }
        free = free || field_groups[i].used ? free : i;
    }
    if (!free || count > 128) {
        return -24;
    }
    field_groups[free].used = 1;
    field_groups[free].count = count;
    memcpy(field_groups[free].fields, fields, (size_t) count * sizeof *fields);
    snprintf(field_groups[free].name, sizeof field_groups[free].name, "%s", name);
    *out = (handle_t) free;
    return entered(__func__, handle);
}

int dcgmFieldGroupDestroy(handle_t handle, handle_t group) {
    field_groups[group].used = 0;
    return entered(__func__, handle);
}

int dcgmWatchFields(handle_t handle, handle_t group, handle_t fields, long long every, double age, int samples) {
    (void) age, (void) samples;
    for (int e = 0; e < groups[group].count; e++) {
        for (int f = 0; f < field_groups[fields].count; f++) {
            dcgmGroupEntityPair_t entity = groups[group].entities[e];
            if (field_groups[fields].fields[f] >= 1001 && entity.entityGroupId == 1
                && script_number(0, "gpu%u.noprofiling", entity.entityId)) {
                return MODULE_NOT_LOADED;
            }
        }
    }
    return every > 0 ? entered(__func__, handle) : BADPARAM;
}

int dcgmUnwatchFields(handle_t handle, handle_t group, handle_t fields) {
    return groups[group].used && field_groups[fields].used ? entered(__func__, handle) : BADPARAM;
}

int dcgmUpdateAllFields(handle_t handle, int wait) { return wait == 1 ? entered(__func__, handle) : BADPARAM; }

/* Whole numbers but for these, as the field table of DCGM has it. */
static char type_of(unsigned short field) {
    switch (field) {
    case 1: case 50: case 53: case 54: case 57: return 's';
    case 155: case 157: case 160: case 164: case 254: return 'd';
    default: return field >= 1001 && field <= 1008 ? 'd' : 'i';
    }
}

static void fill(dcgmGroupEntityPair_t entity, unsigned short field, unsigned short *type, int *status, int64_t *time, value_t *value) {
    const char *kind = entity.entityGroupId == 1 ? "gpu" : "inst";
    const char *text = script_text("%s%u.f%u", kind, entity.entityId, field);
    *type = (unsigned short) type_of(field);
    *status = OK;
    *time = now();
    if (entity.entityGroupId == 1 && script_number(0, "gpu%u.lost", entity.entityId)) {
        text = "!-18";
    }
    int blank = !text || !strcmp(text, "unsupported") ? 2 : !strcmp(text, "blank") ? 0 : -1;
    if (text && *text == '!') {
        *status = atoi(text + 1);
        blank = 0;
    }
    if (*type == 's') {
        snprintf(value->str, sizeof value->str, "%s", blank >= 0 ? "<<<NOT_SUPPORTED>>>" : text);
    } else if (*type == 'd') {
        value->dbl = blank >= 0 ? 140737488355328.0 + blank : strtod(text, NULL);
    } else {
        value->i64 = blank >= 0 ? 0x7ffffffffffffff0LL + blank : strtoll(text, NULL, 0);
    }
}

int dcgmGetLatestValues_v2(handle_t handle, handle_t group, handle_t fields, values_f callback, void *user) {
    script_refresh();
    int code = entered(__func__, handle);
    if (!code && policy_callback && script_number(0, "violation.serial") != violation_serial) {
        violation_serial = script_number(0, "violation.serial");
        pthread_t thread;
        static char text[64];
        snprintf(text, sizeof text, "%s", script_text("violation"));
        pthread_create(&thread, NULL, tell_violation, text);
        pthread_join(thread, NULL);
    }
    for (int e = 0; !code && e < groups[group].count; e++) {
        dcgmGroupEntityPair_t entity = groups[group].entities[e];
        int count = field_groups[fields].count;
        for (int f = 0; f < count; f++) {
            values[f].version = VERSION(dcgmFieldValue_v1, 1);
            values[f].fieldId = field_groups[fields].fields[f];
            fill(entity, values[f].fieldId, &values[f].fieldType, &values[f].status, &values[f].ts, &values[f].value);
        }
        if (callback(entity.entityGroupId, entity.entityId, values, count, user)) {
            break;
        }
    }
    return code;
}

/* Answers in the reverse of the order asked for, since the real one keeps no order either. */
int dcgmEntitiesGetLatestValues(handle_t handle, dcgmGroupEntityPair_t entities[], unsigned count, unsigned short fields[],
                                unsigned fieldCount, unsigned flags, dcgmFieldValue_v2 out[]) {
    script_refresh();
    int code = entered(__func__, handle);
    unsigned at = count * fieldCount;
    for (unsigned e = 0; !code && e < count; e++) {
        for (unsigned f = 0; f < fieldCount; f++) {
            dcgmFieldValue_v2 *value = &out[--at];
            if (value->version != VERSION(dcgmFieldValue_v2, 2)) {
                return VER_MISMATCH;
            }
            value->entityGroupId = entities[e].entityGroupId;
            value->entityId = entities[e].entityId;
            value->fieldId = fields[f];
            fill(entities[e], fields[f], &value->fieldType, &value->status, &value->ts, &value->value);
        }
    }
    return flags ? BADPARAM : code;
}

/* xids=gpu:xid:microseconds,... */
int dcgmGetValuesSince_v2(handle_t handle, handle_t group, handle_t fields, long long since, long long *next, values_f callback, void *user) {
    int code = entered(__func__, handle);
    (void) group, (void) fields;
    *next = since;
    for (const char *text = script_text("xids"); !code && text && *text; text = strchr(text, ',') ? strchr(text, ',') + 1 : "") {
        unsigned gpu = 0;
        long long xid = 0, time = 0;
        sscanf(text, "%u:%lld:%lld", &gpu, &xid, &time);
        if (time >= since) {
            values[0] = (dcgmFieldValue_v1) {.version = VERSION(dcgmFieldValue_v1, 1), .fieldId = 230, .fieldType = 'i', .ts = time, .value.i64 = xid};
            *next = time + 1 > *next ? time + 1 : *next;
            callback(1, gpu, values, 1, user);
        }
    }
    return code;
}

int dcgmHealthSet_v2(handle_t handle, dcgmHealthSetParams_v2 *parameters) {
    return parameters->version == VERSION(dcgmHealthSetParams_v2, 2) ? entered(__func__, handle) : VER_MISMATCH;
}

/* incidentK=gpu:system:health:code:message */
int dcgmHealthCheck(handle_t handle, handle_t group, dcgmHealthResponse_v5 *out) {
    int code = entered(__func__, handle);
    (void) group;
    unsigned accepted = script_number(0, "health.v4") ? VERSION(dcgmHealthResponse_v4, 4) : VERSION(dcgmHealthResponse_v5, 5);
    if (code || out->version != accepted) {
        return code ? code : VER_MISMATCH;
    }
    out->incidentCount = 0;
    for (unsigned i = 0; i < 16; i++) {
        const char *text = script_text("incident%u", i);
        dcgmIncidentInfo_t *incident = &out->incidents[out->incidentCount];
        unsigned gpu, system, number;
        int health;
        if (text && sscanf(text, "%u:%u:%d:%u:%1000[^\n]", &gpu, &system, &health, &number, incident->error.msg) == 5) {
            incident->system = (int) system;
            incident->health = health;
            incident->error.code = number;
            incident->entityInfo = (dcgmGroupEntityPair_t) {1, gpu};
            out->incidentCount++;
        }
    }
    return OK;
}

int dcgmPolicySet(handle_t handle, handle_t group, dcgmPolicy_v1 *policy, handle_t status) {
    (void) group, (void) status;
    return policy->version == VERSION(dcgmPolicy_v1, 1) && policy->parms[0].val.boolean ? entered(__func__, handle) : VER_MISMATCH;
}

int dcgmPolicyRegister_v2(handle_t handle, handle_t group, int condition, policy_f callback, uint64_t user) {
    (void) group, (void) user;
    policy_callback = condition ? callback : NULL;
    return entered(__func__, handle);
}

int dcgmPolicyUnregister(handle_t handle, handle_t group, int condition) {
    (void) group, (void) condition;
    policy_callback = NULL;
    return entered(__func__, handle);
}
