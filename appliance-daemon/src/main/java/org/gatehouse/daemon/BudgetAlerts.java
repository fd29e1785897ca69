package org.gatehouse.daemon;

import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.audit.AdminRecord;
import org.gatehouse.audit.TrailFilter;
import org.gatehouse.audit.TrailRecord;
import org.gatehouse.audit.TrailSearch;
import org.gatehouse.gateway.admission.BudgetCrossing;
import org.gatehouse.gateway.admission.Ledger;
import org.gatehouse.governance.Actor;
import org.gatehouse.governance.AdminTrail;
import org.gatehouse.governance.snapshot.Budget;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.PolicySnapshot;
import org.gatehouse.governance.snapshot.Scope;
import org.gatehouse.telemetry.CallMetrics;

/**
 * Says that a soft budget is used up, once for each budget and period: one line in the log, one count in the metrics, one
 * admin record in the trail. The record is written behind the call that reached the budget, again and again while the
 * trail takes none; there are never more of them under way than there are soft budgets. Thread-safe.
 */
final class BudgetAlerts implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(BudgetAlerts.class.getName());
    private static final Duration TRY_AGAIN = Duration.ofSeconds(5);
    private static final int MOST_TRIES = 720;
    private static final String VERB = "alert";
    private static final String NOUN = "budgets";

    private final ScheduledExecutorService writer = Executors
            .newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("budget-alerts").factory());
    private final AdminTrail trail;
    private final TrailSearch search;
    private final CallMetrics metrics;
    private final Clock clock;
    private final Supplier<UUID> ids;

    BudgetAlerts(AdminTrail trail, TrailSearch search, CallMetrics metrics, Clock clock, Supplier<UUID> ids) {
        this.trail = trail;
        this.search = search;
        this.metrics = metrics;
        this.clock = clock;
        this.ids = ids;
    }

    /** Says what an earlier life had no time to say: of calls that it was killed with, or between a call and its alert. */
    void begin(Ledger ledger, PolicySnapshot snapshot) {
        ledger.usedUp(soft(snapshot), clock.instant()).stream().filter(crossing -> !wasTold(crossing))
                .forEach(this::tell);
    }

    /** Looks at budgets that a change of governance may have made used up. */
    void follow(Ledger ledger, PolicySnapshot snapshot) {
        ledger.usedUp(soft(snapshot), clock.instant()).forEach(this::tell);
    }

    /** Says it. Waits for nothing. */
    void tell(BudgetCrossing crossing) {
        Budget budget = crossing.budget();
        String whose = nameOf(budget.scope(), crossing.key());
        String spent = crossing.spent().stripTrailingZeros().toPlainString();
        LOG.log(System.Logger.Level.WARNING,
                "The soft budget {0} of {1} {2} is used up: {3} of {4} {5} spent since {6}."
                        + " Calls go on; raise the budget, or make it a hard one to stop them.",
                budget.id(),
                budget.scope().type().id(), whose, spent, budget.amount().toPlainString(), budget.currency(),
                crossing.since());
        metrics.count("gatehouse.soft.budgets.used.up", "Soft budgets that were used up, once for each period", "scope",
                budget.scope().type().id(), "period", budget.period().id());
        ObjectNode after = JsonNodeFactory.instance.objectNode().put("scope", budget.scope().type().id())
                .put("name", whose).put("period", budget.period().id()).put("since", crossing.since().toString())
                .put("amount", budget.amount().toPlainString()).put("spent", spent).put("currency", budget.currency());
        AdminRecord row = Actor.system(NOUN).did(ids.get(), clock.instant(), VERB, NOUN, budget.id().toString(), null,
                after);
        later(() -> write(row, 1), Duration.ZERO);
    }

    private void write(AdminRecord row, int tries) {
        try {
            // A record that did not become durable in time may have become so since.
            if (tries == 1 || !trail.holds(row)) {
                trail.append(row);
            }
        } catch (RuntimeException e) {
            if (tries < MOST_TRIES) {
                later(() -> write(row, tries + 1), TRY_AGAIN);
            } else {
                LOG.log(System.Logger.Level.ERROR, "The alert of budget {0} is not in the trail: {1}", row.objectId(),
                        e.getMessage());
            }
        }
    }

    private void later(Runnable write, Duration wait) {
        try {
            writer.schedule(write, wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException _) {
            // Stopping: the next start finds the budget used up and not told.
        }
    }

    private boolean wasTold(BudgetCrossing crossing) {
        return search.find(TrailFilter.any().kind(TrailRecord.Kind.ADMIN).objectType(NOUN)
                .objectId(crossing.budget().id().toString()).from(crossing.since()), TrailSearch.Order.NEWEST_FIRST,
                null, TrailSearch.LARGEST_PAGE).entries().stream().map(entry -> (AdminRecord) entry.item())
                .anyMatch(row -> row.action().equals(VERB));
    }

    private static Map<Budget, KeyRecord> soft(PolicySnapshot snapshot) {
        Map<Budget, KeyRecord> bound = new HashMap<>();
        snapshot.credentials().values().forEach(credential -> {
            for (Budget budget : credential.key().budgets()) {
                if (!budget.hard()) {
                    bound.putIfAbsent(budget, credential.key());
                }
            }
        });
        return bound;
    }

    static String nameOf(Scope scope, KeyRecord key) {
        return switch (scope.type()) {
            case ORGANISATION -> "organisation";
            case DEPARTMENT -> key.departmentName();
            case PROJECT -> key.departmentName() + "/" + key.projectName();
            case USER -> Objects.requireNonNullElse(key.ownerName(), scope.id().toString());
            case KEY -> key.departmentName() + "/" + key.projectName() + "/" + key.name();
        };
    }

    /** Lets the record that is being written end, for a few seconds. */
    @Override
    public void close() throws InterruptedException {
        writer.shutdown();
        if (!writer.awaitTermination(TRY_AGAIN.toSeconds(), TimeUnit.SECONDS)) {
            writer.shutdownNow();
        }
    }
}
