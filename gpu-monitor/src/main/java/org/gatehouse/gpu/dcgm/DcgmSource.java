package org.gatehouse.gpu.dcgm;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gpu.Gpu;
import org.gatehouse.gpu.GpuCondition;
import org.gatehouse.gpu.GpuMetric;
import org.gatehouse.gpu.GpuMetric.Group;
import org.gatehouse.gpu.GpuProcess;
import org.gatehouse.gpu.GpuSnapshot;
import org.gatehouse.gpu.GpuSource;
import org.gatehouse.gpu.GpuTopology;
import org.gatehouse.gpu.MigInstance;
import org.gatehouse.gpu.NumaNodes;
import org.gatehouse.gpu.ProcessReader;
import org.gatehouse.gpu.Readings;
import org.gatehouse.gpu.Sampling;
import org.gatehouse.gpu.Sighting;
import org.gatehouse.gpu.SourceKind;
import org.gatehouse.gpu.dcgm.DcgmDevices.Device;
import org.gatehouse.gpu.dcgm.DcgmDevices.Instance;
import org.gatehouse.gpu.dcgm.DcgmValues.Entity;
import org.gatehouse.gpu.dcgm.DcgmWatches.Watch;

import static org.gatehouse.gpu.dcgm.DcgmAbi.OK;

/** The GPUs of one host engine. Made by {@link DcgmSources}; for one thread at a time. */
final class DcgmSource implements GpuSource {
    private static final int SLOW_EVERY = 10;
    private static final Duration FROZEN_AFTER = Duration.ofSeconds(20);
    private static final long SECOND = 1_000_000;

    private final String node;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private final ProcessReader processes;
    private final DcgmSession session;
    private final DcgmWatches watches;
    private final DcgmDevices catalogue;
    private final List<Device> devices;
    private final Map<Integer, String> uuids = new LinkedHashMap<>();
    private final GpuTopology topology;
    private final List<Watch> fast = new ArrayList<>();
    private final List<Watch> slow = new ArrayList<>();
    private final List<Watch> perInstance = new ArrayList<>();
    private final DcgmXids xids;
    private final DcgmHealth health;
    private final @Nullable DcgmPolicies policies;
    private final DcgmValues values = new DcgmValues();
    private final Map<Entity, Readings> slowReadings = new HashMap<>();
    private final Map<Integer, GpuCondition> conditions = new HashMap<>();
    private List<Instance> instances = List.of();
    private List<Sighting> incidents = List.of();
    private long samples;
    private long newestMicros;
    private long newestSeen;
    private boolean closed;

    DcgmSource(String node, Clock clock, LongSupplier nanoTime, NumaNodes numaNodes, ProcessReader processes,
            DcgmSession session,
            boolean withPolicies, String suffix) {
        this.node = node;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.processes = processes;
        this.session = session;
        this.watches = new DcgmWatches(session, suffix);
        this.catalogue = new DcgmDevices(session, watches);
        Map<String, Integer> nodes = new HashMap<>();
        List<Device> found = new ArrayList<>();
        for (Device device : catalogue.devices()) {
            int numaNode = numaNodes.of(device.identity().pciBusId());
            if (numaNode >= 0) {
                nodes.put(device.identity().uuid(), numaNode);
            }
            found.add(new Device(device.id(), device.identity().onNumaNode(numaNode), device.migEnabled()));
        }
        this.devices = List.copyOf(found);
        devices.forEach(device -> uuids.put(device.id(), device.identity().uuid()));
        this.topology = DcgmTopology.read(session, devices, nodes);
        List<Entity> all = devices.stream().map(Device::entity).toList();
        fast.addAll(watches.watch(all, ids(Group.FAST), SECOND));
        fast.addAll(profiling(all));
        slow.addAll(watches.watch(all, ids(Group.SLOW), SLOW_EVERY * SECOND));
        List<Watch> series = watches.watch(all, ids(Group.EVENT), 0);
        fast.addAll(series);
        this.xids = new DcgmXids(watches, series);
        long group = watches.group(all);
        this.health = new DcgmHealth(session, group);
        this.policies = withPolicies ? new DcgmPolicies(session, group) : null;
        watchInstances();
        session.call("dcgmUpdateAllFields", 1);
        this.newestSeen = nanoTime.getAsLong();
    }

    /**
     * Profiling fields apart from all others, and GPU by GPU if the host engine refuses them for all: one GPU that cannot (before Hopper,
     * without the profiling module) makes it refuse the whole group with -33.
     */
    private List<Watch> profiling(List<Entity> all) {
        List<Integer> fields = ids(Group.PROFILING);
        List<Watch> together = watches.watch(all, fields, SECOND);
        if (!together.isEmpty() || all.size() == 1) {
            return together;
        }
        List<Watch> single = new ArrayList<>();
        for (Entity entity : all) {
            single.addAll(watches.watch(List.of(entity), fields, SECOND));
        }
        return single;
    }

    /** How many GPUs the host engine has. */
    int count() {
        return devices.size();
    }

    @Override
    public SourceKind kind() {
        return session.embedded() ? SourceKind.DCGM_EMBEDDED : SourceKind.DCGM;
    }

    @Override
    public Sampling sample() {
        Instant now = clock.instant();
        values.clear();
        int refusal = OK;
        boolean answered = false;
        for (Watch watch : fast) {
            int outcome = watches.read(watch, values);
            if (outcome == DcgmAbi.CONNECTION_NOT_VALID || outcome == DcgmAbi.UNINITIALIZED) {
                return new Sampling.Failed("The connection to the DCGM host engine broke (" + outcome
                        + "); it is opened again as soon as it answers", true);
            }
            answered |= outcome == OK || outcome == DcgmAbi.NO_DATA;
            refusal = outcome == OK ? refusal : outcome;
        }
        if (!answered) {
            return new Sampling.Failed("The DCGM host engine (version " + session.engineVersion()
                    + ") gives no values through " + session.library().name() + " (" + refusal + "); "
                    + "install the library and the host engine from one release", true);
        }
        if (frozen()) {
            return new Sampling.Failed("The DCGM host engine has given the same values for " + FROZEN_AFTER.toSeconds()
                    + " s; restart nv-hostengine", true);
        }
        boolean slowTurn = samples++ % SLOW_EVERY == 0;
        if (slowTurn) {
            readSlowly(now);
        }
        for (Watch watch : perInstance) {
            watches.read(watch, values);
        }
        List<Sighting> sightings = new ArrayList<>(xids.since(uuids));
        sightings.addAll(incidents);
        if (policies != null) {
            sightings.addAll(policies.drain(uuids));
        }
        Map<String, List<GpuProcess>> held = processes.read();
        List<Gpu> gpus = devices.stream().map(device -> gpu(device, held)).toList();
        return new Sampling.Taken(new GpuSnapshot(node, kind(), false, now, gpus, topology, notes()), sightings,
                xids.working());
    }

    private void readSlowly(Instant now) {
        DcgmValues rare = new DcgmValues();
        for (Watch watch : slow) {
            watches.read(watch, rare);
        }
        devices.forEach(device -> slowReadings.put(device.entity(), rare.readings(device.entity())));
        devices.forEach(device -> conditions.put(device.id(), catalogue.condition(device)));
        incidents = health.check(uuids, now);
        if (devices.stream().anyMatch(Device::migEnabled) && !catalogue.instances().equals(instances)) {
            watches.drop(perInstance);
            watchInstances();
        }
    }

    private void watchInstances() {
        instances = catalogue.instances();
        perInstance.clear();
        List<Integer> fields = Arrays.stream(GpuMetric.values()).filter(GpuMetric::perMigInstance)
                .map(GpuMetric::fieldId).toList();
        perInstance.addAll(watches.watch(instances.stream().map(Instance::entity).toList(), fields, SECOND));
    }

    private Gpu gpu(Device device, Map<String, List<GpuProcess>> held) {
        Readings readings = merged(values.readings(device.entity()),
                slowReadings.getOrDefault(device.entity(), Readings.none()));
        GpuCondition condition = conditions.getOrDefault(device.id(), GpuCondition.OK);
        if (values.lost(device.entity())) {
            condition = GpuCondition.LOST;
        } else if (values.detached(device.entity())) {
            condition = GpuCondition.DETACHED;
        }
        if (condition != GpuCondition.OK) {
            return Gpu.blind(device.identity(), condition);
        }
        long deviceMebibytes = readings.whole(GpuMetric.MEMORY_TOTAL).orElse(0);
        List<MigInstance> parts = instances.stream().filter(instance -> instance.gpuId() == device.id())
                .map(instance -> {
                    Readings own = values.readings(instance.entity());
                    return new MigInstance(instance.instanceId(), MigInstance.profileName(instance.slices(),
                            own.whole(GpuMetric.MEMORY_TOTAL).orElse(0), deviceMebibytes), "", own);
                }).toList();
        List<GpuProcess> users = held.get(device.identity().uuid());
        return new Gpu(device.identity(), condition, readings, device.migEnabled() || !parts.isEmpty(), parts,
                users == null ? List.of() : users, users != null);
    }

    /** A host engine that hangs inside keeps answering from its cache; its times stand still then. */
    private boolean frozen() {
        long now = nanoTime.getAsLong();
        if (values.newestMicros() != newestMicros) {
            newestMicros = values.newestMicros();
            newestSeen = now;
        }
        return newestMicros != 0 && now - newestSeen > FROZEN_AFTER.toNanos();
    }

    private static Readings merged(Readings often, Readings rarely) {
        Readings.Builder builder = often.toBuilder();
        for (GpuMetric metric : GpuMetric.of(Group.SLOW)) {
            builder.copy(metric, rarely);
        }
        return builder.build();
    }

    private List<String> notes() {
        List<String> notes = new ArrayList<>(watches.notes());
        if (!health.working()) {
            notes.add(health.problem());
        }
        if (policies != null && !policies.working()) {
            notes.add(policies.problem());
        }
        if (!xids.working()) {
            notes.add("DCGM does not tell XIDs one by one here; repeated ones cannot be counted.");
        }
        return notes;
    }

    private static List<Integer> ids(Group group) {
        return GpuMetric.of(group).stream().map(GpuMetric::fieldId).toList();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (policies != null) {
            policies.close();
        }
        watches.drop(fast);
        watches.drop(slow);
        watches.drop(perInstance);
        xids.close();
        health.close();
        session.close();
        processes.close();
    }
}
