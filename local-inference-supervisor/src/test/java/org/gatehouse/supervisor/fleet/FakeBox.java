package org.gatehouse.supervisor.fleet;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

import org.gatehouse.supervisor.Cause;
import org.gatehouse.supervisor.Deployment;
import org.gatehouse.supervisor.EngineState;
import org.gatehouse.supervisor.Instance;
import org.gatehouse.supervisor.Listen;
import org.gatehouse.supervisor.MeasuredLoad;
import org.gatehouse.supervisor.StartOutcome;
import org.gatehouse.supervisor.control.Asleep;
import org.gatehouse.supervisor.control.EngineControl;
import org.gatehouse.supervisor.control.Models;
import org.gatehouse.supervisor.control.Probe;
import org.gatehouse.supervisor.control.Said;
import org.gatehouse.supervisor.engines.Adjustments;
import org.gatehouse.supervisor.engines.Diagnosis;
import org.gatehouse.supervisor.engines.Engine;
import org.gatehouse.supervisor.engines.EngineFailure;
import org.gatehouse.supervisor.engines.EngineLoad;
import org.gatehouse.supervisor.engines.LoadProgress;
import org.gatehouse.supervisor.engines.LoadStage;
import org.gatehouse.supervisor.engines.Remedy;
import org.gatehouse.supervisor.planning.GpuCapacity;

/** A box with GPUs, engines and a clock, all of them of paper: engines take what their command line says, and obey at once. */
final class FakeBox extends Clock implements Instances, EngineControl, GpuView {
    static final long GIB = 1L << 30;
    static final long GPU_BYTES = 24 * GIB;
    private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

    /** A process of paper. */
    static final class Process {
        final Deployment deployment;
        final long generation;
        final Map<String, Long> held = new HashMap<>();
        final Set<String> adapters = new HashSet<>();
        EngineState state = new EngineState.Spawned();
        boolean asleep;
        double running;
        Duration answers = Duration.ofMillis(30);

        Process(Deployment deployment, long generation) {
            this.deployment = deployment;
            this.generation = generation;
        }

        String argument(String flag) {
            List<String> argv = deployment.command().argv();
            return argv.get(argv.indexOf(flag) + 1);
        }
    }

    final Map<String, Process> processes = new TreeMap<>();
    final Map<String, Sight> gpus = new LinkedHashMap<>();
    /** Memory that nobody who lives holds. */
    final Map<String, Long> leaked = new HashMap<>();
    final List<String> violations = new ArrayList<>();
    final List<String> orders = new ArrayList<>();
    /** How fast engines of a program answer, by a word in their command line. */
    final Map<String, Duration> slowness = new HashMap<>();
    /** Starts that fail, by a word in their command line. */
    final Map<String, Cause> failing = new HashMap<>();
    /** Processes that an earlier daemon left and nobody has asked for. */
    final Set<String> unclaimed = new HashSet<>();
    /** What throws the next time: {@code start}, {@code stop}, {@code sleep}, {@code probe}, {@code gpus}. */
    final Set<String> throwing = new HashSet<>();
    boolean leaks;
    boolean confines;
    boolean refusesSleep;
    boolean silentAboutSleep;
    private long nanos = 1_000_000_000L;

    FakeBox(int count) {
        for (int index = 0; index < count; index++) {
            gpus.put("GPU-" + index, Sight.of(
                    GpuCapacity.whole("GPU-" + index, "box", index, "Paper 24", GPU_BYTES, 90).at(0, 0)));
        }
    }

    Process process(String id) {
        return Objects.requireNonNull(processes.get(id), id);
    }

    GpuCapacity gpu(String id) {
        return Objects.requireNonNull(gpus.get(id), id).capacity();
    }

    void pass(Duration duration) {
        nanos += duration.toNanos();
    }

    long nanoTime() {
        return nanos;
    }

    /** The process loads to its end. */
    void loaded(String id) {
        process(id).state = new EngineState.Ready();
    }

    void loading(String id, LoadStage stage) {
        process(id).state = new EngineState.Loading(new LoadProgress(stage, 50));
    }

    void crash(String id, EngineFailure failure) {
        crash(id, cause(failure));
    }

    static Cause cause(EngineFailure failure) {
        return new Cause(Diagnosis.observed(failure, "on paper"), Adjustments.NONE);
    }

    static Cause tooLong(int fitting) {
        return new Cause(
                new Diagnosis(EngineFailure.CONTEXT_TOO_LONG, "too long", new Remedy.ShorterContext(fitting)),
                Adjustments.NONE);
    }

    void crash(String id, Cause cause) {
        Process process = process(id);
        process.state = new EngineState.Failed(cause);
        giveBack(process);
    }

    private void giveBack(Process process) {
        if (leaks) {
            process.held.forEach((gpu, bytes) -> leaked.merge(gpu, bytes, Long::sum));
        }
        process.held.clear();
    }

    private void check(String what) {
        gpus.keySet().forEach(gpu -> {
            if (used(gpu) > GPU_BYTES) {
                violations.add(what + ": " + gpu + " holds " + used(gpu));
            }
        });
    }

    long used(String gpu) {
        return leaked.getOrDefault(gpu, 0L) + gpu(gpu).foreignBytes()
                + processes.values().stream().mapToLong(process -> process.held.getOrDefault(gpu, 0L)).sum();
    }

    private void mayThrow(String what) {
        if (throwing.remove(what)) {
            throw new IllegalStateException(what + " fails on paper");
        }
    }

    @Override
    public List<Sight> gpus() {
        mayThrow("gpus");
        return gpus.values().stream().map(sight -> new Sight(sight.capacity().taken(used(sight.capacity().id()), 0,
                sight.capacity().foreignBytes()), sight.outOfService()).at(sight.minor(), sight.gpuInstance()))
                .toList();
    }

    @Override
    public StartOutcome start(Deployment deployment) {
        mayThrow("start");
        Process before = processes.get(deployment.id());
        if (before != null && !before.state.resting()) {
            if (unclaimed.remove(deployment.id()) && deployment.command().equals(before.deployment.command())) {
                return new StartOutcome.Accepted(instance(deployment.id()).orElseThrow());
            }
            return new StartOutcome.Refused("on paper " + deployment.id() + " runs with another definition");
        }
        Process process = new Process(deployment, before == null ? 1 : before.generation + 1);
        processes.put(deployment.id(), process);
        take(process);
        check("start of " + deployment.id());
        slowness.forEach((word, time) -> {
            if (deployment.command().argv().contains(word)) {
                process.answers = time;
            }
        });
        failing.forEach((word, cause) -> {
            if (deployment.command().argv().contains(word)) {
                process.state = new EngineState.Failed(cause);
                giveBack(process);
            }
        });
        return new StartOutcome.Accepted(instance(deployment.id()).orElseThrow());
    }

    @Override
    public StartOutcome adopt(Deployment deployment) {
        Process process = processes.get(deployment.id());
        return process != null && unclaimed.contains(deployment.id())
                && deployment.command().equals(process.deployment.command())
                        ? start(deployment)
                        : new StartOutcome.Refused("on paper nothing runs for " + deployment.id());
    }

    private void take(Process process) {
        double share = Double.parseDouble(process.argument("--gpu-memory-utilization"));
        for (String index : process.deployment.command().environment().getOrDefault("CUDA_VISIBLE_DEVICES", "")
                .split(",")) {
            process.held.put("GPU-" + index, (long) (share * GPU_BYTES));
        }
    }

    @Override
    public void stop(String id, Duration grace) {
        mayThrow("stop");
        Process process = processes.get(id);
        if (process != null) {
            orders.add("stop " + id);
            process.state = new EngineState.Stopped();
            giveBack(process);
        }
    }

    @Override
    public boolean forget(String id) {
        Process process = processes.get(id);
        if (process == null || process.state.resting()) {
            processes.remove(id);
            return true;
        }
        return false;
    }

    @Override
    public boolean runs(String id) {
        Process process = processes.get(id);
        return process != null && !process.state.resting();
    }

    @Override
    public void endUnclaimed() {
        unclaimed.forEach(id -> stop(id, Duration.ZERO));
        unclaimed.clear();
    }

    /** The daemon ends and leaves its engines to the next. */
    void daemonEnds() {
        processes.values().stream().filter(process -> !process.state.resting())
                .forEach(process -> unclaimed.add(process.deployment.id()));
    }

    @Override
    public Optional<Instance> instance(String id) {
        return Optional.ofNullable(processes.get(id)).map(
                process -> new Instance(process.deployment, process.state, instant(), process.generation, 0, null,
                        new MeasuredLoad(new EngineLoad(process.running, 0.0, 0.0, 0.0, 0.0), instant())));
    }

    @Override
    public boolean confines() {
        return confines;
    }

    @Override
    public List<Instance> all() {
        return processes.keySet().stream().map(id -> instance(id).orElseThrow()).toList();
    }

    @Override
    public List<String> lines(String id, long generation, int atMost) {
        return List.of();
    }

    private Process at(Listen listen) {
        return processes.values().stream().filter(process -> process.deployment.listen().equals(listen)).findFirst()
                .orElseThrow();
    }

    @Override
    public Said sleep(Engine engine, Listen listen, int level) {
        mayThrow("sleep");
        Process process = at(listen);
        orders.add("sleep " + process.deployment.id() + " " + level);
        if (refusesSleep) {
            return new Said.Failed("on paper");
        }
        process.asleep = true;
        process.held.replaceAll((_, _) -> GIB);
        return new Said.Done();
    }

    @Override
    public Said wake(Engine engine, Listen listen, int level) {
        Process process = at(listen);
        orders.add("wake " + process.deployment.id() + " " + level);
        process.asleep = false;
        take(process);
        check("wake of " + process.deployment.id());
        return new Said.Done();
    }

    @Override
    public Asleep asleep(Engine engine, Listen listen) {
        return silentAboutSleep ? Asleep.UNKNOWN : at(listen).asleep ? Asleep.YES : Asleep.NO;
    }

    @Override
    public Said loadAdapter(Engine engine, Listen listen, String name, Path directory) {
        orders.add("load " + name + " at " + at(listen).deployment.id());
        at(listen).adapters.add(name);
        return new Said.Done();
    }

    @Override
    public Said unloadAdapter(Engine engine, Listen listen, String name) {
        orders.add("unload " + name + " at " + at(listen).deployment.id());
        at(listen).adapters.remove(name);
        return new Said.Done();
    }

    @Override
    public Models models(Engine engine, Listen listen) {
        Process process = at(listen);
        Set<String> names = new HashSet<>(process.adapters);
        names.add(process.deployment.publicName());
        return new Models.Served(names);
    }

    @Override
    public Probe probe(Engine engine, Listen listen, String model) {
        mayThrow("probe");
        return new Probe.Answered(at(listen).answers);
    }

    @Override
    public Instant instant() {
        return START.plusNanos(nanos);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
