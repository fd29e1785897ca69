package org.gatehouse.daemon;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

import org.gatehouse.alerts.BackupDates;
import org.gatehouse.alerts.Finding;
import org.gatehouse.audit.AdminRecord;
import org.gatehouse.audit.Trail;
import org.gatehouse.audit.TrailFilter;
import org.gatehouse.audit.TrailRecord;
import org.gatehouse.audit.TrailSearch;
import org.gatehouse.audit.TrailState;
import org.gatehouse.compute.Gpus;
import org.gatehouse.engines.Engines;
import org.gatehouse.gateway.admission.Ledger;
import org.gatehouse.gateway.routing.Traffic;
import org.gatehouse.gateway.routing.health.Breaker;
import org.gatehouse.gateway.routing.targets.TargetView;
import org.gatehouse.governance.AlertKind;
import org.gatehouse.governance.snapshot.Budget;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.PolicySnapshot;
import org.gatehouse.gpu.Gpu;
import org.gatehouse.gpu.GpuCondition;
import org.gatehouse.gpu.GpuSnapshot;
import org.gatehouse.identity.BreakGlass;
import org.gatehouse.machine.encryption.DataEncryption;
import org.gatehouse.machine.encryption.EncryptionState;
import org.gatehouse.safekeeping.BackupTargets;
import org.gatehouse.supervisor.fleet.FleetView;

/** What alerts look at: each room's own state, put into words. Thread-safe. */
record AlertSources(Supplier<PolicySnapshot> policy, Ledger ledger, Traffic traffic, Engines engines, Gpus gpus,
        Trail trail, TrailSearch search, BreakGlass breakGlass, CertificateDate certificate, BackupDates backups,
        DiskWatch disk, ClockWatch leaps, DataEncryption encryption, GivenUpUpdate update, DiskAlerts health,
        BackupTargets targets, Clock clock) {

    private static final double PERCENT = 100;
    /** A target that fails is wrong whatever the rule says in days: no rule has more. */
    private static final double ANY_AGE = 100_000;
    private static final int MOST_RECORDS = 200;
    private static final Duration LOGINS_SHOWN = Duration.ofDays(1);

    Map<AlertKind, Supplier<List<Finding>>> all() {
        Map<AlertKind, Supplier<List<Finding>>> sources = new EnumMap<>(AlertKind.class);
        for (AlertKind kind : AlertKind.values()) {
            sources.put(kind, switch (kind) {
                case BUDGET -> this::budgets;
                case BREAKER_OPEN -> this::breakers;
                case ENGINE_DOWN -> this::engineFailures;
                case GPU_UNHEALTHY -> this::gpuFailures;
                case DISK_SPACE -> disk::findings;
                case CERTIFICATE -> this::certificateEnd;
                case TRAIL -> this::trailState;
                case BREAK_GLASS -> this::breakGlassLogins;
                case BACKUP_AGE -> this::backupAge;
                case CLOCK -> leaps::findings;
                case ENCRYPTION -> this::encryptionState;
                case DISK_FAILING -> health::failing;
                case DISK_WEAR -> health::worn;
                case UPDATE -> update::findings;
            });
        }
        return sources;
    }

    private List<Finding> budgets() {
        Map<Budget, KeyRecord> bound = new LinkedHashMap<>();
        policy.get().credentials().values().forEach(credential -> credential.key().budgets()
                .forEach(budget -> bound.putIfAbsent(budget, credential.key())));
        List<Finding> found = new ArrayList<>();
        Instant now = clock.instant();
        bound.forEach((budget, key) -> {
            BigDecimal spent = ledger.spent(budget, now);
            double percent = spent.divide(budget.amount(), 6, RoundingMode.HALF_UP).doubleValue() * PERCENT;
            String whose = BudgetAlerts.nameOf(budget.scope(), key);
            found.add(new Finding(budget.id().toString(), budget.scope().type().id() + " " + whose,
                    percent,
                    "The " + (budget.hard() ? "hard" : "soft") + " budget of " + whose + " per " + budget.period().id()
                            + " is spent to " + (int) percent + " %: " + spent.stripTrailingZeros().toPlainString()
                            + " of " + budget.amount().toPlainString() + " " + budget.currency() + ". "
                            + (budget.hard()
                                    ? "Calls are refused when it is used up; raise it in time if they must go on."
                                    : "Calls go on when it is used up; raise it, or make it a hard one.")));
        });
        return found;
    }

    private List<Finding> breakers() {
        List<Finding> found = new ArrayList<>();
        for (ModelRoute route : policy.get().models().values()) {
            for (ModelRoute.Target target : route.targets()) {
                TargetView view = traffic.view(target.id());
                if (view != null && view.breaker() == Breaker.State.OPEN) {
                    found.add(new Finding(target.id().toString(), route.name() + " at " + target.upstream().name(), 0,
                            "Calls for " + route.name() + " do not go to the upstream " + target.upstream().name()
                                    + " for now: it failed too often. Look at 'gatehouse upstreams test "
                                    + target.upstream().name() + "'; calls come back by themselves when it is well."));
                }
            }
        }
        return found;
    }

    private List<Finding> engineFailures() {
        return engines.view().deployments().stream()
                .filter(each -> each.standing() == FleetView.Standing.FAILED
                        || each.standing() == FleetView.Standing.PARTIAL)
                .map(each -> new Finding(each.wanted().name(), "deployment " + each.wanted().name(), 0,
                        "The deployment " + each.wanted().name() + " has " + each.ready() + " of " + each.desired()
                                + " replicas ready. " + each.reason() + " See 'gatehouse deployments status'."))
                .toList();
    }

    private List<Finding> gpuFailures() {
        List<Finding> found = new ArrayList<>();
        for (GpuSnapshot snapshot : gpus.snapshots()) {
            for (Gpu gpu : snapshot.gpus()) {
                if (gpu.condition() == GpuCondition.LOST) {
                    found.add(new Finding(gpu.uuid(), "GPU " + gpu.index() + " of " + snapshot.node(), 0,
                            "GPU " + gpu.index() + " of " + snapshot.node() + " does not answer any more (" + gpu.uuid()
                                    + "). Look for XID events in the kernel's log; it may need a reset."));
                }
            }
        }
        gpus.recent().stream().filter(event -> event.active()).forEach(event -> found.add(new Finding(event.key(),
                "GPU " + event.gpuIndex() + " of " + event.node(), 0, event.message())));
        return found;
    }

    private List<Finding> certificateEnd() {
        return certificate.expires().get().map(end -> {
            double days = Duration.between(clock.instant(), end).toHours() / 24.0;
            return List.of(new Finding("certificate", "TLS certificate", days, certificate.end(end, days < 0)));
        }).orElse(List.of());
    }

    private List<Finding> trailState() {
        return switch (trail.state()) {
            case TrailState.Healthy _ -> List.of();
            case TrailState.Degraded(String reason) -> List.of(new Finding("trail", "trail", 0, reason));
            case TrailState.Refusing(String reason) -> List.of(new Finding("trail", "trail", 0, reason));
        };
    }

    /** Each login is an alert of its own: names and times stand in the trail. */
    private List<Finding> breakGlassLogins() {
        if (breakGlass.uses() == 0) {
            return List.of();
        }
        return search.find(TrailFilter.any().kind(TrailRecord.Kind.ADMIN).objectType("users")
                .from(clock.instant().minus(LOGINS_SHOWN)), TrailSearch.Order.NEWEST_FIRST, null, MOST_RECORDS)
                .entries().stream().map(entry -> (AdminRecord) entry.item())
                .filter(row -> row.action().equals("break_glass_login"))
                .map(row -> new Finding(row.id().toString(), "login of " + row.actor(), 0, "The user " + row.actor()
                        + " signed in past every sign-on provider at " + row.at() + " from " + row.address()
                        + ". If nobody meant to, end the session and change the password."))
                .toList();
    }

    private List<Finding> encryptionState() {
        EncryptionState state = encryption.state();
        return state.wanting() ? List.of(new Finding("encryption", "data partition", 0, state.message())) : List.of();
    }

    private List<Finding> backupAge() {
        Optional<Instant> last = backups.last();
        List<Finding> found = new ArrayList<>();
        targets.trouble().ifPresent(why -> found.add(new Finding("backup-target", "backup target", ANY_AGE,
                "The last backup could not be brought to its target, and is tried again each hour. " + why)));
        last.or(backups::begun).ifPresent(at -> found.add(new Finding("backup", "backup",
                Duration.between(at, clock.instant()).toHours() / 24.0,
                (last.isPresent() ? "The last backup is of " + at : "No backup was ever taken")
                        + ". Take one in the console (System, Backup) or with 'gatehouse backup FILE', and keep it elsewhere.")));
        return found;
    }
}
