package org.gatehouse.supervisor.fleet;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.gatehouse.supervisor.planning.GpuCapacity;

/**
 * Who was promised how much of which GPU, who loads there, and which GPUs are closed because memory did not come back. Owned by the
 * fleet's thread.
 */
final class GpuLedger {
    private final long slack;
    private final Map<String, GpuView.Sight> sights = new LinkedHashMap<>();
    /** By holder, then by GPU. */
    private final Map<String, Map<String, Long>> promises = new TreeMap<>();
    /** Room that a waiting deployment will take once others have left it; made anew in each round. */
    private final Map<String, Map<String, Long>> claims = new HashMap<>();
    /** By GPU: who loads there. Engines measure free memory while they load, so they do it one after the other (vllm#55827). */
    private final Map<String, String> loading = new HashMap<>();
    private final Set<String> untaken = new HashSet<>();
    private final Map<String, String> quarantine = new TreeMap<>();

    GpuLedger(long slack) {
        this.slack = slack;
    }

    /** Takes in what the GPUs hold now. */
    void refresh(List<GpuView.Sight> now) {
        sights.clear();
        now.forEach(sight -> sights.put(sight.capacity().id(), sight));
    }

    Collection<GpuView.Sight> sights() {
        return sights.values();
    }

    /** Whether all of these are there and well. */
    boolean usable(Collection<String> gpus) {
        return gpus.stream().allMatch(gpu -> {
            GpuView.Sight sight = sights.get(gpu);
            return sight != null && sight.outOfService().isEmpty() && !quarantine.containsKey(gpu);
        });
    }

    /** Whether what runs on all of these may stay; so too while nobody has looked at any GPU. */
    boolean mayStay(Collection<String> gpus) {
        return sights.isEmpty() || gpus.stream().allMatch(gpu -> {
            GpuView.Sight sight = sights.get(gpu);
            return sight != null && sight.mayStay();
        });
    }

    /** Promises this memory instead of what was promised to this holder before. */
    void promise(String holder, Map<String, Long> bytes) {
        Map<String, Long> before = promises.put(holder, Map.copyOf(bytes));
        bytes.forEach((gpu, much) -> {
            GpuView.Sight sight = sights.get(gpu);
            if (sight != null && promised(gpu) > sight.capacity().totalBytes()) {
                if (before == null) {
                    promises.remove(holder);
                } else {
                    promises.put(holder, before);
                }
                throw new IllegalStateException("GPU " + gpu + " would be promised beyond its memory to " + holder);
            }
        });
    }

    /** Takes over a promise that an earlier daemon made. */
    void inherit(String holder, Map<String, Long> bytes) {
        promises.put(holder, Map.copyOf(bytes));
    }

    /** Takes the promise back, and the turn to load. */
    void release(String holder) {
        promises.remove(holder);
        untaken.remove(holder);
        endLoading(holder);
    }

    Map<String, Long> promisedTo(String holder) {
        return promises.getOrDefault(holder, Map.of());
    }

    long promised(String gpu) {
        return promises.values().stream().mapToLong(each -> each.getOrDefault(gpu, 0L)).sum();
    }

    List<String> holders(String gpu) {
        return promises.entrySet().stream().filter(each -> each.getValue().containsKey(gpu)).map(Map.Entry::getKey)
                .toList();
    }

    void clearClaims() {
        claims.clear();
    }

    void claim(String deployment, Map<String, Long> bytes) {
        claims.put(deployment, Map.copyOf(bytes));
    }

    /** Takes the turn to load on all of these GPUs, or on none. */
    boolean beginLoading(String holder, Collection<String> gpus) {
        if (gpus.stream().anyMatch(gpu -> !loading.getOrDefault(gpu, holder).equals(holder))) {
            return false;
        }
        gpus.forEach(gpu -> loading.put(gpu, holder));
        return true;
    }

    void endLoading(String holder) {
        loading.values().removeIf(holder::equals);
    }

    String loadingOn(String gpu) {
        return loading.getOrDefault(gpu, "");
    }

    long used(String gpu) {
        GpuView.Sight sight = sights.get(gpu);
        return sight == null ? 0 : sight.capacity().usedBytes();
    }

    /** Notes whether a holder may have taken what it was promised: memory in use is never explained by one that has not. */
    void taken(String holder, boolean may) {
        if (may) {
            untaken.remove(holder);
        } else {
            untaken.add(holder);
        }
    }

    /**
     * Whether so much more can be taken on each GPU, by what the driver says. Promises say who may; this says whether they can: memory
     * that a dead process left behind may be hidden behind the promise of one that only loads.
     */
    boolean hasFree(Map<String, Long> more) {
        return more.entrySet().stream().allMatch(each -> {
            GpuView.Sight sight = sights.get(each.getKey());
            return sight != null && Math.max(sight.capacity().usedBytes(), sight.capacity().foreignBytes())
                    + each.getValue() <= sight.capacity().totalBytes();
        });
    }

    /**
     * Whether what is in use on a GPU is explained by strangers and by what was promised to others than this holder and may be
     * taken, of which only so much shall be left. A GPU that is gone holds nothing.
     */
    boolean explained(String gpu, String holder, long left) {
        GpuView.Sight sight = sights.get(gpu);
        if (sight == null) {
            return true;
        }
        long others = promises.entrySet().stream()
                .filter(each -> !each.getKey().equals(holder) && !untaken.contains(each.getKey()))
                .mapToLong(each -> each.getValue().getOrDefault(gpu, 0L)).sum();
        return sight.capacity().usedBytes() <= sight.capacity().foreignBytes() + others + left + slack;
    }

    /** Closes a GPU. */
    void quarantine(String gpu, String reason) {
        quarantine.put(gpu, reason);
    }

    /** Opens the GPUs whose memory has come back in the meantime. */
    List<String> endQuarantines() {
        List<String> opened = quarantine.keySet().stream().filter(gpu -> explained(gpu, "", 0)).toList();
        opened.forEach(quarantine::remove);
        return opened;
    }

    /** Why nothing is started there; empty if something may be. */
    String closed(String gpu) {
        GpuView.Sight sight = sights.get(gpu);
        return quarantine.getOrDefault(gpu, sight == null ? "It is not there." : sight.outOfService());
    }

    /**
     * The GPUs as places, as if these holders kept only so much of what they were promised. A closed GPU has no room.
     *
     * @param kept bytes on each GPU that the holder keeps, by holder
     * @param claimant whose own claim does not stand in its way
     */
    List<GpuCapacity> capacities(Map<String, Long> kept, String claimant) {
        return capacities(kept, claimant, Map.of());
    }

    /** The same, as if so much more had been promised on each GPU. */
    List<GpuCapacity> capacities(Map<String, Long> kept, String claimant, Map<String, Long> planned) {
        List<GpuCapacity> places = new ArrayList<>();
        for (GpuView.Sight sight : sights.values()) {
            GpuCapacity gpu = sight.capacity();
            if (!closed(gpu.id()).isEmpty()) {
                places.add(gpu.taken(gpu.totalBytes(), 0, gpu.totalBytes()));
                continue;
            }
            long reserved = planned.getOrDefault(gpu.id(), 0L);
            long given = 0;
            for (Map.Entry<String, Map<String, Long>> each : promises.entrySet()) {
                long bytes = each.getValue().getOrDefault(gpu.id(), 0L);
                long keeps = Math.min(bytes, kept.getOrDefault(each.getKey(), bytes));
                reserved += keeps;
                given += bytes - keeps;
            }
            for (Map.Entry<String, Map<String, Long>> each : claims.entrySet()) {
                reserved += each.getKey().equals(claimant) ? 0 : each.getValue().getOrDefault(gpu.id(), 0L);
            }
            long used = Math.max(gpu.foreignBytes(), gpu.usedBytes() - given);
            places.add(gpu.taken(used, Math.min(reserved, 1L << 50), gpu.foreignBytes()));
        }
        return places;
    }

    /** Whether this holder could have so much on each GPU, by these places, in which its present promise is counted. */
    boolean canGrow(String holder, Map<String, Long> full, List<GpuCapacity> places) {
        Map<String, GpuCapacity> byId = new HashMap<>();
        places.forEach(place -> byId.put(place.id(), place));
        Map<String, Long> now = promisedTo(holder);
        return full.entrySet().stream().allMatch(each -> {
            GpuCapacity place = byId.get(each.getKey());
            return place != null && place.freeBytes() >= each.getValue() - now.getOrDefault(each.getKey(), 0L);
        });
    }

    /** Holders of promises, for the check that nothing leaks. */
    Set<String> holders() {
        return Set.copyOf(promises.keySet());
    }
}
