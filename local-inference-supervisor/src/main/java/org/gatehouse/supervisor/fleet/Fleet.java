package org.gatehouse.supervisor.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import org.gatehouse.supervisor.EngineSupervisor;
import org.gatehouse.supervisor.Listen;
import org.gatehouse.supervisor.StateListener;
import org.gatehouse.supervisor.control.EngineControl;
import org.gatehouse.supervisor.fleet.Admission.Refusal;

/**
 * Makes desired deployments true: plans, admits, places, starts, wakes, swaps, replaces and ends engines, on one thread that owns all
 * of it. Engines outlive it. Thread-safe; methods that ask its thread answer within milliseconds and throw
 * {@link IllegalStateException} if it does not within half a minute.
 */
public final class Fleet implements Demand, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Fleet.class.getName());
    private static final int MAILBOX = 256;
    private static final Duration TICK = Duration.ofMillis(100);
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final Duration AFTER_FAULT = Duration.ofSeconds(1);
    private static final long LONGEST_SLEEP_NANOS = 500_000_000;

    private final BlockingQueue<Runnable> mailbox = new ArrayBlockingQueue<>(MAILBOX);
    private final Board board = new Board();
    private final Reconciler reconciler;
    private final FleetSettings settings;
    private final LongSupplier nanoTime;
    private final List<Consumer<FleetEvent>> listeners = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private final AtomicBoolean woken = new AtomicBoolean();
    private volatile boolean closing;

    Fleet(FleetSettings settings, Surroundings outside) {
        this.settings = settings;
        this.nanoTime = outside.nanoTime();
        this.reconciler = new Reconciler(settings, outside, board, this::wake);
        this.thread = Thread.ofVirtual().name("fleet").unstarted(this::live);
    }

    /**
     * Takes the desired state from the book and the engines of an earlier daemon from its journal, and begins.
     *
     * @param settings bounds and places
     * @param supervisor the processes; this fleet owns its instances that are named after deployments, and no others
     * @param control orders to engines
     * @param gpus what GPUs hold
     * @param models where models lie
     * @param history what earlier starts taught; {@link HistoryFile} keeps it
     * @param book where the desired state is kept
     * @param listener told of every event on the fleet's thread, in order; must return within milliseconds
     * @throws IOException if the state directory cannot be used
     */
    public static Fleet open(FleetSettings settings, EngineSupervisor supervisor, EngineControl control, GpuView gpus,
            ModelLibrary models, EngineHistory history, DeploymentBook book, Consumer<FleetEvent> listener)
            throws IOException {
        Files.createDirectories(settings.stateDirectory());
        Fleet fleet = new Fleet(settings,
                new Surroundings(Instances.of(supervisor), control, gpus, models, history, book,
                        Journal.in(settings.stateDirectory().resolve("fleet.json")),
                        job -> Thread.ofVirtual().name("fleet-work").start(job), Clock.systemUTC(), System::nanoTime,
                        new Random()));
        fleet.addListener(listener);
        // An engine's end is seen at once, not at the next tick.
        StateListener stateListener = (_, _) -> fleet.wake();
        supervisor.addListener(stateListener);
        fleet.begin();
        return fleet;
    }

    /** Begins; once. */
    void begin() {
        reconciler.begin();
        thread.start();
    }

    /** What its thread does, for tests that are that thread themselves. */
    Reconciler reconciler() {
        return reconciler;
    }

    /** Tells this listener of every event from now on, on the fleet's thread; it must return within milliseconds. */
    public void addListener(Consumer<FleetEvent> listener) {
        listeners.add(Objects.requireNonNull(listener, "listener"));
    }

    /** Says what would come of a deployment. Nothing changes, nothing is reserved. */
    public PlanAnswer plan(ModelDeployment deployment) {
        return ask(() -> reconciler.plan(deployment));
    }

    /**
     * Says what would come of just these as the desired state, for {@link #desire}: by name an answer for each that is new, other or more
     * than now. Room that others of them give up counts before any memory has come back, and so does room that others of them take;
     * whoever grows into it waits until it is seen. Nothing changes, nothing is reserved.
     */
    public Map<String, PlanAnswer> plan(Collection<ModelDeployment> desired) {
        List<ModelDeployment> copy = List.copyOf(desired);
        return ask(() -> reconciler.plan(copy));
    }

    /** Makes this the desired state, if it is sound and fits; it has been kept when this returns. Applying it again tries failures again. */
    public ApplyOutcome apply(ModelDeployment deployment) {
        return ask(() -> reconciler.apply(deployment));
    }

    /**
     * Makes just these the desired state, whether they fit now or not: what does not fit waits for room. For whoever keeps the desired
     * state elsewhere and has looked at each change with {@link #plan} before. Definitions that are as they were are left alone.
     */
    public void desire(Collection<ModelDeployment> all) {
        List<ModelDeployment> copy = List.copyOf(all);
        ask(() -> {
            reconciler.desire(copy);
            return true;
        });
    }

    /** Lets a deployment go: drained, ended, forgotten. Returns whether there was one; its end takes its time. */
    public boolean remove(String name) {
        return ask(() -> reconciler.remove(name));
    }

    /** Tries again what failed or was rolled back. Returns whether there is such a deployment. */
    public boolean retry(String name) {
        return ask(() -> reconciler.retry(name));
    }

    /** Everything as it was at the last step, at most a tenth of a second ago. Does not ask the fleet's thread. */
    public FleetView view() {
        return reconciler.view();
    }

    /** Calls in flight at an instance, from memory: what a supervisor waits for when it stops one. */
    public int callsInFlight(String instance) {
        return view().deployments().stream().flatMap(deployment -> deployment.replicas().stream())
                .filter(replica -> replica.id().equals(instance)).mapToInt(FleetView.OfReplica::calls).findFirst()
                .orElse(0);
    }

    /** Which deployment needs this model of the store, in words; empty if none does. */
    public Optional<String> userOf(String modelId) {
        return ask(() -> reconciler.userOf(modelId));
    }

    @Override
    public Admission acquire(String publicName, Duration wait) throws InterruptedException {
        long end = nanoTime.getAsLong() + wait.toNanos();
        DemandMeter queued = null;
        try {
            while (true) {
                Board.Route route = board.route(publicName);
                if (closing) {
                    return new Admission.Refused(Refusal.CLOSING, "The box is shutting down; try again in a minute.");
                }
                if (route == null) {
                    return unknown(publicName);
                }
                DemandMeter meter = route.meter();
                meter.touch(nanoTime.getAsLong());
                Replica replica = route.enter();
                if (replica != null) {
                    return new Admission.Ready(lease(route, replica));
                }
                if (queued == null) {
                    if (!meter.beginWaiting(settings.queue())) {
                        return new Admission.Refused(Refusal.QUEUE_FULL,
                                settings.queue() + " callers wait for " + publicName + " already; try again later.");
                    }
                    queued = meter;
                }
                wake();
                long left = end - nanoTime.getAsLong();
                if (left <= 0 || route.otherwise() instanceof Admission.Refused) {
                    return route.otherwise();
                }
                board.await(route, publicName, Math.min(left, LONGEST_SLEEP_NANOS));
            }
        } finally {
            if (queued != null) {
                queued.endWaiting();
            }
        }
    }

    @Override
    public Way way(String publicName) {
        Board.Route route = board.route(publicName);
        if (closing || route == null) {
            return new Way.Closed(closing
                    ? new Admission.Refused(Refusal.CLOSING, "The box is shutting down; try again in a minute.")
                    : unknown(publicName));
        }
        List<Way.Place> places = route.replicas().stream()
                .filter(replica -> replica.gate.isOpen()).<Way.Place>map(replica -> new Standing(route, replica))
                .toList();
        return places.isEmpty() ? new Way.Closed(route.otherwise()) : new Way.Open(places);
    }

    @Override
    public Way.Watch watch(String publicName, Runnable action) {
        Board.Route route = board.route(publicName);
        if (route != null) {
            route.meter().touch(nanoTime.getAsLong());
            boolean _ = route.meter().beginWaiting(Integer.MAX_VALUE);
        }
        AtomicBoolean closed = new AtomicBoolean();
        board.watch(closed, action);
        wake();
        return () -> {
            if (closed.compareAndSet(false, true)) {
                board.forget(closed);
                if (route != null) {
                    route.meter().endWaiting();
                }
            }
        };
    }

    @Override
    public void want(String publicName) {
        Board.Route route = board.route(publicName);
        if (route != null) {
            route.meter().touch(nanoTime.getAsLong());
            wake();
        }
    }

    private static Admission unknown(String publicName) {
        return new Admission.Refused(Refusal.UNKNOWN_MODEL, "There is no local model " + publicName + ".");
    }

    /** A replica as the gateway sees it. */
    private final class Standing implements Way.Place {
        private final Board.Route route;
        private final Replica replica;

        Standing(Board.Route route, Replica replica) {
            this.route = route;
            this.replica = replica;
        }

        @Override
        public String instance() {
            return replica.id;
        }

        @Override
        public long generation() {
            return replica.generation;
        }

        @Override
        public Listen listen() {
            return replica.listen;
        }

        @Override
        public boolean heedsPriority() {
            return replica.engine.capabilities().priorities();
        }

        @Override
        public int sequences() {
            return Math.max(1, replica.adjustments.sequences(replica.plan.batch().sequences()));
        }

        @Override
        public double busyness() {
            return replica.busyness();
        }

        @Override
        public @Nullable Lease enter() {
            if (!replica.gate.enter()) {
                return null;
            }
            route.meter().touch(nanoTime.getAsLong());
            return lease(route, replica);
        }
    }

    private Lease lease(Board.Route route, Replica replica) {
        return new Lease(route.deployment(), replica.id, replica.listen, () -> {
            route.meter().touch(nanoTime.getAsLong());
            replica.gate.leave();
        });
    }

    private void wake() {
        // One is enough for all who call meanwhile; a full mailbox wakes it too.
        if (woken.compareAndSet(false, true)) {
            boolean _ = mailbox.offer(() -> {});
        }
    }

    private <T> T ask(Callable<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        if (closing || !mailbox.offer(() -> {
            try {
                answer.complete(question.call());
            } catch (Exception | Error e) {
                answer.completeExceptionally(e); // Whoever asks waits for it, and the fleet goes on.
            }
        })) {
            throw new IllegalStateException(
                    "The fleet takes no more orders: it is closed or overloaded; try again later");
        }
        try {
            return answer.get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the fleet was asked; an order stands", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("The fleet could not do it: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("The fleet did not answer within " + ANSWER + "; an order stands", e);
        }
    }

    private void live() {
        while (!closing) {
            try {
                Runnable mail = mailbox.poll(TICK.toMillis(), TimeUnit.MILLISECONDS);
                while (mail != null) {
                    mail.run();
                    mail = mailbox.poll();
                }
                woken.set(false);
                reconciler.step();
                tell(reconciler.takeEvents());
            } catch (InterruptedException e) {
                return; // Only close() interrupts.
            } catch (RuntimeException | Error e) {
                LOG.log(System.Logger.Level.ERROR, "The fleet met what it cannot handle; it goes on in a second", e);
                pause();
            }
        }
    }

    private void tell(List<FleetEvent> events) {
        for (FleetEvent event : events) {
            for (Consumer<FleetEvent> listener : listeners) {
                try {
                    listener.accept(event);
                } catch (RuntimeException e) {
                    LOG.log(System.Logger.Level.ERROR, "A listener failed at " + event, e);
                }
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(AFTER_FAULT);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the fleet's thread, within a second. Engines go on; whoever owns the supervisor decides about them. */
    @Override
    public void close() {
        closing = true;
        wake();
        try {
            boolean _ = thread.join(AFTER_FAULT);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
    }
}
