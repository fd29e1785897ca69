package org.gatehouse.gpu.dcgm;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.sun.jna.Memory;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gpu.GpuCondition;
import org.gatehouse.gpu.GpuIdentity;
import org.gatehouse.gpu.dcgm.DcgmAbi.DeviceAttributes;
import org.gatehouse.gpu.dcgm.DcgmAbi.MigHierarchy;
import org.gatehouse.gpu.dcgm.DcgmValues.Entity;
import org.gatehouse.gpu.dcgm.DcgmWatches.Watch;

import static org.gatehouse.gpu.dcgm.DcgmAbi.OK;

/** Which GPUs and MIG instances a host engine has. */
final class DcgmDevices {
    private static final int DRIVER_VERSION = 1;
    private static final int NAME = 50;
    private static final int NVML_INDEX = 52;
    private static final int SERIAL = 53;
    private static final int UUID = 54;
    private static final int MINOR = 55;
    private static final int PCI_BUS_ID = 57;
    private static final int COMPUTE_CAPABILITY = 63;
    private static final int MIG_MODE = 67;
    private static final List<Integer> IDENTITY_FIELDS = List.of(DRIVER_VERSION, NAME, NVML_INDEX, SERIAL, UUID, MINOR,
            PCI_BUS_ID, COMPUTE_CAPABILITY, MIG_MODE);
    private static final Entity GLOBAL = new Entity(0, 0);

    private final DcgmSession session;
    private final DcgmWatches watches;

    DcgmDevices(DcgmSession session, DcgmWatches watches) {
        this.session = session;
        this.watches = watches;
    }

    /** A GPU of the host engine: its number there, who it is, whether it is cut into instances. */
    record Device(int id, GpuIdentity identity, boolean migEnabled) {
        Entity entity() {
            return new Entity(DcgmAbi.ENTITY_GPU, id);
        }
    }

    /** A GPU instance: its number in the host engine (host-wide), its GPU's, its number on that GPU, its slices. */
    record Instance(int id, int gpuId, int instanceId, int slices) {
        Entity entity() {
            return new Entity(DcgmAbi.ENTITY_GPU_INSTANCE, id);
        }
    }

    /** The GPUs; empty if there are none or the host engine refuses to tell. */
    List<Device> devices() {
        // Not only those that DCGM supports in full: another source shows the others too, and they would look lost here.
        List<Integer> ids = ids("dcgmGetAllDevices");
        if (ids.isEmpty()) {
            ids = ids("dcgmGetAllSupportedDevices");
        }
        List<Entity> entities = ids.stream().map(id -> new Entity(DcgmAbi.ENTITY_GPU, id)).toList();
        DcgmValues values = new DcgmValues();
        // Attributes lack some of these, and are refused (-20, -12) between releases that do not fit; fields always work.
        List<Watch> identity = watches.watch(entities, IDENTITY_FIELDS, 30_000_000);
        session.call("dcgmUpdateAllFields", 1);
        identity.forEach(watch -> watches.read(watch, values));
        watches.drop(identity);
        Map<String, Device> devices = new LinkedHashMap<>();
        try (Memory attributes = new Memory(DeviceAttributes.SIZE)) {
            for (Entity entity : entities) {
                Device device = device(entity, attributes, values);
                devices.putIfAbsent(device.identity().uuid(), device);
            }
        }
        return List.copyOf(devices.values());
    }

    private Device device(Entity entity, Memory attributes, DcgmValues values) {
        attributes.clear();
        attributes.setInt(0, DeviceAttributes.VERSION);
        boolean told = session.call("dcgmGetDeviceAttributes", entity.id(), attributes) == OK;
        Map<Integer, String> fields = values.texts(entity);
        String uuid = first(told ? DcgmSession.text(attributes, DeviceAttributes.UUID, 256) : "", fields.get(UUID));
        String driver = first(told ? DcgmSession.text(attributes, DeviceAttributes.DRIVER, 256) : "",
                first(fields.getOrDefault(DRIVER_VERSION, ""), values.texts(GLOBAL).get(DRIVER_VERSION)));
        GpuIdentity identity = new GpuIdentity(number(fields.get(NVML_INDEX), entity.id()),
                uuid.isEmpty() ? "DCGM-" + entity.id() : uuid,
                first(told ? DcgmSession.text(attributes, DeviceAttributes.PCI_BUS_ID, 256) : "",
                        fields.get(PCI_BUS_ID)),
                first(told ? DcgmSession.text(attributes, DeviceAttributes.NAME, 256) : "", fields.get(NAME)),
                number(fields.get(MINOR), -1),
                first(told ? DcgmSession.text(attributes, DeviceAttributes.SERIAL, 256) : "", fields.get(SERIAL)),
                driver,
                capability(number(fields.get(COMPUTE_CAPABILITY), 0)), -1);
        boolean mig = told && attributes.getInt(DeviceAttributes.MIG_MODE) == 1 || number(fields.get(MIG_MODE), 0) == 1;
        return new Device(entity.id(), identity, mig);
    }

    /** The GPU instances of all GPUs; empty without MIG. */
    List<Instance> instances() {
        List<Instance> instances = new ArrayList<>();
        try (Memory hierarchy = DcgmSession.cleared(MigHierarchy.SIZE)) {
            hierarchy.setInt(0, MigHierarchy.VERSION);
            if (session.call("dcgmGetGpuInstanceHierarchy", hierarchy) != OK) {
                return List.of();
            }
            int count = Math.clamp(hierarchy.getInt(MigHierarchy.COUNT), 0, MigHierarchy.MAX_ENTRIES);
            for (int i = 0; i < count; i++) {
                long at = MigHierarchy.ENTRIES + (long) i * MigHierarchy.ENTRY_SIZE;
                if (hierarchy.getInt(at + MigHierarchy.ENTITY_GROUP) == DcgmAbi.ENTITY_GPU_INSTANCE
                        && hierarchy.getInt(at + MigHierarchy.PARENT_GROUP) == DcgmAbi.ENTITY_GPU) {
                    instances.add(new Instance(hierarchy.getInt(at + MigHierarchy.ENTITY_ID),
                            hierarchy.getInt(at + MigHierarchy.PARENT_ID),
                            hierarchy.getInt(at + MigHierarchy.INSTANCE_ID),
                            hierarchy.getInt(at + MigHierarchy.SLICES)));
                }
            }
        }
        return List.copyOf(instances);
    }

    /** What the host engine says of a GPU; OK where it cannot say (the call is public since 4.5). */
    GpuCondition condition(Device device) {
        try (Memory status = DcgmSession.cleared(Integer.BYTES)) {
            int outcome = session.call("dcgmGetGpuStatus", device.id(), status);
            if (outcome == DcgmAbi.GPU_IS_LOST) {
                return GpuCondition.LOST;
            }
            if (outcome != OK) {
                return GpuCondition.OK;
            }
            return switch (status.getInt(0)) {
                case 3, 4 -> GpuCondition.LOST;
                case 6, 7 -> GpuCondition.DETACHED;
                default -> GpuCondition.OK;
            };
        }
    }

    private List<Integer> ids(String function) {
        try (Memory ids = DcgmSession.cleared(DcgmAbi.MAX_GPUS * 4L);
                Memory count = DcgmSession.cleared(Integer.BYTES)) {
            if (session.call(function, ids, count) != OK) {
                return List.of();
            }
            List<Integer> found = new ArrayList<>();
            for (int i = 0; i < Math.clamp(count.getInt(0), 0, DcgmAbi.MAX_GPUS); i++) {
                found.add(ids.getInt(i * 4L));
            }
            return found;
        }
    }

    /** Major in the upper half, minor in the lower. */
    private static String capability(int packed) {
        return packed <= 0 ? "" : (packed >> 16) + "." + (packed & 0xffff);
    }

    private static String first(String preferred, @Nullable String other) {
        return !preferred.isEmpty() || other == null ? preferred : other;
    }

    private static int number(@Nullable String text, int otherwise) {
        try {
            return text == null ? otherwise : Integer.parseInt(text);
        } catch (NumberFormatException strange) {
            return otherwise;
        }
    }
}
