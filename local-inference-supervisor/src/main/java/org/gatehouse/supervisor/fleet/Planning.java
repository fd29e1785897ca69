package org.gatehouse.supervisor.fleet;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

    /** Everything that can be said about a deployment before anything happens, beside all that is wanted now. */
    PlanAnswer answer(ModelDeployment deployment) {
        Map<String, ModelDeployment> all = wanted();
        all.put(deployment.name(), deployment);
        return answer(deployment, all, new Change());
    }

    /**
     * What would come of just these as the desired state: an answer for each that is new, other or more. The final state is judged:
     * room that others of them give up counts, and so does room that others of them take.
     */
    Map<String, PlanAnswer> answers(Collection<ModelDeployment> desired) {
        Map<String, ModelDeployment> all = new LinkedHashMap<>();
        desired.forEach(deployment -> all.put(deployment.name(), deployment));
        Change change = new Change();
        List<ModelDeployment> asking = new ArrayList<>();
        for (DeploymentState state : world.all()) {
            ModelDeployment next = all.get(state.name());
            if (next == null || state.removing) {
                change.gives(state, 0);
            } else if (isLess(state, next)) {
                change.gives(state, next.replicas());
            } else if (!isSame(state, next)) {
                change.gives(state, 0);
            }
        }
        for (ModelDeployment deployment : all.values()) {
            DeploymentState state = world.states.get(deployment.name());
            if (state == null || state.removing || !isLess(state, deployment) && !deployment.equals(state.wanted)) {
                asking.add(deployment);
            }
        }
        // Who may lie on few places only chooses first, then the more important.
        asking.sort(Comparator.comparing((ModelDeployment each) -> each.sizing().gpus().isEmpty())
                .thenComparing(each -> -each.priority()));
        Map<String, PlanAnswer> answers = new LinkedHashMap<>();
        for (ModelDeployment deployment : asking) {
            PlanAnswer answer = answer(deployment, all, change);
            answers.put(deployment.name(), answer);
            if (answer instanceof PlanAnswer.Fits fits) {
                change.takes(deployment, fits.plan());
            }
        }
        return answers;
    }

    private Map<String, ModelDeployment> wanted() {
        Map<String, ModelDeployment> all = new LinkedHashMap<>();
        world.all().stream().filter(state -> !state.removing).forEach(state -> all.put(state.name(), state.wanted));
        return all;
    }

    /** Fewer replicas of what is wanted already. */
    private static boolean isLess(DeploymentState state, ModelDeployment next) {
        return !state.removing && next.replicas() < state.wanted.replicas() && isSame(state, next);
    }

    /** What runs can go on as it is. */
    private static boolean isSame(DeploymentState state, ModelDeployment next) {
        return Fingerprint.of(next).equals(Fingerprint.of(state.wanted));
    }

    /** What the other members of a desired state give up and take. */
    private final class Change {
        /** What each holder will keep, by instance. */
        private final Map<String, Long> kept = new HashMap<>();
        private final Set<String> givers = new LinkedHashSet<>();
        private final Map<String, Long> planned = new HashMap<>();
        private final Map<String, Long> counted = new HashMap<>();

        /** This deployment keeps so many of its replicas as they are. */
        void gives(DeploymentState state, int keeps) {
            List<Replica> going = Settling.inOrderOfLeaving(state.replicas);
            going.stream().limit(Math.max(0, going.size() - keeps)).forEach(replica -> {
                kept.put(replica.id, 0L);
                givers.add(state.name());
            });
        }

        /** This one will lie there. Models on demand take turns: they are in nobody's way before they are called. */
        void takes(ModelDeployment deployment, Plan.Fits fits) {
            if (deployment.mode() instanceof LoadMode.Pinned && deployment.replicas() > 0) {
                DeploymentState state = world.states.get(deployment.name());
                if (state != null && isSame(state, deployment)) {
                    state.replicas.forEach(replica -> counted.put(replica.id, 0L)); // They are in the plan.
                }
                fits.placements().forEach(placement -> placement.gpus()
                        .forEach(gpu -> planned.merge(gpu.id(), placement.reservedBytes(), Long::sum)));
            }
        }
    }

    private PlanAnswer answer(ModelDeployment deployment, Map<String, ModelDeployment> all, Change change) {
        List<DeploymentProblem> problems = new ArrayList<>(
                DeploymentRules.check(deployment, all.values(), world.settings));
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
        if (plan(deployment, model, replicas, places(own, change)) instanceof Plan.Fits fits) {
            // Its own earlier replicas keep serving where both fit, and are replaced one by one where not.
            boolean replaced = !own.isEmpty()
                    && !(plan(deployment, model, 1, places(Map.of(), change)) instanceof Plan.Fits);
            return checked(deployment, model, fits, replaced ? List.of(deployment.name()) : List.of());
        }
        Map<String, Long> kept = new HashMap<>(own);
        Set<String> givingWay = new LinkedHashSet<>(change.givers);
        givingWay.remove(deployment.name());
        kept.putAll(change.kept);
        if (!givingWay.isEmpty() && plan(deployment, model, replicas, places(kept, change)) instanceof Plan.Fits fits) {
            return checked(deployment, model, fits, List.copyOf(givingWay));
        }
        for (DeploymentState other : world.all()) {
            ModelDeployment then = all.getOrDefault(other.name(), other.wanted);
            boolean gives = then.mode() instanceof LoadMode.OnDemand
                    && then.priority() <= deployment.priority() && !other.name().equals(deployment.name());
            if (other.removing || gives) {
                other.replicas.forEach(replica -> kept.put(replica.id, 0L));
                givingWay.add(other.name());
            }
        }
        Plan last = plan(deployment, model, replicas, places(kept, change));
        return switch (last) {
            case Plan.Fits fits -> checked(deployment, model, fits, List.copyOf(givingWay));
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
        reasons.addAll(launching.doubts(
                fits.placements().stream().flatMap(placement -> placement.gpus().stream()).distinct().toList(),
                world.ledger.sights()));
        return new PlanAnswer.Fits(fits, givingWay, reasons);
    }

    private List<String> closedGpus() {
        return world.ledger.sights().stream().map(sight -> sight.capacity())
                .filter(gpu -> !world.ledger.closed(gpu.id()).isEmpty())
                .map(gpu -> gpu.title() + " is left out: " + world.ledger.closed(gpu.id())).toList();
    }

    private List<GpuCapacity> places(Map<String, Long> kept, Change change) {
        Map<String, Long> all = new HashMap<>(kept);
        all.putAll(change.counted);
        return world.ledger.capacities(all, "", change.planned);
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
