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
import java.util.function.Consumer;
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
    /** Counts what may have made room or need. */
    long changes;
    boolean journalStale;

    World(FleetSettings settings, Surroundings outside, Runnable wake) {
        this.settings = settings;
        this.outside = outside;
        this.wake = wake;
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

    /** Does something that blocks elsewhere, and goes on with what it gave, unless the replica has gone on meanwhile. */
    <T> void order(Replica replica, Supplier<T> job, Consumer<T> then) {
        long turn = replica.turn;
        aside(job, result -> {
            if (replica.turn == turn) {
                then.accept(result);
            }
        });
    }

    /** Does something that blocks elsewhere, and goes on with what it gave. */
    <T> void aside(Supplier<T> job, Consumer<T> then) {
        outside.work().execute(() -> {
            T result = job.get();
            answers.add(() -> then.accept(result));
            wake.run();
        });
    }

    void takeAnswers() {
        while (true) {
            Runnable answer = answers.poll();
            if (answer == null) {
                return;
            }
            answer.run();
        }
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
            if (state.removing && state.replicas.isEmpty()) {
                states.remove(state.name());
            }
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
