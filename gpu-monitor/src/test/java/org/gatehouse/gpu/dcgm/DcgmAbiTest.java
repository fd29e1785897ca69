package org.gatehouse.gpu.dcgm;

import org.junit.jupiter.api.Test;

import org.gatehouse.gpu.Structures;

import static org.assertj.core.api.Assertions.assertThat;

final class DcgmAbiTest {
    private final Structures real = Structures.read();

    @Test
    void sizesAreThoseOfTheHeaders() {
        assertThat(DcgmAbi.ConnectParams.SIZE).isEqualTo(real.size("dcgmConnectV2Params_v2"));
        assertThat(DcgmAbi.EmbeddedParams.SIZE).isEqualTo(real.size("dcgmStartEmbeddedV2Params_v1"));
        assertThat(DcgmAbi.VersionInfo.SIZE).isEqualTo(real.size("dcgmVersionInfo_v2"));
        assertThat(DcgmAbi.DeviceAttributes.SIZE).isEqualTo(real.size("dcgmDeviceAttributes_v3"));
        assertThat(DcgmAbi.FieldValue.SIZE).isEqualTo(real.size("dcgmFieldValue_v1"));
        assertThat(DcgmAbi.EntityFieldValue.SIZE).isEqualTo(real.size("dcgmFieldValue_v2"));
        assertThat(DcgmAbi.EntityPair.SIZE).isEqualTo(real.size("dcgmGroupEntityPair_t"));
        assertThat(DcgmAbi.MigHierarchy.SIZE).isEqualTo(real.size("dcgmMigHierarchy_v2"));
        assertThat(DcgmAbi.MigHierarchy.ENTRY_SIZE).isEqualTo(real.size("dcgmMigHierarchyInfo_v2"));
        assertThat(DcgmAbi.HealthSet.SIZE).isEqualTo(real.size("dcgmHealthSetParams_v2"));
        assertThat(DcgmAbi.HealthResponse.SIZE).isEqualTo(real.size("dcgmHealthResponse_v5"));
        assertThat(DcgmAbi.HealthResponse.INCIDENT_SIZE).isEqualTo(real.size("dcgmIncidentInfo_t"));
        assertThat(DcgmAbi.HealthResponse.SIZE_V4).isEqualTo(real.offset("dcgmHealthResponse_v5", "incidents")
                + DcgmAbi.HealthResponse.MAX_INCIDENTS_V4 * real.size("dcgmIncidentInfo_t"));
        assertThat(DcgmAbi.Policy.SIZE).isEqualTo(real.size("dcgmPolicy_v1"));
        assertThat(DcgmAbi.Policy.PARAMETER_SIZE).isEqualTo(real.size("dcgmPolicyConditionParams_t"));
        assertThat(DcgmAbi.PolicyResponse.SIZE).isEqualTo(real.size("dcgmPolicyCallbackResponse_v2"));
        assertThat(DcgmAbi.Topology.SIZE).isEqualTo(real.size("dcgmDeviceTopology_v2"));
        assertThat(DcgmAbi.Topology.SIZE_V1).isEqualTo(real.size("dcgmDeviceTopology_v1"));
        assertThat(DcgmAbi.Topology.PATHS + DcgmAbi.Topology.MAX_PATHS * DcgmAbi.Topology.PATH_SIZE)
                .isEqualTo(DcgmAbi.Topology.SIZE);
        assertThat(DcgmAbi.Topology.PATHS_V1 + DcgmAbi.Topology.MAX_PATHS * DcgmAbi.Topology.PATH_SIZE_V1)
                .isEqualTo(DcgmAbi.Topology.SIZE_V1);
        assertThat(DcgmAbi.MigHierarchy.ENTRIES + DcgmAbi.MigHierarchy.MAX_ENTRIES * DcgmAbi.MigHierarchy.ENTRY_SIZE)
                .isEqualTo(DcgmAbi.MigHierarchy.SIZE);
    }

    @Test
    void offsetsAreThoseOfTheHeaders() {
        at(DcgmAbi.ConnectParams.PERSIST, "dcgmConnectV2Params_v2", "persistAfterDisconnect");
        at(DcgmAbi.ConnectParams.TIMEOUT_MS, "dcgmConnectV2Params_v2", "timeoutMs");
        at(DcgmAbi.ConnectParams.IS_UNIX_SOCKET, "dcgmConnectV2Params_v2", "addressIsUnixSocket");
        at(DcgmAbi.EmbeddedParams.OPERATION_MODE, "dcgmStartEmbeddedV2Params_v1", "opMode");
        at(DcgmAbi.EmbeddedParams.HANDLE, "dcgmStartEmbeddedV2Params_v1", "dcgmHandle");
        at(DcgmAbi.EmbeddedParams.LOG_FILE, "dcgmStartEmbeddedV2Params_v1", "logFile");
        at(DcgmAbi.EmbeddedParams.SEVERITY, "dcgmStartEmbeddedV2Params_v1", "severity");
        at(DcgmAbi.VersionInfo.TEXT, "dcgmVersionInfo_v2", "rawBuildInfoString");
        at(DcgmAbi.DeviceAttributes.IDENTIFIERS, "dcgmDeviceAttributes_v3", "identifiers");
        at(DcgmAbi.DeviceAttributes.SETTINGS, "dcgmDeviceAttributes_v3", "settings");
        identifier(DcgmAbi.DeviceAttributes.NAME, "deviceName");
        identifier(DcgmAbi.DeviceAttributes.PCI_BUS_ID, "pciBusId");
        identifier(DcgmAbi.DeviceAttributes.SERIAL, "serial");
        identifier(DcgmAbi.DeviceAttributes.UUID, "uuid");
        identifier(DcgmAbi.DeviceAttributes.DRIVER, "driverVersion");
        at(DcgmAbi.DeviceAttributes.MIG_MODE - DcgmAbi.DeviceAttributes.SETTINGS, "dcgmDeviceSettings_v2",
                "migModeEnabled");
        at(DcgmAbi.FieldValue.FIELD_ID, "dcgmFieldValue_v1", "fieldId");
        at(DcgmAbi.FieldValue.FIELD_TYPE, "dcgmFieldValue_v1", "fieldType");
        at(DcgmAbi.FieldValue.STATUS, "dcgmFieldValue_v1", "status");
        at(DcgmAbi.FieldValue.TIMESTAMP, "dcgmFieldValue_v1", "ts");
        at(DcgmAbi.FieldValue.VALUE, "dcgmFieldValue_v1", "value");
        at(DcgmAbi.EntityFieldValue.ENTITY_GROUP, "dcgmFieldValue_v2", "entityGroupId");
        at(DcgmAbi.EntityFieldValue.ENTITY_ID, "dcgmFieldValue_v2", "entityId");
        at(DcgmAbi.EntityFieldValue.FIELD_ID, "dcgmFieldValue_v2", "fieldId");
        at(DcgmAbi.EntityFieldValue.FIELD_TYPE, "dcgmFieldValue_v2", "fieldType");
        at(DcgmAbi.EntityFieldValue.STATUS, "dcgmFieldValue_v2", "status");
        at(DcgmAbi.EntityFieldValue.TIMESTAMP, "dcgmFieldValue_v2", "ts");
        at(DcgmAbi.EntityFieldValue.VALUE, "dcgmFieldValue_v2", "value");
        at(DcgmAbi.EntityPair.GROUP, "dcgmGroupEntityPair_t", "entityGroupId");
        at(DcgmAbi.EntityPair.ID, "dcgmGroupEntityPair_t", "entityId");
        at(DcgmAbi.HealthSet.GROUP, "dcgmHealthSetParams_v2", "groupId");
        at(DcgmAbi.HealthSet.SYSTEMS, "dcgmHealthSetParams_v2", "systems");
        at(DcgmAbi.HealthSet.INTERVAL, "dcgmHealthSetParams_v2", "updateInterval");
        at(DcgmAbi.HealthSet.KEEP_AGE, "dcgmHealthSetParams_v2", "maxKeepAge");
    }

    @Test
    void offsetsInListsAreThoseOfTheHeaders() {
        int pair = real.size("dcgmGroupEntityPair_t") / 2;
        int info = real.offset("dcgmMigHierarchyInfo_v2", "info");
        at(DcgmAbi.MigHierarchy.COUNT, "dcgmMigHierarchy_v2", "count");
        at(DcgmAbi.MigHierarchy.ENTRIES, "dcgmMigHierarchy_v2", "entityList");
        at(DcgmAbi.MigHierarchy.ENTITY_GROUP, "dcgmMigHierarchyInfo_v2", "entity");
        at(DcgmAbi.MigHierarchy.ENTITY_ID - pair, "dcgmMigHierarchyInfo_v2", "entity");
        at(DcgmAbi.MigHierarchy.PARENT_GROUP, "dcgmMigHierarchyInfo_v2", "parent");
        at(DcgmAbi.MigHierarchy.PARENT_ID - pair, "dcgmMigHierarchyInfo_v2", "parent");
        at(DcgmAbi.MigHierarchy.INSTANCE_ID - info, "dcgmMigEntityInfo_t", "nvmlInstanceId");
        at(DcgmAbi.MigHierarchy.SLICES - info, "dcgmMigEntityInfo_t", "nvmlProfileSlices");
        at(DcgmAbi.HealthResponse.OVERALL, "dcgmHealthResponse_v5", "overallHealth");
        at(DcgmAbi.HealthResponse.COUNT, "dcgmHealthResponse_v5", "incidentCount");
        at(DcgmAbi.HealthResponse.INCIDENTS, "dcgmHealthResponse_v5", "incidents");
        at(DcgmAbi.HealthResponse.SYSTEM, "dcgmIncidentInfo_t", "system");
        at(DcgmAbi.HealthResponse.HEALTH, "dcgmIncidentInfo_t", "health");
        at(DcgmAbi.HealthResponse.MESSAGE, "dcgmIncidentInfo_t", "error");
        assertThat(DcgmAbi.HealthResponse.CODE).isEqualTo(DcgmAbi.HealthResponse.MESSAGE + 1_024);
        at(DcgmAbi.HealthResponse.ENTITY_GROUP, "dcgmIncidentInfo_t", "entityInfo");
        at(DcgmAbi.HealthResponse.ENTITY_ID - pair, "dcgmIncidentInfo_t", "entityInfo");
        at(DcgmAbi.Policy.CONDITION, "dcgmPolicy_v1", "condition");
        at(DcgmAbi.Policy.PARAMETERS, "dcgmPolicy_v1", "parms");
        at(DcgmAbi.Policy.PARAMETER_VALUE, "dcgmPolicyConditionParams_t", "val");
        at(DcgmAbi.PolicyResponse.CONDITION, "dcgmPolicyCallbackResponse_v2", "condition");
        at(DcgmAbi.PolicyResponse.TIMESTAMP, "dcgmPolicyCallbackResponse_v2", "val");
        assertThat(DcgmAbi.PolicyResponse.NUMBER).isEqualTo(real.offset("dcgmPolicyCallbackResponse_v2", "val")
                + real.offset("dcgmPolicyConditionXID_t", "errnum"));
        at(DcgmAbi.PolicyResponse.GPU_ID, "dcgmPolicyCallbackResponse_v2", "gpuId");
        at(DcgmAbi.Topology.COUNT, "dcgmDeviceTopology_v2", "numGpus");
        at(DcgmAbi.Topology.PATHS, "dcgmDeviceTopology_v2", "gpuPaths");
        at(DcgmAbi.Topology.PATHS + DcgmAbi.Topology.PATH, "dcgmDeviceTopology_v2", "gpuPaths[0].path");
        at(DcgmAbi.Topology.COUNT, "dcgmDeviceTopology_v1", "numGpus");
        at(DcgmAbi.Topology.PATHS_V1, "dcgmDeviceTopology_v1", "gpuPaths");
        at(DcgmAbi.Topology.PATHS_V1 + DcgmAbi.Topology.PATH_V1, "dcgmDeviceTopology_v1", "gpuPaths[0].path");
    }

    @Test
    void versionWordsAreThoseThatTheCompilersPrint() {
        assertThat(DcgmAbi.ConnectParams.VERSION).isEqualTo(0x2000010);
        assertThat(DcgmAbi.EmbeddedParams.VERSION).isEqualTo(0x1000048);
        assertThat(DcgmAbi.VersionInfo.VERSION).isEqualTo(0x2000204);
        assertThat(DcgmAbi.DeviceAttributes.VERSION).isEqualTo(0x3001464);
        assertThat(DcgmAbi.FieldValue.VERSION).isEqualTo(0x1001018);
        assertThat(DcgmAbi.EntityFieldValue.VERSION).isEqualTo(0x2001020);
        assertThat(DcgmAbi.MigHierarchy.VERSION).isEqualTo(0x2011f08);
        assertThat(DcgmAbi.HealthSet.VERSION).isEqualTo(0x2000028);
        assertThat(DcgmAbi.HealthResponse.VERSION).isEqualTo(0x510500c);
        assertThat(DcgmAbi.HealthResponse.VERSION_V4).isEqualTo(0x401050c);
        assertThat(DcgmAbi.Policy.VERSION).isEqualTo(0x1000090);
        assertThat(DcgmAbi.PolicyResponse.VERSION).isEqualTo(0x2000020);
        assertThat(DcgmAbi.Topology.VERSION).isEqualTo(0x2000338);
        assertThat(DcgmAbi.Topology.VERSION_V1).isEqualTo(0x10001c0);
    }

    private void at(int ours, String structure, String member) {
        assertThat(ours).as(structure + "." + member).isEqualTo(real.offset(structure, member));
    }

    private void identifier(int ours, String member) {
        at(ours - real.offset("dcgmDeviceAttributes_v3", "identifiers"), "dcgmDeviceIdentifiers_v1", member);
    }
}
