package org.gatehouse.gpu.dcgm;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gpu.GpuMetric;
import org.gatehouse.gpu.GpuSymptom;
import org.gatehouse.gpu.Sighting;
import org.gatehouse.gpu.dcgm.DcgmAbi.FieldValue;
import org.gatehouse.gpu.dcgm.DcgmWatches.Watch;

/**
 * XIDs one by one, with their times. The field's newest value stays for ever and cannot show the same number twice, so the series is
 * read instead. Asking the series twice gives no event twice: each answer names the time to go on with.
 */
final class DcgmXids implements AutoCloseable {
    private static final int MOST_AT_ONCE = 1000;

    private final DcgmWatches watches;
    private final List<Watch> series;
    private final Memory next = DcgmSession.cleared(Long.BYTES);
    /** One callback for all rounds: each new one costs native memory until the collector finds it. */
    private final DcgmWatches.ValueCallback collector = this::collect;
    private final List<Sighting> found = new ArrayList<>();
    private Map<Integer, String> uuids = Map.of();
    private boolean working = true;

    DcgmXids(DcgmWatches watches, List<Watch> series) {
        this.watches = watches;
        this.series = series;
    }

    /** Whether the series can be read. */
    boolean working() {
        return working && !series.isEmpty();
    }

    /** The XIDs since the last call; the first call answers those of the last hour that the host engine has kept. */
    List<Sighting> since(Map<Integer, String> uuidsByGpu) {
        found.clear();
        uuids = uuidsByGpu;
        for (Watch watch : series) {
            int outcome = watches.readSince(watch, next, collector);
            if (outcome == DcgmAbi.FUNCTION_NOT_FOUND || outcome == DcgmAbi.VERSION_MISMATCH) {
                working = false;
            }
        }
        return List.copyOf(found);
    }

    private int collect(int entityGroup, int entityId, Pointer memory, int count, @Nullable Pointer user) {
        String uuid = entityGroup == DcgmAbi.ENTITY_GPU ? uuids.get(entityId) : null;
        for (int i = 0; uuid != null && i < count && found.size() < MOST_AT_ONCE; i++) {
            long at = (long) i * FieldValue.SIZE;
            long xid = memory.getLong(at + FieldValue.VALUE);
            if ((memory.getShort(at + FieldValue.FIELD_ID) & 0xffff) == GpuMetric.XID.fieldId()
                    && memory.getInt(at + FieldValue.STATUS) == DcgmAbi.OK && xid > 0 && !DcgmValues.blank(xid)) {
                found.add(new Sighting(uuid, new GpuSymptom.Xid((int) xid),
                        Instant.EPOCH.plusNanos(memory.getLong(at + FieldValue.TIMESTAMP) * 1000), false));
            }
        }
        return 0;
    }

    @Override
    public void close() {
        next.close();
    }
}
