package org.gatehouse.engines;

import java.nio.file.Path;
import java.time.Duration;

import org.gatehouse.governance.DeploymentDraft;
import org.gatehouse.supervisor.fleet.DeploymentProblem;
import org.gatehouse.supervisor.fleet.EngineChoice;
import org.gatehouse.supervisor.fleet.LoadMode;
import org.gatehouse.supervisor.fleet.LoraAdapter;
import org.gatehouse.supervisor.fleet.ModelChoice;
import org.gatehouse.supervisor.fleet.ModelDeployment;
import org.gatehouse.supervisor.fleet.PlanAnswer;
import org.gatehouse.supervisor.fleet.Sizing;
import org.gatehouse.supervisor.fleet.SleepRule;
import org.gatehouse.supervisor.fleet.Timing;
import org.gatehouse.supervisor.planning.EngineKind;
import org.gatehouse.supervisor.planning.KvType;
import org.gatehouse.supervisor.planning.LoadQuantisation;

/** Governed deployments as the fleet wants them, and the fleet's words for fields as the API has them. */
final class DeploymentForms {
    private static final double PERCENT = 100;

    private DeploymentForms() {}

    static ModelDeployment of(DeploymentDraft draft) {
        Timing usual = Timing.DEFAULT;
        DeploymentDraft.Patience patience = draft.patience();
        return new ModelDeployment(draft.name(), draft.publicName(), model(draft.model()),
                new EngineChoice(EngineKind.valueOf(draft.engine().name()), draft.release(), draft.extraArguments()),
                draft.replicas(), sizing(draft.sizing()),
                draft.onDemand()
                        ? new LoadMode.OnDemand(Duration.ofSeconds(draft.idleSeconds()))
                        : new LoadMode.Pinned(),
                draft.priority(), SleepRule.valueOf(draft.sleep().name()),
                draft.adapters().stream()
                        .map(adapter -> new LoraAdapter(adapter.name(), Path.of(adapter.directory()))).toList(),
                new Timing(Duration.ofSeconds(patience.drainSeconds()), Duration.ofSeconds(patience.graceSeconds()),
                        Duration.ofSeconds(patience.silenceSeconds()), Duration.ofSeconds(patience.loadSeconds()),
                        Duration.ofSeconds(patience.healthSeconds()), usual.healthDeadline(), usual.healthMisses(),
                        Duration.ofSeconds(patience.residencySeconds()), usual.longestWait()));
    }

    private static ModelChoice model(String model) {
        return model.startsWith("/")
                ? new ModelChoice.LocalDirectory(Path.of(model))
                : new ModelChoice.Stored(model);
    }

    private static Sizing sizing(DeploymentDraft.Sizing sizing) {
        return new Sizing(sizing.gpus(), sizing.gpuPercent() / PERCENT, sizing.tensorParallel(),
                sizing.pipelineParallel(), sizing.contextTokens(), KvType.valueOf(sizing.kvCache().name()),
                LoadQuantisation.valueOf(sizing.quantisation().name()), sizing.maxSequences(), sizing.eager(),
                sizing.adapterSlots(), sizing.adapterRank());
    }

    /** The same answer, with fields by the names that the API's form has. */
    static PlanAnswer inWordsOfTheForm(PlanAnswer answer) {
        return answer instanceof PlanAnswer.Invalid(var problems)
                ? new PlanAnswer.Invalid(problems.stream()
                        .map(problem -> new DeploymentProblem(problem.kind(), field(problem.field()), problem.what(),
                                problem.advice()))
                        .toList())
                : answer;
    }

    private static String field(String fleets) {
        return switch (fleets) {
            case "engine.extraArguments" -> "extraArguments";
            case "sizing.utilisation" -> "sizing.gpuPercent";
            case "sizing.kvType" -> "sizing.kvCache";
            case "mode.idle" -> "idleSeconds";
            case "timing.drain" -> "patience.drainSeconds";
            case "timing.grace" -> "patience.graceSeconds";
            case "timing.silence" -> "patience.silenceSeconds";
            case "timing.longestLoad" -> "patience.loadSeconds";
            case "timing.healthInterval" -> "patience.healthSeconds";
            case "timing.residency" -> "patience.residencySeconds";
            default -> fleets;
        };
    }
}
