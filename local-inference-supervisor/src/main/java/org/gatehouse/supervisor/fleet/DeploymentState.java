package org.gatehouse.supervisor.fleet;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/** One deployment between what is wanted and what is. Owned by the fleet's thread, but for the meter. */
final class DeploymentState {
    final DemandMeter meter = new DemandMeter();
    final List<Replica> replicas = new ArrayList<>();
    final Map<Integer, CrashBudget> budgets = new HashMap<>();

    ModelDeployment wanted;
    /** The last definition that served, to go back to. */
    @Nullable
    ModelDeployment proven;
    /** The fingerprint of what was tried and found worse; empty if nothing was. */
    String rejected = "";
    String rejection = "";
    boolean removing;
    /** Whether what its instances left behind is just being cleared away; nothing is started meanwhile. */
    boolean clearing;
    boolean rolling;
    /** Why a replica that shall be has no place; empty if all have one. */
    String waitingFor = "";
    /** Whether others may still make room. */
    boolean roomMayCome = true;
    /** How long others must still be spared. */
    Duration roomIn = Duration.ZERO;
    /** Whether the last attempt found that room is on its way. */
    boolean roomComes;
    long waitingSince;
    long nextAttempt;
    long attemptedAtChange = -1;
    /** What its last replica's history is kept by; {@code null} before the first. */
    EngineHistory.@Nullable Key lastKey;
    long lastWeightBytes;
    /** The best answer time of the proven definition, in nanoseconds; 0 if it was not measured. */
    long provenLatency;

    DeploymentState(ModelDeployment wanted) {
        this.wanted = wanted;
    }

    String name() {
        return wanted.name();
    }

    /** What shall run: what is wanted, or after a failed change what served before, with what could change without a restart. */
    ModelDeployment target() {
        ModelDeployment before = proven;
        if (rejected.isEmpty() || before == null || !rejected.equals(Fingerprint.of(wanted))) {
            return wanted;
        }
        return before.replicas(wanted.replicas()).priority(wanted.priority()).mode(wanted.mode(), before.sleep());
    }

    /** Whether the model shall be in GPU memory now. */
    boolean demanded(long nanoTime) {
        return switch (wanted.mode()) {
            case LoadMode.Pinned _ -> true;
            case LoadMode.OnDemand(Duration idle) -> meter.waiting() > 0
                    || !meter.idleFor(patience(idle).toNanos(), nanoTime)
                    || replicas.stream().anyMatch(replica -> replica.gate.inside() > 0);
        };
    }

    /** One that has no place yet is not given one for callers who have long gone away. */
    private Duration patience(Duration idle) {
        boolean hasPlace = replicas.stream().anyMatch(replica -> replica.phase.counts());
        Duration wait = wanted.timing().longestWait().multipliedBy(2);
        return hasPlace || idle.compareTo(wait) < 0 ? idle : wait;
    }

    /** Replicas that shall be in GPU memory now. */
    int desired(long nanoTime) {
        return removing || !demanded(nanoTime) ? 0 : wanted.replicas();
    }

    int freeSlot() {
        int slot = 0;
        while (isTaken(slot)) {
            slot++;
        }
        return slot;
    }

    private boolean isTaken(int slot) {
        return replicas.stream().anyMatch(replica -> replica.slot == slot);
    }

    List<Replica> in(ReplicaPhase phase) {
        return replicas.stream().filter(replica -> replica.phase == phase)
                .sorted(Comparator.comparing(replica -> replica.id)).toList();
    }
}
