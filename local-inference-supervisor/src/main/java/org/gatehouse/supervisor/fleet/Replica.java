package org.gatehouse.supervisor.fleet;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.gatehouse.supervisor.EngineCommand;
import org.gatehouse.supervisor.Listen;
import org.gatehouse.supervisor.MeasuredLoad;
import org.gatehouse.supervisor.engines.Adjustments;
import org.gatehouse.supervisor.engines.Engine;
import org.gatehouse.supervisor.planning.Placement;
import org.gatehouse.supervisor.planning.Plan;

/**
 * One engine's place in the fleet: its promise of GPU memory, its process, its calls. Owned by the fleet's thread, but for the gate and
 * the volatile fields, which callers read.
 */
final class Replica {
    /** What follows when its memory has come back. */
    enum Next {
        /** Nothing: it will be gone. */
        GONE,
        /** Another start on the same GPUs. */
        RESTART,
        /** It stays as a failure to be looked after. */
        FAIL
    }

    final String id;
    final int slot;
    final ModelDeployment spec;
    final String fingerprint;
    final EngineProgram program;
    final Engine engine;
    final Path model;
    final EngineHistory.Key key;
    final Plan.Fits plan;
    final Placement placement;
    final Listen listen;
    final Gate gate = new Gate();
    final Map<Class<?>, Integer> remedies = new HashMap<>();
    /** What was in use on its GPUs when it was asked to give them back. */
    final Map<String, Long> usedBefore = new HashMap<>();

    ReplicaPhase phase = ReplicaPhase.PLACED;
    Instant since;
    long sinceNanos;
    /** Counts its phases: an answer to an order of an earlier one comes too late. */
    long turn;
    /** Which of the instance's processes is meant; 0 until it was started. */
    long generation;
    long startedNanos;
    /** Not before this time: the next start, probe or attempt at an adapter. */
    long notBefore;
    long adaptersNotBefore;
    /** Since when it could start but for memory that somebody holds; 0 if it is not so. */
    long memoryMissedSince;
    boolean adapting;
    boolean ordered;
    /** How often its end was ordered since the last one that was answered. */
    int stops;
    long stopNotBefore;
    boolean wasReady;
    /** Why it shall end as soon as its start was answered; empty if it shall not. */
    String endOnceStarted = "";
    int crashes;
    int sleepLevel;
    Next next = Next.GONE;
    volatile Adjustments adjustments = Adjustments.NONE;
    String stage = "";
    int percent;
    String lastCause = "";
    @Nullable
    Duration latency;
    volatile Set<String> adapters = Set.of();
    volatile @Nullable MeasuredLoad measured;
    volatile int insideAtReading;
    /** What its process was started with; {@code null} before. */
    @Nullable
    EngineCommand command;
    /** Whether an earlier daemon started it and it has not served since. */
    boolean inherited;
    /** How deep it slept when it was inherited, as far as was known. */
    int inheritedSleep;

    Replica(String id, int slot, ModelDeployment spec, String fingerprint, EngineProgram program, Path model,
            EngineHistory.Key key, Plan.Fits plan, Placement placement, Listen listen, Instant since) {
        this.id = id;
        this.slot = slot;
        this.spec = spec;
        this.fingerprint = fingerprint;
        this.program = program;
        this.engine = Engine.of(program.kind());
        this.model = model;
        this.key = key;
        this.plan = plan;
        this.placement = placement;
        this.listen = listen;
        this.since = since;
    }

    /** All the memory that it takes when it works, by GPU. */
    Map<String, Long> memory() {
        Map<String, Long> bytes = new LinkedHashMap<>();
        placement.gpus().forEach(gpu -> bytes.put(gpu.id(), placement.reservedBytes()));
        return bytes;
    }

    List<String> gpus() {
        return placement.gpus().stream().map(gpu -> gpu.id()).toList();
    }

    /** Weights on all its GPUs together: what a light sleep takes of the box's memory. */
    long weightBytes() {
        return placement.memory().weights() * placement.gpus().size();
    }

    /**
     * How busy it is: its calls that went through the gate, which is exact, and those that others brought, as far as the last
     * reading of its metrics showed any.
     */
    double busyness() {
        MeasuredLoad last = measured;
        double seen = last == null ? 0 : value(last.load().running()) + value(last.load().waiting());
        return gate.inside() + Math.max(0, seen - insideAtReading);
    }

    private static double value(@Nullable Double number) {
        return number == null ? 0 : number;
    }

    boolean leaving() {
        return switch (phase) {
            case DRAINING, STOPPING, RECLAIMING -> next != Next.RESTART;
            case STARTING -> !endOnceStarted.isEmpty();
            default -> false;
        };
    }

    @Override
    public String toString() {
        return id + " " + phase;
    }
}
