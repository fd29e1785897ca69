package org.gatehouse.gpu.monitor;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.gatehouse.gpu.ClockReason;
import org.gatehouse.gpu.Gpu;
import org.gatehouse.gpu.GpuCondition;
import org.gatehouse.gpu.GpuEvent;
import org.gatehouse.gpu.GpuMetric;
import org.gatehouse.gpu.GpuSnapshot;
import org.gatehouse.gpu.GpuSymptom;
import org.gatehouse.gpu.Readings;
import org.gatehouse.gpu.Sampling;
import org.gatehouse.gpu.Sighting;

/**
 * Turns what is seen into events: the symptoms that sources report, and those that the readings show. A symptom that lasts is one event
 * with a beginning and an end; one that comes again raises the count of its event. Thread-safe.
 */
final class EventBook {
    /** A lasting symptom ends when it has not been seen for this long: clocks that go up and down each second are one event. */
    private static final Duration QUIET = Duration.ofSeconds(30);
    /** Within this time a counter's growth and a report of the same symptom are one and the same. */
    private static final Duration SAME = Duration.ofSeconds(15);
    private static final int MOST_EVENTS = 2_000;

    private final Map<String, GpuEvent> events = new LinkedHashMap<>();
    private final Map<String, Readings> before = new HashMap<>();

    /** Takes one reading of a node; answers the events that began, came again, or ended. */
    synchronized List<GpuEvent> take(Sampling.Taken taken) {
        GpuSnapshot snapshot = taken.snapshot();
        Instant now = snapshot.takenAt();
        List<GpuEvent> changed = new ArrayList<>();
        Set<String> standing = new HashSet<>();
        for (Gpu gpu : snapshot.gpus()) {
            List<Sighting> seen = new ArrayList<>(judge(snapshot.node(), gpu, taken.reportsXids(), now));
            taken.sightings().stream().filter(sighting -> sighting.gpuUuid().equals(gpu.uuid())).forEach(seen::add);
            for (Sighting sighting : seen) {
                String key = key(snapshot.node(), sighting);
                if (sighting.standing()) {
                    standing.add(key);
                }
                note(snapshot.node(), gpu, sighting, key).ifPresent(changed::add);
            }
            if (gpu.condition() == GpuCondition.OK) {
                before.put(snapshot.node() + "/" + gpu.uuid(), gpu.readings());
            }
        }
        end(snapshot, standing, now, changed);
        bound();
        return changed;
    }

    /** All that is remembered, the newest last. */
    synchronized List<GpuEvent> events() {
        return events.values().stream().sorted(Comparator.comparing(GpuEvent::lastSeen)).toList();
    }

    private static String key(String node, Sighting sighting) {
        return node + "/" + sighting.gpuUuid() + "/" + sighting.symptom().key();
    }

    /** Writes a sighting down; answers the event if anybody should hear of it. */
    private Optional<GpuEvent> note(String node, Gpu gpu, Sighting sighting, String key) {
        GpuEvent old = events.get(key);
        Instant at = sighting.at();
        boolean again = old != null && (sighting.standing() ? !old.active() : at.isAfter(old.lastSeen()));
        GpuEvent event;
        if (old == null) {
            event = new GpuEvent(node, sighting.gpuUuid(), gpu.index(), sighting.symptom(), at, at, 1,
                    sighting.standing());
        } else {
            Instant last = at.isAfter(old.lastSeen()) ? at : old.lastSeen();
            event = new GpuEvent(node, old.gpuUuid(), gpu.index(), sighting.symptom(), old.firstSeen(), last,
                    old.count() + (again ? 1 : 0), sighting.standing());
        }
        events.remove(key);
        events.put(key, event);
        return old == null || again ? Optional.of(event) : Optional.empty();
    }

    /** Ends what was standing and is not seen any more. A node or GPU that cannot be read at all ends nothing. */
    private void end(GpuSnapshot snapshot, Set<String> standing, Instant now, List<GpuEvent> changed) {
        Map<String, GpuEvent> ended = new LinkedHashMap<>();
        events.forEach((key, event) -> {
            if (!event.active() || !event.node().equals(snapshot.node()) || standing.contains(key)) {
                return;
            }
            Optional<Gpu> gpu = snapshot.gpu(event.gpuUuid());
            boolean readable = gpu.isPresent() && gpu.get().condition() == GpuCondition.OK;
            boolean lost = event.symptom() instanceof GpuSymptom.Lost;
            if (readable && (lost || event.lastSeen().plus(QUIET).isBefore(now))) {
                ended.put(key, new GpuEvent(event.node(), event.gpuUuid(), event.gpuIndex(), event.symptom(),
                        event.firstSeen(), event.lastSeen(), event.count(), false));
            }
        });
        ended.forEach((key, event) -> {
            events.put(key, event);
            changed.add(event);
            if (event.symptom() instanceof GpuSymptom.Lost) {
                Sighting back = new Sighting(event.gpuUuid(), new GpuSymptom.Back(), now, false);
                snapshot.gpu(event.gpuUuid())
                        .flatMap(gpu -> note(snapshot.node(), gpu, back, key(snapshot.node(), back)))
                        .ifPresent(changed::add);
            }
        });
    }

    /** What the readings themselves show. */
    private List<Sighting> judge(String node, Gpu gpu, boolean reportsXids, Instant now) {
        List<Sighting> seen = new ArrayList<>();
        if (gpu.condition() == GpuCondition.LOST) {
            seen.add(new Sighting(gpu.uuid(), new GpuSymptom.Lost(), now, true));
        }
        if (gpu.condition() != GpuCondition.OK) {
            return seen;
        }
        Set<ClockReason> reasons = gpu.clockReasons();
        standing(seen, gpu, reasons.contains(ClockReason.HARDWARE_THERMAL), new GpuSymptom.ThermalSlowdown(true), now);
        standing(seen, gpu, reasons.contains(ClockReason.SOFTWARE_THERMAL), new GpuSymptom.ThermalSlowdown(false), now);
        standing(seen, gpu, reasons.contains(ClockReason.POWER_BRAKE), new GpuSymptom.PowerBrake(), now);
        Readings readings = gpu.readings();
        standing(seen, gpu, readings.whole(GpuMetric.ROW_REMAP_PENDING).orElse(0) > 0, new GpuSymptom.RowRemapPending(),
                now);
        standing(seen, gpu, readings.whole(GpuMetric.ROW_REMAP_FAILED).orElse(0) > 0, new GpuSymptom.RowRemapFailed(),
                now);
        standing(seen, gpu, readings.whole(GpuMetric.PAGES_PENDING).orElse(0) > 0,
                new GpuSymptom.PageRetirementPending(), now);
        Readings earlier = before.get(node + "/" + gpu.uuid());
        if (earlier == null) {
            return seen;
        }
        if (grew(GpuMetric.ECC_UNCORRECTED, earlier, readings)) {
            Sighting errors = new Sighting(gpu.uuid(), new GpuSymptom.UncorrectedMemoryErrors(), now, false);
            GpuEvent reported = events.get(key(node, errors));
            if (reported == null || reported.lastSeen().plus(SAME).isBefore(now)) {
                seen.add(errors);
            }
        }
        long xid = readings.whole(GpuMetric.XID).orElse(0);
        if (!reportsXids && xid > 0 && earlier.has(GpuMetric.XID) && earlier.whole(GpuMetric.XID).orElse(0) != xid) {
            seen.add(new Sighting(gpu.uuid(), new GpuSymptom.Xid((int) xid), now, false));
        }
        return seen;
    }

    private static void standing(List<Sighting> seen, Gpu gpu, boolean is, GpuSymptom symptom, Instant now) {
        if (is) {
            seen.add(new Sighting(gpu.uuid(), symptom, now, true));
        }
    }

    private static boolean grew(GpuMetric counter, Readings earlier, Readings now) {
        return earlier.has(counter) && now.has(counter)
                && now.whole(counter).orElse(0) > earlier.whole(counter).orElse(0);
    }

    /** Forgets the events that are over and have not been seen for longest. */
    private void bound() {
        var oldest = events.entrySet().iterator();
        while (events.size() > MOST_EVENTS && oldest.hasNext()) {
            if (!oldest.next().getValue().active()) {
                oldest.remove();
            }
        }
    }
}
