package org.gatehouse.admin;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.gatehouse.admin.DeploymentViews.DeploymentStatus;
import org.gatehouse.admin.DeploymentViews.EngineLine;
import org.gatehouse.admin.DeploymentViews.EngineLogs;
import org.gatehouse.admin.DeploymentViews.FleetStatus;
import org.gatehouse.admin.DeploymentViews.GpuRoom;
import org.gatehouse.admin.PlanViews.DeploymentPlan;
import org.gatehouse.engines.Engines;
import org.gatehouse.governance.AdminTrail;
import org.gatehouse.governance.Deployment;
import org.gatehouse.governance.DeploymentDraft;
import org.gatehouse.governance.Noun;
import org.gatehouse.supervisor.fleet.FleetView;

/** Deployments: what shall be, what would come of it, what is, and what its engines wrote. */
final class DeploymentOperations {
    private static final String PATH = Operation.BASE + "deployments";
    private static final String ONE = PATH + "/{id}";
    private static final int USUAL_LINES = 100;
    private static final int MOST_LINES = 2_000;

    private final Noun<Deployment, DeploymentDraft> deployments;
    private final Engines engines;
    private final LiveQueues queues;
    private final AdminTrail trail;
    private final Clock clock;
    private final Supplier<UUID> ids;

    DeploymentOperations(Noun<Deployment, DeploymentDraft> deployments, Engines engines, LiveQueues queues,
            AdminTrail trail, Clock clock, Supplier<UUID> ids) {
        this.deployments = deployments;
        this.engines = engines;
        this.queues = queues;
        this.trail = trail;
        this.clock = clock;
        this.ids = ids;
    }

    List<Operation> all() {
        List<Operation> all = new ArrayList<>(
                new NounOperations<>(deployments, Deployment.class, DeploymentDraft.class,
                        Access.ofTheBox(Permission.OPERATE)).all(true));
        all.add(Operation.post(PATH + "/plan", "planDeployment", "deployments",
                "Says whether and where a deployment would fit, and why. Nothing changes.",
                Operation.Body.of(DeploymentDraft.class), new Operation.Reply.One(200, DeploymentPlan.class),
                call -> Answer.Json.of(DeploymentPlan.of(engines.plan(call.form(DeploymentDraft.class)))))
                .needing(Permission.VIEW_BOX));
        all.add(Operation.get(PATH + "/status", "getFleetStatus", "deployments",
                "How every deployment and its engines stand.", new Operation.Reply.One(200, FleetStatus.class),
                _ -> Answer.Json.of(status())).needing(Permission.VIEW_BOX));
        all.add(Operation.get(ONE + "/status", "getDeploymentStatus", "deployments",
                "How a deployment and its engines stand.", new Operation.Reply.One(200, DeploymentStatus.class),
                call -> Answer.Json.of(status(stored(call)))).needing(Permission.VIEW_BOX));
        all.add(Operation.get(ONE + "/logs", "getDeploymentLogs", "deployments", "The newest output of its engines.",
                new Operation.Reply.One(200, EngineLogs.class), this::logs).needing(Permission.VIEW_BOX)
                .with(Parameter.text("instance", "Only that instance of it, such as chat-0; all when not said."),
                        Parameter.number("lines", "How many lines at most; 100 when not said.", 1, MOST_LINES)));
        all.add(Operation.post(ONE + "/retry", "retryDeployment", "deployments",
                "Tries again what failed for good, or was rolled back.", null,
                new Operation.Reply.One(200, DeploymentStatus.class), this::retry).needing(Permission.OPERATE));
        return all;
    }

    private FleetStatus status() {
        FleetView view = engines.view();
        Map<String, Deployment> stored = deployments.all().stream()
                .collect(Collectors.toMap(Deployment::name, Function.identity()));
        Map<String, DeploymentStatus> byName = new TreeMap<>();
        stored.forEach((name, one) -> byName.put(name, DeploymentStatus.unknown(one)));
        view.deployments().forEach(one -> {
            Deployment known = stored.get(one.wanted().name());
            byName.put(one.wanted().name(), DeploymentStatus.of(known == null ? null : known.id(), one,
                    queues.line(one.wanted().name())));
        });
        return new FleetStatus(view.at(), List.copyOf(byName.values()),
                view.gpus().stream().map(GpuRoom::of).toList());
    }

    private DeploymentStatus status(Deployment stored) {
        FleetView.OfDeployment seen = seen(stored);
        return seen == null
                ? DeploymentStatus.unknown(stored)
                : DeploymentStatus.of(stored.id(), seen,
                        queues.line(stored.name()));
    }

    private FleetView.@Nullable OfDeployment seen(Deployment stored) {
        return engines.view().deployments().stream().filter(one -> one.wanted().name().equals(stored.name()))
                .findFirst().orElse(null);
    }

    private Deployment stored(Call call) {
        return deployments.find(call.id()).orElseThrow(() -> new Call.Ended(
                Problem.absent("There is no deployment with id " + call.id() + ". List them with GET " + PATH + ".")));
    }

    private Answer logs(Call call) {
        Deployment stored = stored(call);
        FleetView.OfDeployment seen = seen(stored);
        List<String> instances = seen == null
                ? List.of()
                : seen.replicas().stream().map(FleetView.OfReplica::id).sorted().toList();
        String wanted = call.query("instance", String.class).orElse("");
        // An instance that is gone may have left its output, so its name alone decides whose it is.
        if (!wanted.isEmpty() && !wanted.matches(stored.name() + "-[0-9]{1,9}")) {
            return new Answer.Failed(Problem.invalid("instance", "is no instance of the deployment " + stored.name()
                    + (instances.isEmpty() ? "; it has none now" : "; it has " + String.join(", ", instances))));
        }
        int most = call.query("lines", Integer.class).orElse(USUAL_LINES);
        List<EngineLine> lines = (wanted.isEmpty() ? instances : List.of(wanted)).stream()
                .flatMap(instance -> engines.log(instance, most).stream().map(line -> EngineLine.of(instance, line)))
                .sorted(Comparator.comparing(EngineLine::at)).toList();
        if (lines.isEmpty() && !wanted.isEmpty() && !instances.contains(wanted)) {
            return new Answer.Failed(Problem.absent("There is no instance " + wanted + ". "
                    + (instances.isEmpty()
                            ? "The deployment has none now."
                            : "There are " + String.join(", ", instances) + ".")));
        }
        return Answer.Json.of(new EngineLogs(lines.subList(Math.max(0, lines.size() - most), lines.size())));
    }

    private Answer retry(Call call) {
        Deployment stored = stored(call);
        trail.append(call.actor().did(ids.get(), clock.instant(), "retry", "deployments", stored.id().toString(), null,
                null));
        return engines.retry(stored.name())
                ? Answer.Json.of(status(stored))
                : new Answer.Failed(Problem.conflict("The engines do not know the deployment " + stored.name()
                        + ". Wait a moment if it was just made; else see GET /api/v1/system/status."));
    }
}
