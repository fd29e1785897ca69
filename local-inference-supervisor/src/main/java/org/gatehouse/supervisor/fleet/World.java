package org.gatehouse.supervisor.fleet;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import org.gatehouse.supervisor.fleet.FleetEvent.Kind;

/** What the fleet's thread owns, and how its parts change it. */
final class World {
    private static final System.Logger LOG = System.getLogger(World.class.getName());
    private static final int MOST_EVENTS = 10_000;

    final FleetSettings settings;
    final Surroundings outside;
    final GpuLedger ledger;
    final Map<String, DeploymentState> states = new TreeMap<>();
    /**
     * Answers of work that was handed out. Each replica has at most three orders under way, so it is bounded by their number;
     * an answer must never be lost.
     */
    private final Queue<Runnable> answers = new ConcurrentLinkedQueue<>();
    private final List<FleetEvent> events = new ArrayList<>();
    private final Runnable wake;
    final Faults faults;
    private BiConsumer<Replica, RuntimeException> faulted = (_, _) -> {};
    /** Counts what may have made room or need. */
    long changes;
    boolean journalStale;

    World(FleetSettings settings, Surroundings outside, Runnable wake) {
        this.settings = settings;
        this.outside = outside;
        this.wake = wake;
        this.faults = new Faults(outside.nanoTime());
        this.ledger = new GpuLedger(settings.slackBytes());
    }

    long now() {
        return outside.nanoTime().getAsLong();
    }

    /** Whether so much has passed since this time. */
    boolean passed(long since, Duration duration) {
        return now() - since >= duration.toNanos();
    }

    Collection<DeploymentState> all() {
        return states.values();
    }

    List<Replica> replicas() {
        return states.values().stream().flatMap(state -> state.replicas.stream()).toList();
    }

    DeploymentState owner(Replica replica) {
        return Objects.requireNonNull(states.get(replica.spec.name()), "a replica has a deployment");
    }

    void become(Replica replica, ReplicaPhase phase) {
        if (phase != ReplicaPhase.READY) {
            replica.gate.close();
        }
        replica.phase = phase;
        replica.since = outside.clock().instant();
        replica.sinceNanos = now();
        replica.turn++;
        ledger.taken(replica.id, phase != ReplicaPhase.PLACED && phase != ReplicaPhase.BACKING_OFF);
        replica.ordered = false;
        replica.stage = "";
        changes++;
        journalStale = true;
    }

    /** What is done with a replica when going on with an answer failed; set once, before the first order. */
    void onFault(BiConsumer<Replica, RuntimeException> handler) {
        this.faulted = handler;
    }

    /**
     * Does something that blocks elsewhere, and goes on with what it gave, unless the replica has gone on meanwhile.
     *
     * @param ifItFails what a job that throws gave
     */
    <T> void order(Replica replica, Supplier<T> job, Function<RuntimeException, T> ifItFails, Consumer<T> then) {
        long turn = replica.turn;
        aside(job, ifItFails, result -> {
            if (replica.turn != turn) {
                return;
            }
            try {
                then.accept(result);
            } catch (RuntimeException e) {
                // Nobody else would ever go on with it.
                faults.report("going on with " + replica, e);
                faulted.accept(replica, e);
            }
        });
    }

    /** Does something that blocks elsewhere, and goes on with what it gave, or with this if it throws: each job has an answer. */
    <T> void aside(Supplier<T> job, Function<RuntimeException, T> ifItFails, Consumer<T> then) {
        outside.work().execute(() -> {
            T result;
            try {
                result = job.get();
            } catch (RuntimeException e) {
                faults.report("work that was handed out", e);
                result = ifItFails.apply(e);
            }
            T given = result;
            answers.add(() -> then.accept(given));
            wake.run();
        });
    }

    void takeAnswers() {
        while (true) {
            Runnable answer = answers.poll();
            if (answer == null) {
                return;
            }
            faults.within("an answer", answer);
        }
    }

    /** Asks what the GPUs hold. A monitor that fails leaves what it said last: engines must be watched all the same. */
    void lookAtGpus() {
        faults.within("the GPUs' monitor", () -> ledger.refresh(outside.gpus().gpus()));
    }

    void event(Kind kind, Replica replica, String reason) {
        event(kind, replica.spec.name(), replica.id, "", reason);
    }

    void event(Kind kind, String deployment, String instance, String gpu, String reason) {
        LOG.log(System.Logger.Level.DEBUG, () -> kind + " " + deployment + " " + instance + " " + gpu + ": " + reason);
        if (events.size() < MOST_EVENTS) {
            events.add(new FleetEvent(outside.clock().instant(), kind, deployment, instance, gpu, reason));
        }
    }

    List<FleetEvent> takeEvents() {
        List<FleetEvent> taken = List.copyOf(events);
        events.clear();
        return taken;
    }

    /** Gives everything of this replica back, and forgets it. */
    void forget(Replica replica) {
        ledger.release(replica.id);
        DeploymentState state = states.get(replica.spec.name());
        if (state != null) {
            state.replicas.remove(replica);
        }
        changes++;
        journalStale = true;
    }

    void keepJournal() {
        if (journalStale) {
            journalStale = false;
            List<Journal.Entry> entries = new ArrayList<>();
            for (Replica replica : replicas()) {
                if (replica.command != null) {
                    entries.add(Journal.Entry.of(replica, replica.command));
                }
            }
            outside.journal().write(entries);
        }
    }
}
