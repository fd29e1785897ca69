package org.gatehouse.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Deployment;
import org.gatehouse.governance.form.About;
import org.gatehouse.supervisor.LogLine;
import org.gatehouse.supervisor.fleet.FleetView;
import org.gatehouse.supervisor.fleet.ReplicaPhase;

/** How deployments stand, as the admin API shows it. Stateless. */
final class DeploymentViews {
    private static final double MILLIS = 1000;

    private DeploymentViews() {}

    /** How a deployment stands, in one word. */
    enum Standing {
        SERVING, PARTIAL, LOADING, WAITING, IDLE, SWITCHED_OFF, FAILED, REMOVING,
        /** The engines' room does not know of it yet. */
        UNKNOWN;

        static Standing of(FleetView.Standing standing) {
            return switch (standing) {
                case SERVING -> SERVING;
                case PARTIAL -> PARTIAL;
                case LOADING -> LOADING;
                case WAITING -> WAITING;
                case IDLE -> IDLE;
                case SWITCHED_OFF -> SWITCHED_OFF;
                case FAILED -> FAILED;
                case REMOVING -> REMOVING;
            };
        }
    }

    /** Everything at one moment. */
    record FleetStatus(@About("When it was so.") Instant at,
            @About("The deployments, by name; those that end now too.") List<DeploymentStatus> deployments,
            @About("The GPUs that engines may use.") List<GpuRoom> gpus) {}

    /** How a deployment stands. */
    record DeploymentStatus(@About("The deployment; null for one that was deleted and ends now.") @Nullable UUID id,
            @About("Its name.") String name, @About("The model name that callers use.") String publicName,
            @About("How it stands; unknown for a moment after it was made.") Standing standing,
            @About("Replicas that shall be in GPU memory now.") int desired, @About("Replicas that serve.") int ready,
            @About("Why it is not as it shall be; empty if it is.") String reason,
            @About("When a caller would be told to come back; null if it serves.") @Nullable Long retryAfterSeconds,
            @About("Callers that wait for it.") int waiting,
            @About("How calls stand in line for it; null before the first one.") @Nullable QueueStatus queue,
            @About("Its engines.") List<ReplicaStatus> replicas) {

        static DeploymentStatus of(@Nullable UUID id, FleetView.OfDeployment one, LiveQueues.@Nullable Line line) {
            Duration retryAfter = one.retryAfter();
            return new DeploymentStatus(id, one.wanted().name(), one.wanted().publicName(),
                    Standing.of(one.standing()), one.desired(), one.ready(), one.reason(),
                    retryAfter == null ? null : (Long) retryAfter.toSeconds(), one.waiting(),
                    line == null ? null : QueueStatus.of(line),
                    one.replicas().stream().map(ReplicaStatus::of).toList());
        }

        static DeploymentStatus unknown(Deployment stored) {
            return new DeploymentStatus(stored.id(), stored.name(), stored.publicName(), Standing.UNKNOWN, 0, 0,
                    "The engines have not taken it up yet.", null, 0, null, List.of());
        }
    }

    /** How calls stand in line for a deployment. */
    record QueueStatus(@About("Calls that its engines get at once.") int places,
            @About("Calls that have a place now.") int running, @About("Calls that wait for one.") int waiting,
            @About("Of which so many of the batch class.") int waitingBatch,
            @About("Departments that have calls waiting, by name.") List<DepartmentWaiting> departments,
            @About("For how long a call holds its place, on average; 0 while unknown.") double holdSeconds,
            @About("Calls that were told to come back later, since the box started.") long turnedAway) {

        static QueueStatus of(LiveQueues.Line line) {
            return new QueueStatus(line.places(), line.running(), line.waiting(), line.waitingBatch(),
                    line.waitingByDepartment().entrySet().stream().sorted(Map.Entry.comparingByKey())
                            .map(entry -> new DepartmentWaiting(entry.getKey(), entry.getValue())).toList(),
                    line.holdTime().toMillis() / MILLIS, line.turnedAway());
        }
    }

    /** The calls of a department that wait. */
    record DepartmentWaiting(@About("Its name.") String department, @About("How many.") int waiting) {}

    /** How one engine stands. */
    record ReplicaStatus(@About("The instance's id.") String id, @About("Where it stands.") ReplicaPhase phase,
            @About("Since when.") Instant since,
            @About("What a loading engine says it does; empty otherwise.") String stage,
            @About("How much of the whole load is done, 0 to 100.") int percent,
            @About("The memory that it was promised.") List<PromisedMemory> gpus,
            @About("The context that it was planned for, in tokens.") int contextTokens,
            @About("Calls in flight.") int calls,
            @About("Sequences being computed, as the engine says.") @Nullable Double running,
            @About("Sequences waiting in the engine.") @Nullable Double waiting,
            @About("Share of its KV cache in use, 0 to 1.") @Nullable Double kvUsage,
            @About("The loaded LoRA adapters.") List<String> adapters,
            @About("Starts after crashes since it last was well for long.") int restarts,
            @About("Why it crashed or failed the last time, with advice; empty if never.") String lastCause,
            @About("Why it was placed so.") List<String> explanation) {

        static ReplicaStatus of(FleetView.OfReplica one) {
            return new ReplicaStatus(one.id(), one.phase(), one.since(), one.stage(), one.percent(),
                    one.memory().entrySet().stream().sorted(Map.Entry.comparingByKey())
                            .map(entry -> new PromisedMemory(entry.getKey(), entry.getValue())).toList(),
                    one.contextTokens(), one.calls(), one.running(), one.waiting(), one.kvUsage(), one.adapters(),
                    one.restarts(), LogMask.mask(one.lastCause()), one.explanation());
        }
    }

    /** Memory of a GPU that is promised to an engine. */
    record PromisedMemory(@About("The GPU's id.") String gpu, @About("How much, in bytes.") long bytes) {}

    /** A GPU as a place for engines. */
    record GpuRoom(@About("Its id.") String id, @About("Its memory, in bytes.") long totalBytes,
            @About("In use by anybody, in bytes.") long usedBytes,
            @About("In use by strangers, in bytes.") long foreignBytes,
            @About("Promised to engines, in bytes.") long promisedBytes,
            @About("The instances that it is promised to.") List<String> holders,
            @About("The instance that loads there now; empty if none.") String loading,
            @About("Why nothing is started there; empty if something may be.") String closed) {

        static GpuRoom of(FleetView.OfGpu one) {
            return new GpuRoom(one.id(), one.totalBytes(), one.usedBytes(), one.foreignBytes(), one.promisedBytes(),
                    one.holders(), one.loading(), one.closed());
        }
    }

    /** What engines wrote. */
    record EngineLogs(@About("The newest lines, oldest first.") List<EngineLine> lines) {}

    /** A line of an engine's output. */
    record EngineLine(@About("The instance that wrote it.") String instance, @About("When it was read.") Instant at,
            @About("Which of the instance's processes wrote it.") long generation,
            @About("The line; what looks like a secret is left out.") String text) {

        static EngineLine of(String instance, LogLine line) {
            return new EngineLine(instance, line.at(), line.generation(), LogMask.mask(line.text()));
        }
    }
}
