package org.gatehouse.engines;

import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;

import org.gatehouse.governance.DeploymentDraft;
import org.gatehouse.governance.form.FieldError;
import org.gatehouse.supervisor.fleet.DeploymentProblem;
import org.gatehouse.supervisor.fleet.PlanAnswer;

import static org.assertj.core.api.Assertions.assertThat;

class PlanCheckTest {
    private final PlanCheck check = new PlanCheck();
    private final DeploymentDraft draft = DeploymentDraft.of("chat", "chat-large", "/models/m");

    private List<FieldError> objections(DeploymentDraft asked) {
        return check.objections(List.of(asked), Set.of("chat")).getOrDefault("chat", List.of());
    }

    private void answers(PlanAnswer answer) {
        check.ask(all -> Map.of(all.iterator().next().name(), answer));
    }

    @Test
    void onlyTheAskedForAreObjectedTo() {
        answers(WrittenEngines.doesNotFit());
        assertThat(check.objections(List.of(draft), Set.of("other"))).isEmpty();
    }

    @Test
    void nothingIsObjectedToBeforeTheEnginesAreThereAndToWhatFits() {
        assertThat(objections(draft)).isEmpty();
        answers(WrittenEngines.fits());
        assertThat(objections(draft)).isEmpty();
    }

    @Test
    void whatDoesNotFitIsRefusedWithItsReasonsUnlessNothingShallRun() {
        PlanAnswer answer = WrittenEngines.doesNotFit();
        answers(answer);

        assertThat(objections(draft)).singleElement().satisfies(objection -> {
            assertThat(objection.field()).isEqualTo("sizing");
            assertThat(objection.message()).contains(answer.reasons());
        });
        assertThat(objections(draft.withReplicas(0))).isEmpty();
    }

    @Test
    void longestContextThatFitsIsNamedWhereThereIsOne() {
        PlanAnswer.DoesNotFit answer = (PlanAnswer.DoesNotFit) WrittenEngines.doesNotFit();
        answers(new PlanAnswer.DoesNotFit(answer.plan(), 4096, answer.reasons()));
        assertThat(objections(draft).getFirst().message())
                .endsWith(" The longest context that fits is 4096 tokens.");

        answers(new PlanAnswer.DoesNotFit(answer.plan(), 0, answer.reasons()));
        assertThat(objections(draft).getFirst().message()).doesNotContain("longest context");
    }

    @Test
    void problemsAreToldWithTheirFields() {
        answers(new PlanAnswer.Invalid(List.of(
                new DeploymentProblem(DeploymentProblem.Kind.OUT_OF_RANGE, "sizing.gpuPercent", "7 is no share.",
                        "Use less."),
                new DeploymentProblem(DeploymentProblem.Kind.ARGUMENT_REFUSED, "extraArguments", "No.",
                        "Nothing was started."))));

        assertThat(objections(draft)).containsExactly(
                new FieldError("sizing.gpuPercent", "7 is no share. Use less."),
                new FieldError("extraArguments", "No. Nothing was started."));
    }
}
