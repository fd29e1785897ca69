package org.gatehouse.governance;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.snapshot.RouteTerms.Strategy;

/**
 * What looks wrong about models although it is allowed: a target in the world outside without a price, where somebody counts
 * on one. Confined to one reading.
 */
final class ModelWarnings {
    private final Set<UUID> localUpstreams = new HashSet<>();
    private final Set<Priced> priced = new HashSet<>();
    /** Models that a key with a budget may use; an empty one stands for all. */
    private final Set<Optional<UUID>> budgeted = new HashSet<>();

    /** {@code upstream} is empty in a price for any of them. */
    private record Priced(UUID model, Optional<UUID> upstream) {}

    private ModelWarnings() {}

    static ModelWarnings load(Handle handle) {
        ModelWarnings warnings = new ModelWarnings();
        handle.createQuery("SELECT id FROM upstream WHERE is_local").map((row, _) -> Columns.id(row, "id"))
                .forEach(warnings.localUpstreams::add);
        handle.createQuery("""
                SELECT DISTINCT model_id, upstream_id FROM price
                WHERE COALESCE(input_per_million, output_per_million, per_second, per_image, per_million_characters,
                    per_call) IS NOT NULL
                """)
                .map((row, _) -> new Priced(Columns.id(row, "model_id"),
                        Optional.ofNullable(Columns.idOrNull(row, "upstream_id"))))
                .forEach(warnings.priced::add);
        handle.createQuery("""
                SELECT DISTINCT m.model_id
                FROM budget b
                JOIN api_key k ON k.state <> 'REVOKED'
                JOIN project p ON p.id = k.project_id
                LEFT JOIN api_key_model m ON m.key_id = k.id AND NOT k.all_models
                WHERE (b.scope_type = 'ORGANISATION' OR b.scope_id IN (p.department_id, p.id, k.owner_id, k.id))
                    AND (k.all_models OR m.model_id IS NOT NULL)
                """).map((row, _) -> Optional.ofNullable(Columns.idOrNull(row, "model_id")))
                .forEach(warnings.budgeted::add);
        return warnings;
    }

    List<String> of(UUID model, List<PublicModel.Target> targets, @Nullable RouteRules rules) {
        List<String> unpriced = targets.stream()
                .filter(target -> !localUpstreams.contains(target.upstreamId())
                        && !priced.contains(new Priced(model, Optional.empty()))
                        && !priced.contains(new Priced(model, Optional.of(target.upstreamId()))))
                .map(PublicModel.Target::upstream).distinct().toList();
        if (unpriced.isEmpty()) {
            return List.of();
        }
        String without = " has no price at " + String.join(", ", unpriced) + ". Add one to the price book.";
        List<String> warnings = new ArrayList<>(2);
        if (rules != null && (byPrice(rules.strategy()) || byPrice(rules.dryRun()))) {
            warnings.add("Its strategy goes by price, and it" + without);
        }
        if (budgeted.contains(Optional.<UUID>empty()) || budgeted.contains(Optional.of(model))) {
            warnings.add("Keys with a budget may use it, and it" + without
                    + " Until then calls that a hard budget binds do not go there, and soft budgets do not count the others.");
        }
        return warnings;
    }

    private static boolean byPrice(@Nullable Strategy strategy) {
        return strategy == Strategy.CHEAPEST || strategy == Strategy.COMPLEXITY;
    }
}
