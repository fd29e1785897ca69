package org.gatehouse.engines;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import org.gatehouse.governance.DeploymentDraft;
import org.gatehouse.supervisor.fleet.DeploymentProblem;
import org.gatehouse.supervisor.fleet.LoadMode;
import org.gatehouse.supervisor.fleet.ModelChoice;
import org.gatehouse.supervisor.fleet.ModelDeployment;
import org.gatehouse.supervisor.fleet.PlanAnswer;
import org.gatehouse.supervisor.fleet.SleepRule;
import org.gatehouse.supervisor.fleet.Timing;
import org.gatehouse.supervisor.planning.EngineKind;
import org.gatehouse.supervisor.planning.KvType;
import org.gatehouse.supervisor.planning.LoadQuantisation;

import static org.assertj.core.api.Assertions.assertThat;

class DeploymentFormsTest {

    @Test
    void whatTheApiCallsEnginesFormatsAndRulesIsWhatTheFleetHas() {
        assertThat(names(DeploymentDraft.Engine.values())).isEqualTo(names(EngineKind.values()));
        assertThat(names(DeploymentDraft.KvCache.values())).isEqualTo(names(KvType.values()));
        assertThat(names(DeploymentDraft.Quantisation.values())).isEqualTo(names(LoadQuantisation.values()));
        assertThat(names(DeploymentDraft.Sleep.values())).isEqualTo(names(SleepRule.values()));
    }

    private static List<String> names(Enum<?>[] constants) {
        return Arrays.stream(constants).map(Enum::name).toList();
    }

    @Test
    void whatIsUsualIsWhatTheFleetTakesForUsual() {
        ModelDeployment deployment = DeploymentForms.of(DeploymentDraft.of("chat", "chat-large", "/models/m"));

        assertThat(deployment.timing()).isEqualTo(Timing.DEFAULT);
        assertThat(deployment.mode()).isEqualTo(new LoadMode.Pinned());
        assertThat(deployment.priority()).isEqualTo(ModelDeployment.USUAL_PRIORITY);
        assertThat(deployment.model()).isEqualTo(new ModelChoice.LocalDirectory(Path.of("/models/m")));
    }

    @Test
    void everyMemberArrives() {
        DeploymentDraft draft = new DeploymentDraft("chat", "chat-large", "org--model@1", DeploymentDraft.Engine.SGLANG,
                "sglang-0.6", List.of("--x"), 2,
                new DeploymentDraft.Sizing(List.of("GPU-1"), 45, 2, 3, -1, DeploymentDraft.KvCache.FP8,
                        DeploymentDraft.Quantisation.FOUR_BIT, 64, true, 4, 16),
                true, 120, DeploymentDraft.Sleep.KEEP_WEIGHTS, 70,
                List.of(new DeploymentDraft.Adapter("law", "/adapters/law")),
                new DeploymentDraft.Patience(1, 2, 3, 4, 5, 6));

        ModelDeployment deployment = DeploymentForms.of(draft);

        assertThat(deployment.model()).isEqualTo(new ModelChoice.Stored("org--model@1"));
        assertThat(deployment.engine().kind()).isEqualTo(EngineKind.SGLANG);
        assertThat(deployment.engine().release()).isEqualTo("sglang-0.6");
        assertThat(deployment.engine().extraArguments()).containsExactly("--x");
        assertThat(deployment.replicas()).isEqualTo(2);
        assertThat(deployment.sizing()).hasToString(
                "Sizing[gpus=[GPU-1], utilisation=0.45, tensorParallel=2, pipelineParallel=3, contextTokens=-1, "
                        + "kvType=FP8, quantisation=FOUR_BIT, maxSequences=64, eager=true, adapterSlots=4, adapterRank=16]");
        assertThat(deployment.mode()).isEqualTo(new LoadMode.OnDemand(Duration.ofMinutes(2)));
        assertThat(deployment.sleep()).isEqualTo(SleepRule.KEEP_WEIGHTS);
        assertThat(deployment.priority()).isEqualTo(70);
        assertThat(deployment.adapters()).singleElement().hasToString("LoraAdapter[name=law, directory=/adapters/law]");
        assertThat(deployment.timing()).isEqualTo(new Timing(Duration.ofSeconds(1), Duration.ofSeconds(2),
                Duration.ofSeconds(3), Duration.ofSeconds(4), Duration.ofSeconds(5), Timing.DEFAULT.healthDeadline(),
                Timing.DEFAULT.healthMisses(), Duration.ofSeconds(6), Timing.DEFAULT.longestWait()));
    }

    @Test
    void problemsNameTheMembersThatTheApiHas() {
        PlanAnswer answer = DeploymentForms.inWordsOfTheForm(new PlanAnswer.Invalid(
                Stream.of("name", "engine.extraArguments", "sizing.utilisation", "sizing.gpus", "mode.idle",
                        "timing.drain")
                        .map(field -> new DeploymentProblem(DeploymentProblem.Kind.OUT_OF_RANGE, field, "what",
                                "advice"))
                        .toList()));

        assertThat(((PlanAnswer.Invalid) answer).problems()).extracting(DeploymentProblem::field).containsExactly(
                "name",
                "extraArguments", "sizing.gpuPercent", "sizing.gpus", "idleSeconds", "patience.drainSeconds");
    }
}
