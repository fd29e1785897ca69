package org.gatehouse.engines;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    private final AtomicReference<Function<Collection<DeploymentDraft>, Map<String, PlanAnswer>>> planner = new AtomicReference<>();

    /** From now on this one is asked: it answers for each that is new or other than what runs. */
    void ask(Function<Collection<DeploymentDraft>, Map<String, PlanAnswer>> who) {
        planner.set(who);
    }

    @Override
    public Map<String, List<FieldError>> objections(Collection<DeploymentDraft> all, Set<String> asked) {
        Function<Collection<DeploymentDraft>, Map<String, PlanAnswer>> known = planner.get();
        if (known == null) {
            return Map.of();
        }
        Map<String, PlanAnswer> answers = known.apply(all);
        Map<String, List<FieldError>> objections = new LinkedHashMap<>();
        for (DeploymentDraft draft : all) {
            PlanAnswer answer = asked.contains(draft.name()) ? answers.get(draft.name()) : null;
            List<FieldError> errors = answer == null ? List.of() : objections(draft, answer);
            if (!errors.isEmpty()) {
                objections.put(draft.name(), errors);
            }
        }
        return objections;
    }

    private static List<FieldError> objections(DeploymentDraft draft, PlanAnswer answer) {
        return switch (answer) {
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
