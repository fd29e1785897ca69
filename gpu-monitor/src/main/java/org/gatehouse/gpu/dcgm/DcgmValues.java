package org.gatehouse.gpu.dcgm;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import com.sun.jna.Pointer;

import org.gatehouse.gpu.GpuMetric;
import org.gatehouse.gpu.Readings;
import org.gatehouse.gpu.Readings.Absence;

/**
 * Collects field values of many entities. A value counts only if its status is 0, it is not one of DCGM's blanks, and it is not old:
 * 3.3.9 answers status -14 with a zero in the value, 4.6.0 status 0 with a blank, so both are looked at.
 */
final class DcgmValues {
    private static final int TYPE_DOUBLE = 'd';
    private static final int TYPE_STRING = 's';

    private final Map<Entity, Readings.Builder> builders = new HashMap<>();
    private final Map<Entity, Map<Integer, String>> texts = new HashMap<>();
    private final Set<Entity> lost = new HashSet<>();
    private final Set<Entity> detached = new HashSet<>();
    private long newestMicros;
    private long newestBefore;

    /** A GPU, a GPU instance, …: DCGM's pair of kind and number. */
    record Entity(int group, int id) {}

    /** Forgets everything but how new the values were: if the host engine's clock is set back, only one round looks old. */
    void clear() {
        newestBefore = newestMicros;
        newestMicros = 0;
        builders.clear();
        texts.clear();
        lost.clear();
        detached.clear();
    }

    /**
     * Takes one value.
     *
     * @param memory holds the value (8 bytes, or a text) at {@code offset}
     * @param staleMicros a value older than the newest one by more than this is no value
     */
    void take(Entity entity, int fieldId, int type, int status, long timestamp, Pointer memory, long offset,
            long staleMicros) {
        if (status == DcgmAbi.GPU_IS_LOST || status == DcgmAbi.RESET_REQUIRED) {
            lost.add(entity);
        } else if (status == DcgmAbi.GPUS_DETACHED) {
            detached.add(entity);
        }
        if (type == TYPE_STRING) {
            if (status == DcgmAbi.OK) {
                texts.computeIfAbsent(entity, key -> new HashMap<>()).put(fieldId,
                        DcgmSession.text(memory, offset, 256));
            }
            return;
        }
        newestMicros = Math.max(newestMicros, timestamp);
        GpuMetric metric = GpuMetric.ofField(fieldId);
        if (metric == null) {
            if (status == DcgmAbi.OK && !blank(memory.getLong(offset))) {
                texts.computeIfAbsent(entity, key -> new HashMap<>()).put(fieldId,
                        Long.toString(memory.getLong(offset)));
            }
            return;
        }
        Readings.Builder builder = builders.computeIfAbsent(entity, key -> new Readings.Builder());
        if (status != DcgmAbi.OK) {
            builder.put(metric, absence(status));
        } else if (timestamp > 0 && Math.max(newestMicros, newestBefore) - timestamp > staleMicros) {
            builder.put(metric, Absence.NO_DATA);
        } else if (type == TYPE_DOUBLE) {
            putReal(builder, metric, memory.getDouble(offset));
        } else {
            putWhole(builder, metric, memory.getLong(offset));
        }
    }

    /** The numbers of one entity; empty readings if there are none. */
    Readings readings(Entity entity) {
        Readings.Builder builder = builders.get(entity);
        return builder == null ? Readings.none() : builder.build();
    }

    /** Texts, and numbers of fields that are no metrics, of one entity by field id. */
    Map<Integer, String> texts(Entity entity) {
        return texts.getOrDefault(entity, Map.of());
    }

    boolean lost(Entity entity) {
        return lost.contains(entity);
    }

    boolean detached(Entity entity) {
        return detached.contains(entity);
    }

    /** The newest time that the host engine has put on any value of this round, in microseconds of its clock. */
    long newestMicros() {
        return newestMicros;
    }

    static boolean blank(long value) {
        // Some 64-bit fields carry the 32-bit blanks: exactly these four values.
        return value >= DcgmAbi.INT64_BLANK || value >= DcgmAbi.INT32_BLANK && value <= DcgmAbi.INT32_BLANK + 3;
    }

    private static void putWhole(Readings.Builder builder, GpuMetric metric, long value) {
        if (blank(value)) {
            builder.put(metric, blankReason(value & 0xf));
        } else if (metric == GpuMetric.MEMORY_TEMPERATURE && value == 0) {
            builder.put(metric, Absence.UNSUPPORTED);
        } else {
            builder.put(metric, value);
        }
    }

    private static void putReal(Readings.Builder builder, GpuMetric metric, double value) {
        if (value >= DcgmAbi.FP64_BLANK) {
            builder.put(metric, blankReason((long) (value - DcgmAbi.FP64_BLANK)));
        } else {
            builder.put(metric, value);
        }
    }

    private static Absence blankReason(long distance) {
        return distance == 2 ? Absence.UNSUPPORTED : distance == 3 ? Absence.NOT_PERMITTED : Absence.NO_DATA;
    }

    private static Absence absence(int status) {
        return switch (status) {
            case DcgmAbi.NOT_SUPPORTED, DcgmAbi.GPU_NOT_SUPPORTED, DcgmAbi.FIELD_UNSUPPORTED, DcgmAbi.UNKNOWN_FIELD,
                    DcgmAbi.PROFILING_NOT_SUPPORTED, DcgmAbi.MODULE_NOT_LOADED ->
                Absence.UNSUPPORTED;
            case DcgmAbi.NO_PERMISSION -> Absence.NOT_PERMITTED;
            default -> Absence.NO_DATA;
        };
    }
}
