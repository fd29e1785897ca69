package org.gatehouse.governance;

import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

/** Ends comparisons: gives all subjects of a model's split to one arm. Each is a change of the model. Thread-safe. */
public final class Splits {
    private final Changes changes;
    private final ModelRows models;

    Splits(Changes changes, ModelRows models) {
        this.changes = changes;
        this.models = models;
    }

    /**
     * All subjects to one arm. The others stay, with nothing, so that this can be taken back.
     *
     * @param version refuses the change when the model is of another version; {@code null} to not care
     */
    public Change<PublicModel> promote(Actor actor, UUID model, @Nullable Long version, String arm) {
        return change(actor, model, version, "promote", split -> {
            if (split.arms().stream().noneMatch(each -> each.name().equals(arm))) {
                throw RefusedException.invalid("arm", "names no arm of the split " + split.name() + "; it has "
                        + String.join(", ", split.arms().stream().map(RouteRules.SplitArm::name).toList()));
            }
            return only(split, arm);
        });
    }

    /** All subjects back to the control, which is the first arm. */
    public Change<PublicModel> rollBack(Actor actor, UUID model, @Nullable Long version) {
        return change(actor, model, version, "rollback", split -> only(split, split.arms().getFirst().name()));
    }

    private Change<PublicModel> change(Actor actor, UUID id, @Nullable Long version, String verb,
            UnaryOperator<RouteRules.TrafficSplit> edit) {
        return changes.make(actor, change -> {
            PublicModel stored = models.need(change.handle(), id);
            Noun.requireVersion(models.one(), stored, version);
            RouteRules rules = stored.route();
            RouteRules.TrafficSplit split = rules == null ? null : rules.split();
            if (rules == null || split == null) {
                throw RefusedException.conflict("The model " + stored.name()
                        + " has no split. Give its route one, with an arm for each side.");
            }
            RouteRules.TrafficSplit after = edit.apply(split);
            return after.equals(split)
                    ? stored
                    : models.replace(change, verb, stored, stored.draft().routedBy(rules.with(after)));
        });
    }

    private static RouteRules.TrafficSplit only(RouteRules.TrafficSplit split, String arm) {
        int all = Math.toIntExact(split.arms().stream().mapToLong(RouteRules.SplitArm::share).sum());
        List<RouteRules.SplitArm> arms = split.arms().stream()
                .map(each -> new RouteRules.SplitArm(each.name(),
                        each.name().equals(arm) ? Math.min(all, 1_000_000) : 0,
                        each.targets()))
                .toList();
        return split.with(arms);
    }
}
