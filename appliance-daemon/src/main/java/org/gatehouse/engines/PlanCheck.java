package org.gatehouse.engines;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

import org.gatehouse.governance.DeploymentCheck;
import org.gatehouse.governance.DeploymentDraft;
import org.gatehouse.governance.form.FieldError;
import org.gatehouse.supervisor.fleet.PlanAnswer;

/**
 * Objects to deployments that the planner refuses. Made before the engines are there, because governance is opened first; until then it
 * objects to nothing. Thread-safe.
 */
public final class PlanCheck implements DeploymentCheck {
    private final AtomicReference<Function<DeploymentDraft, PlanAnswer>> planner = new AtomicReference<>();

    /** From now on this one is asked. */
    void ask(Function<DeploymentDraft, PlanAnswer> who) {
        planner.set(who);
    }

    @Override
    public List<FieldError> objections(DeploymentDraft draft) {
        Function<DeploymentDraft, PlanAnswer> known = planner.get();
        return known == null ? List.of() : switch (known.apply(draft)) {
            case PlanAnswer.Fits _ -> List.of();
            case PlanAnswer.DoesNotFit not -> draft.replicas() == 0
                    ? List.of()
                    : List.of(new FieldError("sizing", reason(not)));
            case PlanAnswer.Invalid(var problems) -> problems.stream()
                    .map(problem -> new FieldError(problem.field(),
                            problem.what() + " " + problem.advice()))
                    .toList();
        };
    }

    private static String reason(PlanAnswer.DoesNotFit not) {
        String all = String.join(" ", not.reasons());
        return not.longestContext() > 0
                ? all + " The longest context that fits is " + not.longestContext() + " tokens."
                : all;
    }
}
