package org.gatehouse.admin;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;
import org.gatehouse.supervisor.fleet.DeploymentProblem;
import org.gatehouse.supervisor.fleet.PlanAnswer;
import org.gatehouse.supervisor.planning.DeviceMemory;
import org.gatehouse.supervisor.planning.GpuCapacity;
import org.gatehouse.supervisor.planning.Placement;
import org.gatehouse.supervisor.planning.Plan;

/** What would come of a deployment, as the admin API shows it. Stateless. */
final class PlanViews {
    private PlanViews() {}

    /** What the planner says, in one word. */
    enum Verdict {
        FITS, DOES_NOT_FIT, INVALID
    }

    /** What would come of a deployment. */
    record DeploymentPlan(@About("Whether it fits; invalid when it can't be planned at all.") Verdict verdict,
            @About("Where each replica would go; empty when it does not fit.") List<PlannedReplica> replicas,
            @About("The context that was planned for, in tokens; null when it does not fit.") @Nullable Integer contextTokens,
            @About("Sequences of that context that each replica holds at once; null when it does not fit.") @Nullable Integer concurrentSequences,
            @About("The longest context that fits, in tokens; 0 when none does, null when it can't be planned.") @Nullable Integer longestContext,
            @About("Deployments that would give way, or be replaced.") List<String> givingWay,
            @About("Why it does not fit, in one word; null when it does.") Plan.@Nullable Obstacle obstacle,
            @About("Memory that each GPU would have to give, in bytes; null where memory is not the obstacle.") @Nullable Long neededBytes,
            @About("The most that a GPU can give, in bytes; null where memory is not the obstacle.") @Nullable Long availableBytes,
            @About("What would fit instead, each of them tried out.") List<String> wouldFit,
            @About("Sentences that build on each other.") List<String> reasons,
            @About("What is wrong with the draft.") List<PlanProblem> problems) {

        static DeploymentPlan of(PlanAnswer answer) {
            return switch (answer) {
                case PlanAnswer.Fits(Plan.Fits plan, List<String> givingWay, List<String> reasons) ->
                    new DeploymentPlan(Verdict.FITS, plan.placements().stream().map(PlannedReplica::of).toList(),
                            plan.contextTokens(), plan.concurrentSequences(), plan.longestContext(), givingWay, null,
                            null, null, List.of(), reasons, List.of());
                case PlanAnswer.DoesNotFit(Plan.DoesNotFit plan, int longest, List<String> reasons) ->
                    new DeploymentPlan(Verdict.DOES_NOT_FIT, List.of(), null, null, longest, List.of(),
                            plan.obstacle(), plan.neededBytes() == 0 ? null : (Long) plan.neededBytes(),
                            plan.neededBytes() == 0 ? null : (Long) plan.availableBytes(),
                            plan.wouldFit().stream().map(Plan.Alternative::sentence).toList(), reasons, List.of());
                case PlanAnswer.Invalid(List<DeploymentProblem> problems) -> new DeploymentPlan(Verdict.INVALID,
                        List.of(), null, null, null, List.of(), null, null, null, List.of(), answer.reasons(),
                        problems.stream().map(PlanProblem::of).toList());
            };
        }
    }

    /** Where a replica would go. */
    record PlannedReplica(@About("Its number, from 0.") int replica,
            @About("GPUs that share each layer.") int tensorParallel,
            @About("Groups of GPUs that have different layers.") int pipelineParallel,
            @About("Its GPUs, in the order of ranks.") List<PlannedGpu> gpus,
            @About("What it is expected to take on each of them.") PlannedMemory memory,
            @About("The share of a GPU that the engine is told, in thousandths; 0 for engines that take no pool.") int utilisationPermille) {

        static PlannedReplica of(Placement placement) {
            return new PlannedReplica(placement.replica(), placement.shape().tensorParallel(),
                    placement.shape().pipelineParallel(), placement.gpus().stream().map(PlannedGpu::of).toList(),
                    PlannedMemory.of(placement.memory()), placement.utilisationPermille());
        }
    }

    /** A GPU as a place for a replica. */
    record PlannedGpu(@About("The vendor's stable identity.") String id, @About("Its machine.") String node,
            @About("The machine's number for it.") int index, @About("The product's name.") String name,
            @About("Its memory, in bytes.") long totalBytes,
            @About("Memory that is free there, in bytes.") long freeBytes) {

        static PlannedGpu of(GpuCapacity gpu) {
            return new PlannedGpu(gpu.id(), gpu.node(), gpu.index(), gpu.name(), gpu.totalBytes(), gpu.freeBytes());
        }
    }

    /** Memory on each GPU, by what for. */
    record PlannedMemory(@About("The weights, in bytes.") long weights, @About("The KV cache, in bytes.") long kvCache,
            @About("The largest batch's intermediate results, in bytes.") long activations,
            @About("CUDA graphs, in bytes.") long graphs,
            @About("The CUDA context and communication buffers, in bytes.") long runtime,
            @About("Slots for LoRA adapters, in bytes.") long adapters, @About("All of it, in bytes.") long total) {

        static PlannedMemory of(DeviceMemory memory) {
            return new PlannedMemory(memory.weights(), memory.kvCache(), memory.activations(), memory.graphs(),
                    memory.runtime(), memory.adapters(), memory.total());
        }
    }

    /** What is wrong with a draft. */
    record PlanProblem(@About("The class of problem.") DeploymentProblem.Kind kind,
            @About("Which member of the draft.") String field, @About("What is wrong, with which value.") String what,
            @About("What to do about it.") String advice) {

        static PlanProblem of(DeploymentProblem problem) {
            return new PlanProblem(problem.kind(), problem.field(), problem.what(), problem.advice());
        }
    }
}
