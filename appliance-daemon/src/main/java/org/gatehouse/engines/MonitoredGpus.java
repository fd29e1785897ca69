package org.gatehouse.engines;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongPredicate;
import java.util.function.Supplier;

import org.gatehouse.gpu.Gpu;
import org.gatehouse.gpu.GpuAction;
import org.gatehouse.gpu.GpuCondition;
import org.gatehouse.gpu.GpuEvent;
import org.gatehouse.gpu.GpuMetric;
import org.gatehouse.gpu.GpuProcess;
import org.gatehouse.gpu.GpuSnapshot;
import org.gatehouse.gpu.MigInstance;
import org.gatehouse.supervisor.fleet.GpuView;
import org.gatehouse.supervisor.planning.GpuCapacity;
import org.gatehouse.supervisor.planning.GpuCapacity.MigParent;

/** This machine's GPUs as places for models, from what the monitor read last. Thread-safe. */
final class MonitoredGpus implements GpuView {
    /** An error that wants a reset keeps work away for so long after it was last seen. */
    private static final Duration AFTER_ERROR = Duration.ofMinutes(5);

    private final Supplier<Optional<GpuSnapshot>> local;
    private final Supplier<List<GpuEvent>> recent;
    private final LongPredicate ours;
    private final Clock clock;
    /** How large GPUs were when they last said it. */
    private final Map<String, Long> totals = new ConcurrentHashMap<>();

    /** Takes what was read last, what has happened, and who knows the processes of this box's engines. */
    MonitoredGpus(Supplier<Optional<GpuSnapshot>> local, Supplier<List<GpuEvent>> recent, LongPredicate ours,
            Clock clock) {
        this.local = local;
        this.recent = recent;
        this.ours = ours;
        this.clock = clock;
    }

    @Override
    public List<Sight> gpus() {
        GpuSnapshot snapshot = local.get().orElse(null);
        if (snapshot == null) {
            return List.of();
        }
        Map<String, String> closed = closed(snapshot);
        Map<String, Integer> islands = islands(snapshot);
        List<Sight> sights = new ArrayList<>();
        for (Gpu gpu : snapshot.gpus()) {
            long told = gpu.memoryTotalBytes().orElse(0);
            long total = told > 0 ? told : totals.getOrDefault(gpu.uuid(), 0L);
            if (total <= 0) {
                continue; // It never said how much there is: nothing can be planned there.
            }
            totals.put(gpu.uuid(), total);
            GpuCapacity whole = new GpuCapacity(gpu.uuid(), snapshot.node(), gpu.index(), gpu.name(), total, 0, 0, 0,
                    capability(gpu), islands.getOrDefault(gpu.uuid(), GpuCapacity.NONE), numa(snapshot, gpu), null);
            String why = closed.getOrDefault(gpu.uuid(), "");
            boolean mayStay = why.isEmpty() || gpu.condition() == GpuCondition.UNKNOWN;
            if (gpu.migEnabled()) {
                gpu.instances().stream().filter(instance -> !instance.uuid().isEmpty())
                        .forEach(instance -> sights
                                .add(new Sight(part(whole, gpu, instance), why, mayStay).at(gpu.identity().minor(),
                                        instance.gpuInstanceId())));
            } else {
                long foreign = foreign(gpu, -1);
                sights.add(new Sight(
                        whole.taken(Math.min(total, Math.max(foreign, gpu.memoryUsedBytes().orElse(0))), 0, foreign),
                        why, mayStay).at(gpu.identity().minor(), -1));
            }
        }
        return sights;
    }

    private GpuCapacity part(GpuCapacity whole, Gpu gpu, MigInstance instance) {
        long total = instance.readings().whole(GpuMetric.MEMORY_TOTAL).orElse(1) << 20;
        long used = instance.readings().whole(GpuMetric.MEMORY_USED).orElse(0) << 20;
        long foreign = foreign(gpu, instance.gpuInstanceId());
        return new GpuCapacity(instance.uuid(), whole.node(), whole.index(), whole.name() + " " + instance.profile(),
                total, Math.min(total, Math.max(used, foreign)), 0, Math.min(total, foreign),
                whole.computeCapability(), GpuCapacity.NONE, whole.numaNode(),
                new MigParent(whole.id(), whole.totalBytes()));
    }

    /** Memory of processes that are none of this box's engines, in one MIG instance or, with -1, on the whole GPU. */
    private long foreign(Gpu gpu, int instance) {
        return gpu.processes().stream()
                .filter(process -> instance < 0 || process.gpuInstanceId() == instance)
                .filter(process -> !ours.test(process.pid())).map(GpuProcess::memoryBytes)
                .filter(java.util.OptionalLong::isPresent).mapToLong(java.util.OptionalLong::getAsLong).sum();
    }

    private Map<String, String> closed(GpuSnapshot snapshot) {
        Map<String, String> closed = new HashMap<>();
        Instant recently = clock.instant().minus(AFTER_ERROR);
        for (GpuEvent event : recent.get()) {
            GpuAction action = event.symptom().action();
            boolean serious = action == GpuAction.DRAIN_AND_RESET || action == GpuAction.REBOOT;
            if (event.node().equals(snapshot.node()) && serious
                    && (event.active() || event.lastSeen().isAfter(recently))) {
                closed.put(event.gpuUuid(), event.symptom().text() + " " + event.symptom().advice());
            }
        }
        snapshot.gpus().stream().filter(gpu -> !gpu.condition().usable())
                .forEach(gpu -> closed.putIfAbsent(gpu.uuid(), switch (gpu.condition()) {
                    case LOST -> "The GPU does not answer any more.";
                    case DETACHED -> "The GPU was taken out of service.";
                    case OK, UNKNOWN -> "Nobody can tell how the GPU is.";
                }));
        return closed;
    }

    private static Map<String, Integer> islands(GpuSnapshot snapshot) {
        Map<String, Integer> islands = new HashMap<>();
        int number = 0;
        for (Set<String> island : snapshot.topology().islands(snapshot.gpus().stream().map(Gpu::uuid).toList())) {
            if (island.size() > 1) {
                int own = number++;
                island.forEach(uuid -> islands.put(uuid, own));
            }
        }
        return islands;
    }

    private static int numa(GpuSnapshot snapshot, Gpu gpu) {
        return Math.max(GpuCapacity.NONE,
                snapshot.topology().numaNodes().getOrDefault(gpu.uuid(), gpu.identity().numaNode()));
    }

    /** Ten times the compute capability, 0 if it is not told. */
    private static int capability(Gpu gpu) {
        String text = gpu.identity().computeCapability();
        return text.matches("[0-9]{1,2}\\.[0-9]") ? Integer.parseInt(text.replace(".", "")) : 0;
    }
}
