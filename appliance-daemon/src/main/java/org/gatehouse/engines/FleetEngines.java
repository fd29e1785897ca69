package org.gatehouse.engines;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.gatehouse.compute.Gpus;
import org.gatehouse.governance.AdminTrail;
import org.gatehouse.governance.DeploymentDraft;
import org.gatehouse.supervisor.EngineSupervisor;
import org.gatehouse.supervisor.LogLine;
import org.gatehouse.supervisor.Orphan;
import org.gatehouse.supervisor.control.HttpEngineControl;
import org.gatehouse.supervisor.fleet.DeploymentBook;
import org.gatehouse.supervisor.fleet.Fleet;
import org.gatehouse.supervisor.fleet.FleetView;
import org.gatehouse.supervisor.fleet.HistoryFile;
import org.gatehouse.supervisor.fleet.ModelDeployment;
import org.gatehouse.supervisor.fleet.ModelLibrary;
import org.gatehouse.supervisor.fleet.PlanAnswer;

/** The engines of this box under the fleet: follows the governed deployments. Thread-safe. */
public final class FleetEngines implements Engines {
    private static final System.Logger LOG = System.getLogger(FleetEngines.class.getName());

    /** What was made before the engines, for those who had to know of them earlier. */
    public record Early(PlanCheck check, GatewayDoor door, EngineOwners owners) {
        /** Each of them new. */
        public Early() {
            this(new PlanCheck(), new GatewayDoor(), new EngineOwners());
        }
    }

    private final EnginePlan plan;
    private final Early early;
    private final EngineSupervisor supervisor;
    private final Fleet fleet;
    private final EngineKeeper keeper;

    private FleetEngines(EnginePlan plan, Early early, EngineSupervisor supervisor, Fleet fleet,
            EngineKeeper keeper) {
        this.plan = plan;
        this.early = early;
        this.supervisor = supervisor;
        this.fleet = fleet;
        this.keeper = keeper;
    }

    /**
     * Takes engines of an earlier daemon over and begins to make the deployments true.
     *
     * @param plan how
     * @param early who had to be there earlier, and is told now
     * @param deployments what is wanted at first; {@link #follow} tells of changes
     * @param gpus where
     * @param models where models lie
     * @param trail where events are recorded
     * @throws IOException if a directory cannot be used, or another daemon uses it
     */
    public static FleetEngines open(EnginePlan plan, Early early, Collection<DeploymentDraft> deployments, Gpus gpus,
            ModelLibrary models, AdminTrail trail, Clock clock, LongSupplier nanoTime, Supplier<UUID> ids)
            throws IOException {
        AtomicReference<@Nullable Fleet> begun = new AtomicReference<>();
        EngineSupervisor supervisor = supervisor(plan, id -> {
            Fleet known = begun.get();
            return known == null ? 0 : known.callsInFlight(id);
        });
        EngineKeeper keeper = new EngineKeeper(trail, clock, ids);
        boolean opened = false;
        try {
            early.owners().follow(List::of, () -> roots(supervisor));
            Files.createDirectories(plan.fleet().stateDirectory());
            Fleet fleet = Fleet.open(plan.fleet(), supervisor,
                    new HttpEngineControl(HttpEngineControl.Deadlines.USUAL, nanoTime),
                    new MonitoredGpus(gpus::local, gpus::recent, early.owners()::isOurs, clock), models,
                    new HistoryFile(plan.fleet().stateDirectory().resolve("history.json")),
                    new Governed(wanted(deployments)), keeper::tell);
            begun.set(fleet);
            FleetEngines engines = new FleetEngines(plan, early, supervisor, fleet, keeper);
            early.check().ask(engines::plan);
            early.owners().follow(() -> fleet.view().deployments(), () -> roots(supervisor));
            engines.show(deployments);
            supervisor.orphans().forEach(FleetEngines::report);
            opened = true;
            return engines;
        } finally {
            if (!opened) {
                keeper.close();
                supervisor.close();
            }
        }
    }

    private static EngineSupervisor supervisor(EnginePlan plan, org.gatehouse.supervisor.CallsInFlight calls)
            throws IOException {
        try {
            return EngineSupervisor.open(plan.processes(), calls);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException("interrupted while engines were looked for", e));
        }
    }

    private static void report(Orphan orphan) {
        LOG.log(orphan.ended() ? System.Logger.Level.INFO : System.Logger.Level.ERROR, "{0}",
                "An earlier daemon had left the engine " + orphan.id() + " behind; it "
                        + (orphan.ended() ? "was ended." : "cannot be ended. Reset its GPU or reboot the box."));
    }

    /** The engines' first processes, with the deployments that they are of. */
    private static Map<Long, String> roots(EngineSupervisor supervisor) {
        Map<Long, String> roots = new HashMap<>();
        supervisor.instances().forEach(instance -> instance.processId().ifPresent(
                pid -> roots.put(pid, instance.id().substring(0, instance.id().lastIndexOf('-')))));
        return roots;
    }

    /** What is kept is governance's: the fleet only learns what it is at the start. */
    private record Governed(List<ModelDeployment> all) implements DeploymentBook {
        @Override
        public void put(ModelDeployment deployment) {
            throw new IllegalStateException("deployments are changed through governance");
        }

        @Override
        public void remove(String name) {
            throw new IllegalStateException("deployments are changed through governance");
        }
    }

    private static List<ModelDeployment> wanted(Collection<DeploymentDraft> deployments) {
        List<ModelDeployment> wanted = new ArrayList<>();
        for (DeploymentDraft draft : deployments) {
            try {
                wanted.add(DeploymentForms.of(draft));
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "The deployment " + draft.name()
                        + " is stored in a form that cannot be used; write it anew", e);
            }
        }
        return wanted;
    }

    /** From now on these are wanted. Returns when the fleet knows, within milliseconds. */
    public void follow(Collection<DeploymentDraft> deployments) {
        List<ModelDeployment> wanted = wanted(deployments);
        fleet.desire(wanted);
        show(deployments);
    }

    private void show(Collection<DeploymentDraft> deployments) {
        Map<String, GatewayDoor.Deployed> shown = new HashMap<>();
        deployments.forEach(draft -> shown.put(draft.name(),
                new GatewayDoor.Deployed(draft.publicName(), draft.queue())));
        early.door().follow(fleet, shown);
    }

    /** Which deployment needs this model of the store, in words; empty if none does. */
    public Optional<String> userOf(String modelId) {
        return fleet.userOf(modelId);
    }

    @Override
    public PlanAnswer plan(DeploymentDraft draft) {
        return DeploymentForms.inWordsOfTheForm(fleet.plan(DeploymentForms.of(draft)));
    }

    /** What would come of just these: an answer, by name, for each that is new or other than what is wanted now. */
    private Map<String, PlanAnswer> plan(Collection<DeploymentDraft> all) {
        Map<String, PlanAnswer> answers = new HashMap<>();
        fleet.plan(wanted(all)).forEach((name, answer) -> answers.put(name, DeploymentForms.inWordsOfTheForm(answer)));
        return answers;
    }

    @Override
    public FleetView view() {
        return fleet.view();
    }

    @Override
    public boolean retry(String deployment) {
        return fleet.retry(deployment);
    }

    @Override
    public List<LogLine> log(String instance, int atMost) {
        return supervisor.log(instance, atMost);
    }

    @Override
    public List<Long> pids() {
        return supervisor.instances().stream().flatMap(instance -> instance.processId().stream().boxed()).toList();
    }

    @Override
    public List<Long> pids(String deployment) {
        Set<String> replicas = view().deployments().stream().filter(each -> each.wanted().name().equals(deployment))
                .flatMap(each -> each.replicas().stream()).map(FleetView.OfReplica::id).collect(Collectors.toSet());
        return supervisor.instances().stream().filter(instance -> replicas.contains(instance.id()))
                .flatMap(instance -> instance.processId().stream().boxed()).toList();
    }

    /** Ends the engines that end with the daemon, after their calls; others go on for the next daemon. */
    @Override
    public void close() {
        fleet.close();
        if (plan.endWithDaemon()) {
            supervisor.stopEverything();
        } else {
            List<String> left = supervisor.instances().stream().filter(instance -> instance.processId().isPresent())
                    .map(instance -> instance.id()).toList();
            supervisor.close();
            if (!left.isEmpty()) {
                LOG.log(System.Logger.Level.INFO, "{0}",
                        "These engines go on, for the next start of the daemon to take over: " + left);
            }
        }
        keeper.close();
    }
}
