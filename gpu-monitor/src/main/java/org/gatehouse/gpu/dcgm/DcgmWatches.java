package org.gatehouse.gpu.dcgm;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import com.sun.jna.Callback;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gpu.dcgm.DcgmAbi.EntityFieldValue;
import org.gatehouse.gpu.dcgm.DcgmAbi.EntityPair;
import org.gatehouse.gpu.dcgm.DcgmAbi.FieldValue;
import org.gatehouse.gpu.dcgm.DcgmValues.Entity;
import org.gatehouse.gpu.nativelib.SharedLibrary;

import static org.gatehouse.gpu.dcgm.DcgmAbi.OK;

/**
 * Watches in the host engine: groups of entities, groups of fields, and the values that the engine then collects. Watching and reading the
 * cache is much cheaper than live requests (4 KiB a value), and it is the only safe way for profiling fields.
 */
final class DcgmWatches {
    private static final double KEEP_SECONDS = 30;
    private static final double KEEP_EVENT_SECONDS = 3600;

    private final DcgmSession session;
    private final String suffix;
    /** Fields that were refused, by DCGM's code for it. */
    private final Map<Integer, Set<Integer>> refused = new TreeMap<>();
    private boolean groupRefused;
    /** One callback for all reads: to make one costs as much as to read a hundred values, and DCGM needs it only during the call. */
    private final ValueCallback collector = this::collect;
    private DcgmValues collecting = new DcgmValues();
    private long collectingStaleMicros;
    private int names;

    /** {@code suffix} makes names unique in the host engine: field groups of two programs may not share one. */
    DcgmWatches(DcgmSession session, String suffix) {
        this.session = session;
        this.suffix = suffix;
    }

    /** One watch: some entities, some fields. */
    record Watch(long group, long fieldGroup, List<Entity> entities, List<Integer> fields, long staleMicros) {}

    /** DCGM calls this for the values of one entity; 0 goes on. */
    @FunctionalInterface
    interface ValueCallback extends Callback {
        /** Takes {@code count} dcgmFieldValue_v1 at {@code values}. */
        int invoke(int entityGroup, int entityId, Pointer values, int count, @Nullable Pointer user);
    }

    /**
     * Watches all fields that this host engine, library and hardware allow: a list that is refused as a whole is halved until the fields
     * at fault stand alone, and those are left out. Answers an empty list if nothing is left.
     */
    List<Watch> watch(List<Entity> entities, Collection<Integer> fields, long everyMicros) {
        List<Integer> known = fields.stream().filter(session::knowsField).sorted().toList();
        if (entities.isEmpty() || known.isEmpty()) {
            return List.of();
        }
        long group = group(entities);
        if (group == 0) {
            return List.of();
        }
        List<Watch> watches = new ArrayList<>();
        watch(group, entities, known, everyMicros, watches);
        if (watches.isEmpty()) {
            session.call("dcgmGroupDestroy", group);
        }
        return watches;
    }

    private void watch(long group, List<Entity> entities, List<Integer> fields, long everyMicros, List<Watch> watches) {
        int outcome;
        try (Memory ids = new Memory(fields.size() * 2L); Memory made = DcgmSession.cleared(Long.BYTES)) {
            for (int i = 0; i < fields.size(); i++) {
                ids.setShort(i * 2L, fields.get(i).shortValue());
            }
            outcome = session.call("dcgmFieldGroupCreate", fields.size(), ids,
                    name("fields"), made);
            if (outcome == OK) {
                long fieldGroup = made.getLong(0);
                boolean event = everyMicros == 0;
                outcome = session.call("dcgmWatchFields", group, fieldGroup, event ? 1_000_000L : everyMicros,
                        event ? KEEP_EVENT_SECONDS : Math.max(KEEP_SECONDS, 3e-6 * everyMicros), event ? 0 : 2);
                if (outcome == OK) {
                    watches.add(new Watch(group, fieldGroup, entities, fields,
                            event ? Long.MAX_VALUE : Math.max(15_000_000L, 4 * everyMicros)));
                    return;
                }
                session.call("dcgmFieldGroupDestroy", fieldGroup);
            }
        }
        if (fields.size() == 1 || outcome == DcgmAbi.CONNECTION_NOT_VALID) {
            refused.computeIfAbsent(outcome, code -> new TreeSet<>()).addAll(fields);
            return;
        }
        int half = fields.size() / 2;
        watch(group, entities, fields.subList(0, half), everyMicros, watches);
        watch(group, entities, fields.subList(half, fields.size()), everyMicros, watches);
    }

    /** A group of these entities, or 0. */
    long group(List<Entity> entities) {
        try (Memory made = DcgmSession.cleared(Long.BYTES)) {
            int outcome = session.call("dcgmGroupCreate", DcgmAbi.GROUP_EMPTY,
                    name("group"), made);
            if (outcome != OK) {
                groupRefused = true;
                return 0;
            }
            for (Entity entity : entities) {
                session.call("dcgmGroupAddEntity", made.getLong(0), entity.group(), entity.id());
            }
            return made.getLong(0);
        }
    }

    /** Stops watches; those of one group together, since they share it. */
    void drop(List<Watch> dropped) {
        for (Watch watch : dropped) {
            session.call("dcgmUnwatchFields", watch.group(), watch.fieldGroup());
            session.call("dcgmFieldGroupDestroy", watch.fieldGroup());
        }
        dropped.stream().map(Watch::group).distinct().forEach(group -> session.call("dcgmGroupDestroy", group));
    }

    /** Reads the newest values of a watch into {@code values}; answers DCGM's return code. */
    int read(Watch watch, DcgmValues values) {
        collecting = values;
        collectingStaleMicros = watch.staleMicros();
        int outcome = session.call("dcgmGetLatestValues_v2", watch.group(), watch.fieldGroup(), collector,
                Pointer.NULL);
        if (outcome == DcgmAbi.FUNCTION_NOT_FOUND || outcome == DcgmAbi.VERSION_MISMATCH) {
            return readEntities(watch, values);
        }
        return outcome;
    }

    /** All values since a time, oldest first; {@code next} holds the time on entry and the one to go on with afterwards. */
    int readSince(Watch watch, Memory next, ValueCallback callback) {
        return session.call("dcgmGetValuesSince_v2", watch.group(), watch.fieldGroup(), next.getLong(0), next, callback,
                Pointer.NULL);
    }

    private int collect(int entityGroup, int entityId, Pointer memory, int count, @Nullable Pointer user) {
        Entity entity = new Entity(entityGroup, entityId);
        for (int i = 0; i < count; i++) {
            long at = (long) i * FieldValue.SIZE;
            collecting.take(entity, memory.getShort(at + FieldValue.FIELD_ID) & 0xffff,
                    memory.getShort(at + FieldValue.FIELD_TYPE), memory.getInt(at + FieldValue.STATUS),
                    memory.getLong(at + FieldValue.TIMESTAMP), memory, at + FieldValue.VALUE, collectingStaleMicros);
        }
        return 0;
    }

    /**
     * The other way to the same cache, for pairs of releases that refuse the first. Never with the live flag: a live request for a
     * profiling field kills nv-hostengine 4.6.0, one for XIDs answers -3 for everything. Values come in any order.
     */
    private int readEntities(Watch watch, DcgmValues values) {
        int entities = watch.entities().size();
        int fields = watch.fields().size();
        int total = entities * fields;
        try (Memory pairs = new Memory((long) entities * EntityPair.SIZE);
                Memory ids = new Memory(fields * 2L);
                Memory out = DcgmSession.cleared((long) total * EntityFieldValue.SIZE)) {
            for (int i = 0; i < entities; i++) {
                pairs.setInt((long) i * EntityPair.SIZE + EntityPair.GROUP, watch.entities().get(i).group());
                pairs.setInt((long) i * EntityPair.SIZE + EntityPair.ID, watch.entities().get(i).id());
            }
            for (int i = 0; i < fields; i++) {
                ids.setShort(i * 2L, watch.fields().get(i).shortValue());
            }
            for (int i = 0; i < total; i++) {
                out.setInt((long) i * EntityFieldValue.SIZE, EntityFieldValue.VERSION);
            }
            int outcome = session.call("dcgmEntitiesGetLatestValues", pairs, entities, ids, fields, 0, out);
            for (int i = 0; outcome == OK && i < total; i++) {
                long at = (long) i * EntityFieldValue.SIZE;
                values.take(new Entity(out.getInt(at + EntityFieldValue.ENTITY_GROUP),
                        out.getInt(at + EntityFieldValue.ENTITY_ID)),
                        out.getShort(at + EntityFieldValue.FIELD_ID) & 0xffff,
                        out.getShort(at + EntityFieldValue.FIELD_TYPE), out.getInt(at + EntityFieldValue.STATUS),
                        out.getLong(at + EntityFieldValue.TIMESTAMP), out, at + EntityFieldValue.VALUE,
                        watch.staleMicros());
            }
            return outcome;
        }
    }

    /** What could not be watched, for people. */
    List<String> notes() {
        List<String> notes = new ArrayList<>();
        refused.forEach((code, fields) -> notes.add("DCGM does not serve the fields " + fields
                + " of every device here (" + code + ")."));
        if (groupRefused) {
            notes.add("DCGM did not make a group of devices; it may hold too many of other programs.");
        }
        return notes;
    }

    private byte[] name(String what) {
        return SharedLibrary.text("gatehouse-" + what + "-" + suffix + "-" + ++names);
    }
}
