package org.gatehouse.supervisor;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.gatehouse.supervisor.engines.EngineFailure;

/**
 * Keeps engine processes running as desired: starts or adopts them, waits for them, watches them, starts them again when they crash,
 * and leaves none behind that nobody wants, however it ends itself. All methods are thread-safe; those that wait say how long.
 */
public final class EngineSupervisor implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(EngineSupervisor.class.getName());
    /** For an actor to answer an order; it never blocks for long. */
    private static final Duration ANSWER = Duration.ofSeconds(30);
    /** What an engine may need after SIGKILL, and some. */
    private static final Duration AFTER_GRACE = Duration.ofSeconds(20);

    private final SupervisorSettings settings;
    private final Host host;
    private final FileChannel lockFile;
    private final List<Orphan> orphans;
    private final Candidates candidates;
    private final InstanceLife.Surroundings surroundings;
    private final List<StateListener> listeners = new CopyOnWriteArrayList<>();
    private final Map<String, InstanceActor> actors = new ConcurrentSkipListMap<>();
    private final Object starting = new Object();
    private boolean closed; // Guarded by starting.

    private EngineSupervisor(SupervisorSettings settings, Host host, CallsInFlight calls, FileChannel lockFile,
            EngineLauncher launcher, List<Orphan> orphans, Candidates candidates) {
        this.settings = settings;
        this.host = host;
        this.lockFile = lockFile;
        this.orphans = orphans;
        this.candidates = candidates;
        this.surroundings = new InstanceLife.Surroundings(launcher, candidates, host, settings.survivorGrace(), calls,
                this::announce);
    }

    /**
     * Takes the state directory. Engines of an earlier supervisor that run there and may outlive their daemon are kept for
     * {@link #start} to adopt; every other is ended, which takes the orphan grace and 15 s at most.
     *
     * @throws IOException if a directory cannot be used, or another supervisor holds it
     * @throws InterruptedException if interrupted while orphans are being ended
     */
    public static EngineSupervisor open(SupervisorSettings settings, CallsInFlight calls)
            throws IOException, InterruptedException {
        return open(settings, calls, Host.ofThisMachine());
    }

    static EngineSupervisor open(SupervisorSettings settings, CallsInFlight calls, Host host)
            throws IOException, InterruptedException {
        Thread.ofVirtual().name("signals").start(host.signals()::prepare);
        PrivateFiles.createDirectories(settings.stateDirectory());
        PrivateFiles.createDirectories(settings.logDirectory());
        FileChannel lockFile = lock(settings.stateDirectory());
        boolean opened = false;
        try {
            ManifestStore manifests = new ManifestStore(settings.stateDirectory());
            Backends backends = new Backends(settings, host);
            OrphanSweep sweep = new OrphanSweep(manifests, backends, host);
            Map<Boolean, List<Manifest>> found = manifests.readAll().stream()
                    .collect(Collectors.partitioningBy(sweep::canBeAdopted));
            List<Orphan> orphans = sweep.end(Objects.requireNonNull(found.get(false)), settings.orphanGrace());
            Candidates candidates = new Candidates(Objects.requireNonNull(found.get(true)), sweep,
                    settings.adoptionWindow());
            EngineSupervisor supervisor = new EngineSupervisor(settings, host, calls, lockFile,
                    new EngineLauncher(host, backends, manifests, new HealthProbe()), orphans, candidates);
            opened = true;
            return supervisor;
        } finally {
            if (!opened) {
                lockFile.close();
            }
        }
    }

    /** A second supervisor would take the first one's engines for orphans. The kernel frees the lock with its process. */
    private static FileChannel lock(Path directory) throws IOException {
        FileChannel channel = FileChannel.open(directory.resolve("supervisor.lock"), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        @Nullable
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException _) {
            lock = null; // This very JVM holds it.
        }
        if (lock == null) {
            channel.close();
            throw new IOException("Another supervisor uses the state directory " + directory
                    + "; stop it first or choose another directory");
        }
        return channel;
    }

    /** What an earlier supervisor had left behind and this one has ended: at its opening, and since then for want of a claim. */
    public List<Orphan> orphans() {
        return Stream.concat(orphans.stream(), candidates.ended().stream()).toList();
    }

    /** The ids of engines of an earlier supervisor that run and wait for {@link #start} to adopt them. */
    public Set<String> unclaimed() {
        return candidates.unclaimed();
    }

    /**
     * Ends the engines that wait to be adopted, without waiting for the end of the adoption window: for whoever has asked for all
     * that is wished. Takes the longest grace of them and 15 s at most.
     */
    public void endUnclaimed() throws InterruptedException {
        candidates.endAll();
    }

    /** Tells this listener of every state change from now on; see there what it may do. */
    public void addListener(StateListener listener) {
        listeners.add(Objects.requireNonNull(listener, "listener"));
    }

    /** Tells this listener no more. */
    public void removeListener(StateListener listener) {
        listeners.remove(listener);
    }

    /**
     * Starts a deployment and returns when its process runs; {@link #awaitReady} waits for more. An engine of an earlier daemon that
     * was started for the same deployment (command, variables and address) is adopted instead, one that was started for another is
     * ended first. An instance that failed gets a new budget of restarts. Starting the same deployment again changes nothing.
     */
    public StartOutcome start(Deployment deployment) {
        return started(deployment, null);
    }

    /** The same with somebody who makes the command anew where a failure has a remedy; otherwise only the wait is one. */
    public StartOutcome start(Deployment deployment, CommandMaker maker) {
        return started(deployment, maker);
    }

    /**
     * Adopts the engine of an earlier daemon that was started for this very deployment, and never starts one: whoever wants that looks
     * for a place first. Refused if there is none; one that has just died, or that was started for another, is ended.
     */
    public StartOutcome adopt(Deployment deployment) {
        return unclaimed().contains(deployment.id())
                ? asked(deployment, actor -> actor.adopt(deployment))
                : new StartOutcome.Refused(
                        "No engine of an earlier daemon runs for " + deployment.id() + "; start one");
    }

    private StartOutcome started(Deployment deployment, @Nullable CommandMaker maker) {
        return asked(deployment, actor -> actor.start(deployment, maker));
    }

    private StartOutcome asked(Deployment deployment,
            Function<InstanceActor, CompletableFuture<StartOutcome>> question) {
        synchronized (starting) {
            if (closed) {
                return new StartOutcome.Refused(
                        "The supervisor is closed; open another one to start " + deployment.id());
            }
            String objection = objectionTo(deployment);
            if (objection != null) {
                return new StartOutcome.Refused(objection);
            }
            InstanceActor actor = actors.computeIfAbsent(deployment.id(), _ -> actorFor(deployment));
            return answerOf(question.apply(actor), ANSWER);
        }
    }

    private InstanceActor actorFor(Deployment deployment) {
        return new InstanceActor(deployment, surroundings, new EngineLog(deployment.id(), settings, host.clock()));
    }

    private void announce(Instance now, EngineState before) {
        for (StateListener listener : listeners) {
            try {
                listener.changed(now, before);
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "A listener failed at a state change of instance " + now.id(), e);
            }
        }
    }

    private @Nullable String objectionTo(Deployment deployment) {
        if (deployment.listen() instanceof Listen.UnixSocket socket
                && socket.pathBytes() > Listen.UnixSocket.LONGEST_PATH_BYTES) {
            return "The socket path of " + deployment.id() + " has " + socket.pathBytes() + " bytes and may have "
                    + Listen.UnixSocket.LONGEST_PATH_BYTES + ": " + socket.path() + "; choose a shorter directory";
        }
        if (candidates.isEnding(deployment.id())) {
            return "The engine of " + deployment.id()
                    + " from an earlier daemon is being ended, because nobody asked for it; start it again in a minute";
        }
        String owner = candidates.ownerOf(deployment.listen(), deployment.id());
        if (owner != null) {
            return "At the address " + deployment.listen() + " wanted by " + deployment.id()
                    + " runs the engine of instance " + owner
                    + " from an earlier daemon; start that one, or wait until it is ended for want of a claim";
        }
        for (Orphan orphan : orphans()) {
            if (orphan.id().equals(deployment.id()) && !orphan.ended()) {
                return "An earlier engine of " + deployment.id() + " cannot be ended (processes " + orphan.pids()
                        + "); reset the GPU or reboot the box, then start it again";
            }
        }
        for (Instance other : instances()) {
            if (!other.id().equals(deployment.id()) && !other.state().resting()
                    && other.listen().equals(deployment.listen())) {
                return "The address " + deployment.listen() + " wanted by " + deployment.id() + " belongs to instance "
                        + other.id() + "; give each its own";
            }
        }
        return null;
    }

    /** Stops with the grace of the deployment. See {@link #stop(String, Duration)}. */
    public Optional<Instance> stop(String id) {
        return instance(id).flatMap(instance -> stop(id, instance.deployment().stop().grace()));
    }

    /**
     * Drains the instance, asks it to end and, after the grace, kills it and all that it started. Returns when nothing is left
     * of it: stopped, or failed because even that did not end it. Takes the deployment's drain, the grace and 20 s at
     * most. Empty if there is no such instance.
     *
     * @param grace from SIGTERM to SIGKILL
     */
    public Optional<Instance> stop(String id, Duration grace) {
        InstanceActor actor = actors.get(id);
        if (actor == null) {
            return Optional.empty();
        }
        Duration atMost = actor.snapshot().deployment().stop().drain().plus(grace).plus(AFTER_GRACE);
        return Optional.of(answerOf(actor.stop(grace), atMost));
    }

    /**
     * Forgets an instance that rests, for whoever will not want it again: its thread, its lines in memory and its log files. One that
     * runs, waits to be adopted or cannot be ended is kept. Returns whether nothing of it is left; takes milliseconds.
     */
    public boolean forget(String id) {
        synchronized (starting) {
            if (closed || unclaimed().contains(id) || candidates.isEnding(id)) {
                return false;
            }
            InstanceActor actor = actors.get(id);
            if (actor != null) {
                EngineState state = actor.snapshot().state();
                boolean stuck = state instanceof EngineState.Failed(Cause cause)
                        && cause.failure() == EngineFailure.CANNOT_BE_ENDED;
                if (!state.resting() || stuck) {
                    return false;
                }
                // Nobody can start it meanwhile: that takes the same lock.
                answerOf(actor.quit(false), ANSWER);
                actors.remove(id);
            }
            EngineLog.delete(id, settings);
            return true;
        }
    }

    /** Whether engines that are started are held to their {@link Confinement}. */
    public boolean confines() {
        return settings.backend().usesUnits();
    }

    /** Every instance as it is now, by id. */
    public List<Instance> instances() {
        return actors.values().stream().map(InstanceActor::snapshot).toList();
    }

    /** One instance as it is now; empty if there is no such. */
    public Optional<Instance> instance(String id) {
        return Optional.ofNullable(actors.get(id)).map(InstanceActor::snapshot);
    }

    /**
     * Waits until the instance is ready, or rests (stopped or failed), or the time is over, and returns it as it is then: whoever
     * asks looks at its state. A crash that will be retried is waited through. Empty if there is no such instance.
     */
    public Optional<Instance> awaitReady(String id, Duration atMost) throws InterruptedException {
        InstanceActor actor = actors.get(id);
        return actor == null ? Optional.empty() : Optional.of(actor.awaitReady(atMost));
    }

    /** The newest lines of the instance's output, oldest first, at most so many; none if there is no such instance. */
    public List<LogLine> log(String id, int atMost) {
        InstanceActor actor = actors.get(id);
        return actor == null ? List.of() : actor.log().last(atMost);
    }

    private static <T> T answerOf(CompletableFuture<T> answer, Duration atMost) {
        try {
            return answer.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for an instance; the order stands", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("an instance did not answer within " + atMost + "; the order stands", e);
        }
    }

    /**
     * Gives the state directory back. Engines that end with the daemon are drained and stopped, side by side; those that outlive it
     * go on, for the next supervisor to adopt. Takes the longest drain and grace of all instances and 20 s at most. A second call
     * does nothing.
     */
    @Override
    public void close() {
        close(false);
    }

    /** The same, but nothing goes on: for whoever will not come back. */
    public void stopEverything() {
        close(true);
    }

    private void close(boolean everything) {
        synchronized (starting) {
            if (closed) {
                return;
            }
            closed = true;
        }
        candidates.close();
        Duration longest = AFTER_GRACE;
        List<CompletableFuture<?>> ends = new ArrayList<>();
        for (InstanceActor actor : actors.values()) {
            Deployment deployment = actor.snapshot().deployment();
            Duration needed = deployment.stop().drain().plus(deployment.stop().grace()).plus(AFTER_GRACE);
            longest = longest.compareTo(needed) < 0 ? needed : longest;
            boolean goesOn = !everything && deployment.lifetime() == Lifetime.OUTLIVES_DAEMON;
            if (!goesOn && !actor.snapshot().state().resting()) {
                ends.add(actor.stop(deployment.stop().grace()));
            }
            ends.add(actor.quit(goesOn));
        }
        try {
            if (everything) {
                candidates.endAll();
            }
            CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new)).get(longest.toMillis(),
                    TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.log(System.Logger.Level.WARNING, "Closing was interrupted; what still runs is met at the next start");
        } catch (ExecutionException | TimeoutException e) {
            LOG.log(System.Logger.Level.ERROR,
                    "Not every engine could be stopped; what still runs is met at the next start", e);
        }
        try {
            lockFile.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "The lock of " + settings.stateDirectory() + " cannot be released", e);
        }
    }
}
