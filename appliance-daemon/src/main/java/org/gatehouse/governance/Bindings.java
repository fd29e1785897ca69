package org.gatehouse.governance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.snapshot.Budget;
import org.gatehouse.governance.snapshot.EngineTerms;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.Limit;
import org.gatehouse.governance.snapshot.Scope;

/** Everything that binds nodes of the tenancy tree, by node, while a snapshot is built. Confined to that. */
record Bindings(UUID organisation, Map<UUID, List<Limit>> limits, Map<UUID, List<Budget>> budgets,
        Map<UUID, Policy.Recording> recordings, Map<UUID, Treatment> treatments) {

    private static final Policy.Recording NOTHING = new Policy.Recording(KeyRecord.Recording.NONE,
            KeyRecord.DEFAULT_RECORDING_DAYS);

    /** What one node says of how engines treat calls, and whether kept answers do. */
    private record Treatment(@Nullable Integer priority, EngineTerms.@Nullable PrefixCache prefixCache,
            @Nullable Integer waitSeconds, @Nullable Boolean exactCache, EngineTerms.@Nullable CallClass callClass) {}

    static Bindings load(Handle handle) {
        UUID organisation = handle.createQuery("SELECT id FROM organisation").mapTo(UUID.class).findOne()
                .orElseGet(() -> new UUID(0, 0));
        Map<UUID, List<Limit>> limits = new HashMap<>();
        handle.createQuery("SELECT id, scope_type, scope_id, kind, amount FROM rate_limit ORDER BY id")
                .map((row, _) -> new Limit(Columns.id(row, "id"),
                        new Scope(Columns.constant(row, "scope_type", Scope.Type.class), Columns.id(row, "scope_id")),
                        Columns.constant(row, "kind", Limit.Kind.class), row.getLong("amount")))
                .forEach(limit -> limits.computeIfAbsent(limit.scope().id(), _ -> new ArrayList<>()).add(limit));
        Map<UUID, List<Budget>> budgets = new HashMap<>();
        handle.createQuery("""
                SELECT id, scope_type, scope_id, budget_period, amount, currency, hard FROM budget ORDER BY id
                """).map((row, _) -> new Budget(Columns.id(row, "id"),
                new Scope(Columns.constant(row, "scope_type", Scope.Type.class), Columns.id(row, "scope_id")),
                Columns.constant(row, "budget_period", Budget.Period.class),
                Objects.requireNonNull(Columns.amountOrNull(row, "amount")), Columns.text(row, "currency"),
                row.getBoolean("hard")))
                .forEach(budget -> budgets.computeIfAbsent(budget.scope().id(), _ -> new ArrayList<>()).add(budget));
        Map<UUID, Policy.Recording> recordings = new HashMap<>();
        handle.createQuery("""
                SELECT scope_id, recording_bodies, recording_retention_days FROM policy
                WHERE recording_bodies IS NOT NULL
                """).map((row, _) -> Map.entry(Columns.id(row, "scope_id"),
                new Policy.Recording(Columns.constant(row, "recording_bodies", KeyRecord.Recording.class),
                        row.getInt("recording_retention_days"))))
                .forEach(entry -> recordings.put(entry.getKey(), entry.getValue()));
        Map<UUID, Treatment> treatments = new HashMap<>();
        handle.createQuery("""
                SELECT scope_id, engine_priority, prefix_cache, wait_seconds, exact_cache, call_class FROM policy
                """)
                .map((row, _) -> Map.entry(Columns.id(row, "scope_id"),
                        new Treatment(row.getObject("engine_priority", Integer.class),
                                row.getString("prefix_cache") == null
                                        ? null
                                        : Columns.constant(row, "prefix_cache", EngineTerms.PrefixCache.class),
                                row.getObject("wait_seconds", Integer.class),
                                row.getObject("exact_cache", Boolean.class),
                                row.getString("call_class") == null
                                        ? null
                                        : Columns.constant(row, "call_class", EngineTerms.CallClass.class))))
                .forEach(entry -> treatments.put(entry.getKey(), entry.getValue()));
        return new Bindings(organisation, limits, budgets, recordings, treatments);
    }

    List<Limit> limits(UUID key, @Nullable UUID owner, UUID project, UUID department) {
        return collect(limits, key, owner, project, department);
    }

    List<Budget> budgets(UUID key, @Nullable UUID owner, UUID project, UUID department) {
        return collect(budgets, key, owner, project, department);
    }

    /** The nearest node that says something decides; nobody said anything: nothing is kept. */
    Policy.Recording recording(UUID project, UUID department) {
        for (UUID node : List.of(project, department, organisation)) {
            Policy.Recording said = recordings.get(node);
            if (said != null) {
                return said;
            }
        }
        return NOTHING;
    }

    /** Each aspect by itself: the nearest node that says something of it decides. The weight is the department's own. */
    EngineTerms engineTerms(UUID project, UUID department, int weight) {
        Integer priority = null;
        EngineTerms.PrefixCache prefixCache = null;
        Integer waitSeconds = null;
        EngineTerms.CallClass callClass = null;
        for (UUID node : List.of(project, department, organisation)) {
            Treatment said = treatments.get(node);
            if (said != null) {
                priority = priority == null ? said.priority() : priority;
                prefixCache = prefixCache == null ? said.prefixCache() : prefixCache;
                waitSeconds = waitSeconds == null ? said.waitSeconds() : waitSeconds;
                callClass = callClass == null ? said.callClass() : callClass;
            }
        }
        if (priority == null && prefixCache == null && waitSeconds == null && callClass == null && weight == 1) {
            return EngineTerms.DEFAULT;
        }
        return new EngineTerms(priority == null ? EngineTerms.DEFAULT.priority() : priority,
                prefixCache == null ? EngineTerms.DEFAULT.prefixCache() : prefixCache,
                waitSeconds == null ? EngineTerms.DEFAULT.longestWait() : Duration.ofSeconds(waitSeconds),
                callClass == null ? EngineTerms.DEFAULT.callClass() : callClass, weight);
    }

    /** Whether calls may be answered with kept answers: the nearest node that says so decides; nobody said so: no. */
    boolean exactCache(UUID project, UUID department) {
        for (UUID node : List.of(project, department, organisation)) {
            Treatment said = treatments.get(node);
            if (said != null && said.exactCache() != null) {
                return Boolean.TRUE.equals(said.exactCache());
            }
        }
        return false;
    }

    private <B> List<B> collect(Map<UUID, List<B>> byNode, UUID key, @Nullable UUID owner, UUID project,
            UUID department) {
        if (byNode.isEmpty()) {
            return List.of();
        }
        List<B> all = new ArrayList<>(byNode.getOrDefault(key, List.of()));
        if (owner != null) {
            all.addAll(byNode.getOrDefault(owner, List.of()));
        }
        all.addAll(byNode.getOrDefault(project, List.of()));
        all.addAll(byNode.getOrDefault(department, List.of()));
        all.addAll(byNode.getOrDefault(organisation, List.of()));
        return all;
    }
}
