package org.gatehouse.gpu.monitor;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gpu.Gpu;
import org.gatehouse.gpu.GpuCondition;
import org.gatehouse.gpu.GpuIdentity;
import org.gatehouse.gpu.GpuSnapshot;
import org.gatehouse.gpu.GpuTopology;
import org.gatehouse.gpu.Sampling;
import org.gatehouse.gpu.SourceKind;

/**
 * One node: the best source that works, chosen again when one comes or goes, and the GPUs that were ever seen, so that one that
 * vanishes is told as lost and not just missing. For one thread at a time.
 */
final class NodeWatch {
    /** A page of another machine that names new GPUs each time must not fill the memory. */
    private static final int MOST_GPUS = 256;

    private final WatchedNode node;
    private final Patience patience;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private final List<SourceSlot> slots = new ArrayList<>();
    private final Map<String, GpuIdentity> known = new LinkedHashMap<>();
    private @Nullable SourceSlot current;

    NodeWatch(WatchedNode node, Patience patience, Clock clock, LongSupplier nanoTime) {
        this.node = node;
        this.patience = patience;
        this.clock = clock;
        this.nanoTime = nanoTime;
        node.candidates().forEach(candidate -> slots.add(new SourceSlot(node.name(), candidate, patience)));
    }

    WatchedNode node() {
        return node;
    }

    /** Reads the node once, from the best source that there is; always answers. */
    Sampling.Taken step() {
        lookForBetter();
        // Each slot gets at most one turn: one that failed just now is not tried again at once.
        for (int turn = 0; turn <= slots.size(); turn++) {
            SourceSlot chosen = current == null ? choose() : current;
            if (chosen == null) {
                break;
            }
            if (chosen.sample(nanoTime.getAsLong()) instanceof Sampling.Taken taken) {
                return new Sampling.Taken(complete(taken.snapshot()), taken.sightings(), taken.reportsXids());
            }
            if (chosen.open()) {
                break;
            }
            current = null;
        }
        return new Sampling.Taken(blind(), List.of(), true);
    }

    /** Closes every source. */
    void close() {
        slots.forEach(SourceSlot::close);
        current = null;
    }

    /** Better sources open beside the one in use, which goes on meanwhile. */
    private void lookForBetter() {
        SourceSlot used = current;
        if (used == null) {
            return;
        }
        long now = nanoTime.getAsLong();
        for (SourceSlot slot : slots) {
            if (slot == used) {
                return;
            }
            if (slot.tryToOpen(now, Duration.ZERO)) {
                used.retire(now);
                current = slot;
                return;
            }
        }
    }

    private @Nullable SourceSlot choose() {
        for (SourceSlot slot : slots) {
            if (slot.tryToOpen(nanoTime.getAsLong(), patience.opening())) {
                current = slot;
                return slot;
            }
        }
        return null;
    }

    /** Adds the GPUs that are missing, and why no better source was taken. */
    private GpuSnapshot complete(GpuSnapshot seen) {
        List<Gpu> gpus = new ArrayList<>(seen.gpus());
        List<String> notes = new ArrayList<>(seen.notes());
        for (Gpu gpu : seen.gpus()) {
            if (known.size() < MOST_GPUS || known.containsKey(gpu.uuid())) {
                known.put(gpu.uuid(), gpu.identity());
            }
        }
        known.forEach((uuid, identity) -> {
            if (seen.gpu(uuid).isEmpty()) {
                gpus.add(Gpu.blind(identity, GpuCondition.LOST));
            }
        });
        gpus.sort(Comparator.comparingInt(Gpu::index));
        for (SourceSlot slot : slots) {
            if (slot == current) {
                break;
            }
            notes.add(slot.reason());
        }
        return seen.withGpus(gpus).withNotes(notes);
    }

    private GpuSnapshot blind() {
        Instant now = clock.instant();
        List<Gpu> gpus = new ArrayList<>();
        known.values().forEach(identity -> gpus.add(Gpu.blind(identity, GpuCondition.UNKNOWN)));
        List<String> notes = new ArrayList<>();
        notes.add(known.isEmpty()
                ? "No GPU was found on " + node.name() + "."
                : "The GPUs of " + node.name() + " cannot be read at present.");
        slots.forEach(slot -> notes.add(slot.reason()));
        return new GpuSnapshot(node.name(), SourceKind.NONE, false, now, gpus, GpuTopology.unknown(), notes);
    }
}
