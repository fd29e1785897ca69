package org.gatehouse.supervisor.fleet;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import org.gatehouse.supervisor.Listen;
import org.gatehouse.supervisor.engines.Engine;
import org.gatehouse.supervisor.engines.EngineAddress;
import org.gatehouse.supervisor.engines.Launch;
import org.gatehouse.supervisor.fleet.DeploymentProblem.Kind;
import org.gatehouse.supervisor.planning.GpuCapacity;
import org.gatehouse.supervisor.planning.LearnedFootprint;
import org.gatehouse.supervisor.planning.ModelDescription;
import org.gatehouse.supervisor.planning.ModelDirectory;
import org.gatehouse.supervisor.planning.ModelReading;
import org.gatehouse.supervisor.planning.Plan;
import org.gatehouse.supervisor.planning.Planner;

/** Checks and plans deployments against what was promised already. Changes nothing. Owned by the fleet's thread. */
final class Planning {
    private final World world;
    private final Launching launching;

    /** A model's description, or what is wrong. */
    private sealed interface Reading {
        record Known(ModelDescription model) implements Reading {}

        record Wrong(DeploymentProblem problem) implements Reading {}
    }

    Planning(World world, Launching launching) {
        this.world = world;
        this.launching = launching;
    }

    /** Everything that can be said about a deployment before anything happens. */
    PlanAnswer answer(ModelDeployment deployment) {
        List<DeploymentProblem> problems = new ArrayList<>(DeploymentRules.check(deployment, world.all().stream()
                .filter(state -> !state.removing).map(state -> state.wanted).toList(), world.settings));
        Reading reading = problems.isEmpty() ? read(deployment) : null;
        if (reading instanceof Reading.Wrong(DeploymentProblem problem)) {
            problems.add(problem);
        }
        if (!(reading instanceof Reading.Known(ModelDescription model))) {
            return new PlanAnswer.Invalid(problems);
        }
        Map<String, Long> own = new HashMap<>();
        DeploymentState state = world.states.get(deployment.name());
        if (state != null) {
            state.replicas.forEach(replica -> own.put(replica.id, 0L));
        }
        int replicas = Math.max(1, deployment.replicas());
        if (plan(deployment, model, replicas, places(own)) instanceof Plan.Fits fits) {
            // Its own earlier replicas keep serving where both fit, and are replaced one by one where not.
            boolean replaced = !own.isEmpty() && !(plan(deployment, model, 1, places(Map.of())) instanceof Plan.Fits);
            return checked(deployment, model, fits, replaced ? List.of(deployment.name()) : List.of());
        }
        Map<String, Long> kept = new HashMap<>(own);
        List<String> givingWay = new ArrayList<>();
        for (DeploymentState other : world.all()) {
            boolean gives = other.wanted.mode() instanceof LoadMode.OnDemand
                    && other.wanted.priority() <= deployment.priority() && !other.name().equals(deployment.name());
            if (other.removing || gives) {
                other.replicas.forEach(replica -> kept.put(replica.id, 0L));
                givingWay.add(other.name());
            }
        }
        Plan last = plan(deployment, model, replicas, places(kept));
        return switch (last) {
            case Plan.Fits fits -> checked(deployment, model, fits, givingWay);
            case Plan.DoesNotFit not -> {
                int longest = not.wouldFit().stream()
                        .mapToInt(each -> each instanceof Plan.Alternative.ShorterContext(int tokens) ? tokens : 0)
                        .max()
                        .orElse(0);
                List<String> reasons = new ArrayList<>(not.explanation());
                reasons.addAll(closedGpus());
                yield new PlanAnswer.DoesNotFit(not, longest, reasons);
            }
        };
    }

    private PlanAnswer checked(ModelDeployment deployment, ModelDescription model, Plan.Fits fits,
            List<String> givingWay) {
        Launch launch = launching.tryOut(deployment, model.path(), fits);
        if (launch instanceof Launch.Refused(var problem)) {
            return new PlanAnswer.Invalid(List.of(new DeploymentProblem(Kind.ENGINE_CANNOT, "engine",
                    problem.message(), "Nothing was started.")));
        }
        List<String> reasons = new ArrayList<>(fits.explanation());
        if (!givingWay.isEmpty()) {
            reasons.add("Room is made by " + String.join(", ", givingWay) + " giving way.");
        }
        reasons.addAll(closedGpus());
        return new PlanAnswer.Fits(fits, givingWay, reasons);
    }

    private List<String> closedGpus() {
        return world.ledger.sights().stream().map(sight -> sight.capacity())
                .filter(gpu -> !world.ledger.closed(gpu.id()).isEmpty())
                .map(gpu -> gpu.title() + " is left out: " + world.ledger.closed(gpu.id())).toList();
    }

    private List<GpuCapacity> places(Map<String, Long> kept) {
        return world.ledger.capacities(kept, "");
    }

    private Reading read(ModelDeployment deployment) {
        return switch (world.outside.models().find(deployment.model())) {
            case ModelLibrary.Found.Missing(String what, String advice) ->
                new Reading.Wrong(new DeploymentProblem(Kind.MODEL_UNKNOWN, "model", what, advice));
            case ModelLibrary.Found.At(Path path) -> switch (ModelDirectory.read(path)) {
                case ModelReading.Known(ModelDescription model) -> new Reading.Known(model);
                case ModelReading.Unusable(var problem) -> new Reading.Wrong(new DeploymentProblem(
                        Kind.MODEL_UNUSABLE, "model", problem.what() + " (" + problem.file() + ").", problem.advice()));
            };
        };
    }

    /** The model of a deployment; empty, with the problem kept on the state, if it cannot be read now. */
    Optional<ModelDescription> model(DeploymentState state, ModelDeployment deployment) {
        return switch (read(deployment)) {
            case Reading.Known(ModelDescription model) -> Optional.of(model);
            case Reading.Wrong(DeploymentProblem problem) -> {
                state.waitingFor = problem.message();
                state.roomMayCome = false;
                yield Optional.empty();
            }
        };
    }

    /** Plans so many replicas at these places. */
    Plan plan(ModelDeployment deployment, ModelDescription model, int replicas, List<GpuCapacity> places) {
        return Planner.plan(model, deployment.sizing().wish(deployment.engine().kind(), replicas), places,
                learned(deployment, model, places));
    }

    private List<LearnedFootprint> learned(ModelDeployment deployment, ModelDescription model,
            List<GpuCapacity> places) {
        String program = world.settings.program(deployment.engine().kind(), deployment.engine().release())
                .map(EngineProgram::name).orElse("");
        // A box with GPUs of several kinds: what was learned on one says nothing of another, and the planner takes one list.
        Map<String, Long> products = places.stream().map(GpuCapacity::name)
                .collect(Collectors.groupingBy(name -> name, LinkedHashMap::new, Collectors.counting()));
        return products.size() == 1
                ? world.outside.history().footprints(
                        new EngineHistory.Key(model.digest(), program, products.keySet().iterator().next()))
                : List.of();
    }

    /** Whether engines of this kind can listen on a Unix socket. */
    static boolean onSocket(Engine engine) {
        return engine.capabilities().unixSocket();
    }

    static EngineAddress address(Listen listen) {
        return switch (listen) {
            case Listen.UnixSocket(Path path) -> new EngineAddress.UnixSocket(path);
            case Listen.LoopbackPort(int port) -> new EngineAddress.LoopbackPort(port);
        };
    }
}
