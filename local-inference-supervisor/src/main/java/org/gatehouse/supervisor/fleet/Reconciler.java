package org.gatehouse.supervisor.fleet;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.gatehouse.supervisor.fleet.FleetEvent.Kind;
import org.gatehouse.supervisor.fleet.Replica.Next;

/** All that the fleet's thread does, one step at a time. Used by that one thread; never blocks. */
final class Reconciler {
    final World world;
    private final Launching launching;
    private final Planning planning;
    private final Lifecycle lifecycle;
    private final Settling settling;
    private final Remains remains;
    private final Portrait portrait;
    private final Board board;
    private volatile FleetView view;

    Reconciler(FleetSettings settings, Surroundings outside, Board board, Runnable wake) {
        this.world = new World(settings, outside, wake);
        this.board = board;
        this.launching = new Launching(settings, outside);
        this.planning = new Planning(world, launching);
        this.lifecycle = new Lifecycle(world, launching);
        Eviction eviction = new Eviction(world, lifecycle);
        this.remains = new Remains(settings, outside.instances());
        this.settling = new Settling(world, planning, launching, lifecycle, eviction, remains);
        this.portrait = new Portrait(world, eviction);
        this.view = portrait.view();
    }

    /** Takes the desired state from the book, and the engines of an earlier daemon. */
    void begin() {
        world.outside.book().all()
                .forEach(deployment -> world.states.put(deployment.name(), new DeploymentState(deployment)));
        world.lookAtGpus();
        for (Journal.Entry entry : world.outside.journal().read()) {
            DeploymentState state = world.states.get(entry.deployment());
            if (state != null && world.outside.instances().runs(entry.id())) {
                world.faults.within("the adoption of " + entry.id(), () -> inherit(state, entry));
            }
        }
        world.faults.within("what removed deployments left", () -> remains.clearAllBut(world.states.keySet()));
        // Not in the journal, or nobody's wish any more: nobody knows what it was promised.
        world.aside(() -> {
            world.outside.instances().endUnclaimed();
            return true;
        }, _ -> false, _ -> world.changes++);
        show(); // Whoever calls before the first step must not hear that a model is unknown.
    }

    /** Takes an engine of an earlier daemon over, with all that was promised to it. */
    private void inherit(DeploymentState state, Journal.Entry entry) {
        EngineProgram program = world.settings.programs().stream()
                .filter(each -> each.name().equals(entry.program())).findFirst()
                .orElseGet(() -> EngineProgram.inPath(state.wanted.engine().kind()));
        Replica replica = new Replica(entry.id(), entry.slot(), state.wanted, entry.fingerprint(), program,
                Path.of(entry.model()), entry.key(), entry.plan(), entry.placement(), entry.listen(),
                world.outside.clock().instant());
        if (!(launching.adopt(state.wanted, replica, entry.command()) instanceof Launching.Started.Running started)) {
            return; // Dead or another one by now: it is being ended, and a place is looked for anew.
        }
        replica.generation = started.generation();
        replica.command = started.command();
        replica.startedNanos = world.now();
        replica.inherited = true;
        replica.inheritedSleep = entry.sleepLevel();
        state.replicas.add(replica);
        state.lastKey = entry.key();
        state.lastWeightBytes = replica.weightBytes();
        world.ledger.inherit(replica.id, replica.memory());
        world.event(Kind.ADOPTED, replica, "it was started by an earlier daemon");
        if (entry.fingerprint().equals(Fingerprint.of(state.wanted))) {
            state.proven = state.wanted;
        }
        world.ledger.beginLoading(replica.id, replica.gpus());
        world.become(replica, ReplicaPhase.LOADING);
    }

    /** Looks at everything once and does what can be done now. */
    void step() {
        world.takeAnswers();
        world.lookAtGpus();
        for (String gpu : world.ledger.endQuarantines()) {
            world.event(Kind.GPU_RELEASED, "", "", gpu, "its memory came back");
            world.changes++;
        }
        for (DeploymentState state : List.copyOf(world.all())) {
            for (Replica replica : List.copyOf(state.replicas)) {
                world.faults.within(replica.id, () -> lifecycle.advance(state, replica));
            }
        }
        settling.settle();
        world.keepJournal();
        show();
    }

    private void show() {
        board.show(portrait.routes());
        view = portrait.view();
    }

    /** Everything as it was after the last step. From any thread. */
    FleetView view() {
        return view;
    }

    List<FleetEvent> takeEvents() {
        return world.takeEvents();
    }

    PlanAnswer plan(ModelDeployment deployment) {
        world.lookAtGpus();
        return planning.answer(deployment);
    }

    Map<String, PlanAnswer> plan(Collection<ModelDeployment> desired) {
        world.lookAtGpus();
        return planning.answers(desired);
    }

    ApplyOutcome apply(ModelDeployment deployment) {
        PlanAnswer answer = plan(deployment);
        DeploymentState before = world.states.get(deployment.name());
        // What runs already need not fit again.
        boolean runs = before != null && deployment.replicas() <= before.wanted.replicas()
                && Fingerprint.of(before.wanted).equals(Fingerprint.of(deployment));
        boolean accepted = switch (answer) {
            case PlanAnswer.Fits _ -> true;
            case PlanAnswer.DoesNotFit _ -> runs || deployment.replicas() == 0;
            case PlanAnswer.Invalid _ -> false;
        };
        if (!accepted) {
            return new ApplyOutcome.Refused(answer);
        }
        world.outside.book().put(deployment);
        want(deployment);
        show(); // Whoever asked sees it at once.
        return new ApplyOutcome.Applied(answer);
    }

    private void want(ModelDeployment deployment) {
        DeploymentState state = world.states.computeIfAbsent(deployment.name(), _ -> new DeploymentState(deployment));
        state.wanted = deployment;
        state.removing = false;
        freshStart(state);
        world.event(Kind.APPLIED, deployment.name(), "", "",
                deployment.replicas() + " replicas of " + deployment.model() + " as " + deployment.publicName());
    }

    /** Makes just these the desired state. */
    void desire(List<ModelDeployment> all) {
        Set<String> names = new HashSet<>();
        for (ModelDeployment deployment : all) {
            names.add(deployment.name());
            DeploymentState state = world.states.get(deployment.name());
            if (state == null || state.removing || !state.wanted.equals(deployment)) {
                want(deployment);
            }
        }
        List.copyOf(world.all()).stream().filter(state -> !names.contains(state.name()) && !state.removing)
                .forEach(this::letGo);
        show();
    }

    private void letGo(DeploymentState state) {
        state.removing = true;
        world.changes++;
        world.event(Kind.REMOVED, state.name(), "", "", "the deployment was removed");
    }

    private void freshStart(DeploymentState state) {
        state.rejected = "";
        state.rejection = "";
        state.budgets.clear();
        state.waitingFor = "";
        state.attemptedAtChange = -1;
        state.replicas.stream().filter(replica -> replica.phase == ReplicaPhase.FAILED).toList()
                .forEach(replica -> lifecycle.retire(replica, "tried again", Next.GONE));
        world.changes++;
    }

    boolean remove(String name) {
        DeploymentState state = world.states.get(name);
        if (state == null || state.removing) {
            return false;
        }
        world.outside.book().remove(name);
        letGo(state);
        show();
        return true;
    }

    boolean retry(String name) {
        DeploymentState state = world.states.get(name);
        if (state == null) {
            return false;
        }
        freshStart(state);
        show();
        return true;
    }

    /** Which deployment needs this model of the store. */
    Optional<String> userOf(String idOrName) {
        List<String> users = new ArrayList<>();
        for (DeploymentState state : world.all()) {
            for (ModelDeployment each : new ModelDeployment[]{state.wanted, state.target()}) {
                if (each.model() instanceof ModelChoice.Stored(String wanted)
                        && (wanted.equals(idOrName) || idOrName.startsWith(wanted.replace("/", "--") + "@"))) {
                    users.add("deployment " + state.name());
                }
            }
        }
        return users.stream().findFirst();
    }
}
