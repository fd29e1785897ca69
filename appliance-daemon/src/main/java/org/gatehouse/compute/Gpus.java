package org.gatehouse.compute;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.AdminTrail;
import org.gatehouse.gpu.Gpu;
import org.gatehouse.gpu.GpuEvent;
import org.gatehouse.gpu.GpuSnapshot;
import org.gatehouse.gpu.Readings;
import org.gatehouse.gpu.energy.GpuUse;
import org.gatehouse.gpu.monitor.GpuMinute;
import org.gatehouse.gpu.monitor.GpuMonitor;
import org.gatehouse.gpu.monitor.Patience;
import org.gatehouse.gpu.monitor.WatchedNode;
import org.gatehouse.store.Database;
import org.gatehouse.usage.CallsUnderWay;
import org.gatehouse.usage.EnergyRollups;
import org.gatehouse.usage.EnergyRollups.Tariffs;

/**
 * The box's GPUs: what they are, how they do now and did before, and what happened to them. Readers get what is in memory or in the store;
 * nobody here waits for a driver. Whatever goes wrong with GPUs stays in here: the box serves without them. Thread-safe.
 */
public final class Gpus implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Gpus.class.getName());
    private static final Duration WORK_EVERY = Duration.ofSeconds(2);
    private static final Duration LAST_WORK = Duration.ofSeconds(5);

    private final GpuOwnership ownership;
    private final String local;
    private final List<String> nodes;
    private final MinuteRows minuteRows;
    private final EventRows eventRows;
    private final GpuKeeper keeper;
    private final EnergyBook energy;
    private final ScheduledExecutorService worker = Executors
            .newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("gpu-keeper").factory());
    private @Nullable GpuMonitor monitor;
    private String trouble = "";

    private boolean energyFails;

    private Gpus(GpuPlan plan, Database database, AdminTrail trail, Tariffs tariffs,
            CallsUnderWay calls, Clock clock, Supplier<UUID> ids) {
        this.ownership = plan.ownership();
        this.local = plan.local();
        this.nodes = plan.nodes().stream().map(WatchedNode::name).toList();
        this.minuteRows = new MinuteRows(database);
        this.eventRows = new EventRows(database);
        this.keeper = new GpuKeeper(minuteRows, eventRows, trail, clock, ids);
        this.energy = new EnergyBook(ownership, new EnergyRollups(database, trail.node(), calls), tariffs, clock);
    }

    /**
     * Begins to watch what the plan says. Never fails because of a GPU, its driver or its library; then nothing is watched and the log says
     * why.
     *
     * @param trail where events are recorded; its node is the box that shares out what it measured
     * @param tariffs what energy and hardware cost
     * @param calls those that what was measured waits for
     */
    public static Gpus open(GpuPlan plan, Database database, AdminTrail trail, Tariffs tariffs,
            CallsUnderWay calls, Clock clock, LongSupplier nanoTime, Supplier<UUID> ids) {
        Gpus gpus = new Gpus(plan, database, trail, tariffs, calls, clock, ids);
        if (!plan.nodes().isEmpty()) {
            gpus.start(plan, clock, nanoTime);
        }
        return gpus;
    }

    private void start(GpuPlan plan, Clock clock, LongSupplier nanoTime) {
        try {
            eventRows.endAll(nodes);
            GpuMonitor fresh = new GpuMonitor(plan.nodes(), Patience.standard(), keeper, clock, nanoTime);
            fresh.onEvent(keeper::tell);
            fresh.onSnapshot(energy::add);
            fresh.start();
            monitor = fresh;
            worker.scheduleWithFixedDelay(this::work, WORK_EVERY.toMillis(), WORK_EVERY.toMillis(),
                    TimeUnit.MILLISECONDS);
        } catch (RuntimeException | LinkageError e) {
            // A library that is broken in a way that nobody thought of must not keep the gateway from serving.
            trouble = "The GPUs are not watched: " + e;
            LOG.log(System.Logger.Level.ERROR, "The GPUs cannot be watched; the box goes on without. Set gpus.sources"
                    + " to off to say so on purpose.", e);
        }
    }

    private void work() {
        keeper.work();
        share(energy::work);
    }

    private void share(Runnable step) {
        try {
            step.run();
            energyFails = false;
        } catch (RuntimeException e) {
            if (!energyFails) {
                LOG.log(System.Logger.Level.WARNING,
                        "What the GPUs took cannot be shared out for now, and is tried again: " + e.getMessage());
            }
            energyFails = true;
        }
    }

    /** What each owner's GPUs took since the start; {@link org.gatehouse.gpu.energy.EnergyMeter#NOBODY} for what is nobody's. */
    Map<String, GpuUse> taken() {
        return energy.totals();
    }

    /** What was shared out over calls since the start, by upstream and department. */
    Map<List<String>, GpuUse> shared() {
        return energy.sharedTotals();
    }

    /** A GPU and the reading it comes from. */
    public record Found(GpuSnapshot snapshot, Gpu gpu) {}

    /** The newest snapshot of each node that has been read. */
    public List<GpuSnapshot> snapshots() {
        GpuMonitor running = monitor;
        return running == null ? List.of() : running.snapshots();
    }

    /** This machine's own GPUs as they were read last; empty when they are not watched or have not been read yet. */
    public Optional<GpuSnapshot> local() {
        GpuMonitor running = monitor;
        return running == null || local.isEmpty() ? Optional.empty() : running.snapshot(local);
    }

    /** What happened to the GPUs that are watched, as far as it is remembered in memory. */
    public List<GpuEvent> recent() {
        GpuMonitor running = monitor;
        return running == null ? List.of() : running.events();
    }

    /** Why there is nothing to see; empty when GPUs are watched. */
    public String trouble() {
        return nodes.isEmpty() ? "Watching GPUs is switched off by the setting gpus.sources." : trouble;
    }

    /** The GPU with this uuid, as it was read last. */
    public Optional<Found> find(String uuid) {
        return snapshots().stream()
                .flatMap(snapshot -> snapshot.gpu(uuid).map(gpu -> new Found(snapshot, gpu)).stream()).findFirst();
    }

    /** The node on which a GPU is, or was when it was last seen; empty when it never was. */
    public Optional<String> nodeOf(String uuid) {
        return find(uuid).map(found -> found.snapshot().node())
                .or(() -> Optional.ofNullable(minuteRows.nodeOf(uuid)));
    }

    /** Who works on a GPU. */
    public GpuOwnership ownership() {
        return ownership;
    }

    /** Single readings of the last ten minutes, oldest first, as minutes of one reading. */
    public List<GpuMinute> seconds(String node, String uuid, Instant from, Instant to) {
        GpuMonitor running = monitor;
        if (running == null) {
            return List.of();
        }
        List<GpuMinute> moments = new ArrayList<>();
        running.history().seconds(node, uuid, from, to).forEach(moment -> {
            Readings readings = moment.readings();
            moments.add(new GpuMinute(node, uuid, moment.at(), 1, readings, readings));
        });
        return moments;
    }

    /** Minutes of the last week, oldest first. */
    public List<GpuMinute> minutes(String node, String uuid, Instant from, Instant to) {
        return minuteRows.read(node, uuid, from, to);
    }

    /** What happened to GPUs, last seen then or later; the newest first. */
    public List<StoredEvent> events(Instant since, int most) {
        return eventRows.since(since, most);
    }

    /** Stops watching, and writes what still waits if that is possible within a few seconds. */
    @Override
    public void close() throws InterruptedException {
        GpuMonitor running = monitor;
        if (running != null) {
            running.close();
        }
        worker.shutdown();
        if (worker.awaitTermination(LAST_WORK.toSeconds(), TimeUnit.SECONDS)) {
            keeper.work();
            share(energy::flush);
        } else {
            worker.shutdownNow();
        }
    }
}
