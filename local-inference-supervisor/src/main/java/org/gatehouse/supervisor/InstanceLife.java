package org.gatehouse.supervisor;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import org.gatehouse.supervisor.EngineState.Adopting;
import org.gatehouse.supervisor.EngineState.Backoff;
import org.gatehouse.supervisor.EngineState.Crashed;
import org.gatehouse.supervisor.EngineState.Defined;
import org.gatehouse.supervisor.EngineState.Degraded;
import org.gatehouse.supervisor.EngineState.Draining;
import org.gatehouse.supervisor.EngineState.Failed;
import org.gatehouse.supervisor.EngineState.Loading;
import org.gatehouse.supervisor.EngineState.Probing;
import org.gatehouse.supervisor.EngineState.Ready;
import org.gatehouse.supervisor.EngineState.Spawned;
import org.gatehouse.supervisor.EngineState.Stopped;
import org.gatehouse.supervisor.EngineState.Stopping;
import org.gatehouse.supervisor.engines.EngineFailure;

/**
 * The states of one instance and what leads from one to the next. Owned by its actor's thread: every decision rests on a state that
 * nobody else changes, and on the clock. Nothing in here blocks for longer than a file write, or than the service manager's programs
 * where those run the engines.
 */
final class InstanceLife {
    private static final System.Logger LOG = System.getLogger(InstanceLife.class.getName());

    /** What a supervisor gives to each of its instances. */
    record Surroundings(EngineLauncher launcher, Candidates candidates, Host host, Duration survivorGrace,
            CallsInFlight calls, StateListener listener) {}

    private final Surroundings surroundings;
    private final Host host;
    private final EngineLog log;
    private final StateBoard board;
    private final Runnable wake;
    private final List<CompletableFuture<Instance>> stopWaiters = new ArrayList<>();

    private Deployment deployment;
    private EngineState state = new Defined();
    private EngineCommand command;
    private Recovery recovery;
    private long generation;
    private int restarts;
    private boolean stopWanted;
    /** An engine of another command is being ended to make room. */
    private boolean startsAfterwards;
    private @Nullable EngineRun run;
    private @Nullable ReadyWatch watch;
    private @Nullable Ending ending;
    /** Deadline of the drain, of the back-off; in nanoTime. */
    private long waitUntil;
    private Duration stopGrace = Duration.ZERO;

    /** {@code wake} is called from any thread when a step may be due. */
    InstanceLife(Deployment deployment, Surroundings surroundings, EngineLog log, Runnable wake) {
        this.deployment = deployment;
        this.command = deployment.command();
        this.surroundings = surroundings;
        this.host = surroundings.host();
        this.log = log;
        this.wake = wake;
        this.recovery = new Recovery(deployment, null, host.nanoTime(), host.random());
        this.board = new StateBoard(new Instance(deployment, state, host.clock().instant(), 0, 0, null, null),
                surroundings.listener());
    }

    /** Where it shows how it stands; for any thread. */
    StateBoard board() {
        return board;
    }

    boolean resting() {
        return state.resting();
    }

    /** Whether the next daemon can do with the instance as it is; what is being ended or cleared away is not left halfway. */
    boolean canBeLeft() {
        return switch (state) {
            case Adopting _,Spawned _,Loading _,Probing _,Ready _,Degraded _,Backoff _ -> true;
            case Defined _,Stopped _,Failed _,Draining _,Stopping _,Crashed _ -> false;
        };
    }

    /** How soon a step is due even if nothing is heard. */
    long tickMillis() {
        return switch (state) {
            case Defined _,Stopped _,Failed _ -> 1000;
            case Ready _,Degraded _,Backoff _ -> 250;
            case Adopting _,Spawned _,Loading _,Probing _,Draining _ -> 100;
            case Stopping _,Crashed _ -> 50;
        };
    }

    /** Starts or adopts what is wanted, if it rests. */
    StartOutcome started(Deployment wanted, @Nullable CommandMaker maker) {
        StartOutcome.@Nullable Refused objection = objectionTo(wanted);
        if (objection != null) {
            return objection;
        }
        if (!state.resting()) {
            return new StartOutcome.Accepted(board.now());
        }
        wish(wanted, maker);
        Manifest left = surroundings.candidates().take(deployment.id());
        if (left == null) {
            launch();
        } else if (!takenOver(left)) {
            startsAfterwards = true;
            askToEnd(left.grace());
        }
        return new StartOutcome.Accepted(board.now());
    }

    /** Adopts an engine of an earlier daemon that is just what is wanted. Any other one is ended, and none is started. */
    StartOutcome adopted(Deployment wanted) {
        StartOutcome.@Nullable Refused objection = objectionTo(wanted);
        if (objection != null) {
            return objection;
        }
        Manifest left = state.resting() ? surroundings.candidates().take(deployment.id()) : null;
        if (left == null) {
            return new StartOutcome.Refused("No engine of an earlier daemon runs for " + deployment.id()
                    + "; start one");
        }
        wish(wanted, null);
        if (takenOver(left)) {
            return new StartOutcome.Accepted(board.now());
        }
        askToEnd(left.grace());
        return new StartOutcome.Refused("The engine of an earlier daemon for " + deployment.id()
                + " has ended or was started otherwise; what is left of it is being ended: start one then");
    }

    private StartOutcome.@Nullable Refused objectionTo(Deployment wanted) {
        if (!state.resting()) {
            return wanted.equals(deployment) && !stopWanted
                    ? null
                    : new StartOutcome.Refused("Instance " + deployment.id() + (stopWanted
                            ? " is being stopped"
                            : " runs with another definition") + "; start it when it has stopped");
        }
        return ending == null || ending.survivors().isEmpty()
                ? null
                : new StartOutcome.Refused("Instance " + deployment.id() + " still has processes " + ending.survivors()
                        + " that cannot be ended; reset the GPU or reboot the box, then start it again");
    }

    private void wish(Deployment wanted, @Nullable CommandMaker maker) {
        deployment = wanted;
        command = wanted.command();
        recovery = new Recovery(wanted, maker, host.nanoTime(), host.random());
        restarts = 0;
        stopWanted = false;
        startsAfterwards = false;
    }

    /** An engine of an earlier daemon was found: whether it runs, is what is wished and was adopted. */
    private boolean takenOver(Manifest left) {
        EngineRun found = surroundings.launcher().takeOver(deployment, left, log);
        generation = left.generation();
        ending = null;
        run = found;
        if (left.isOf(deployment) && found.isAlive()) {
            become(new Adopting());
            return true;
        }
        return false;
    }

    private void launch() {
        generation++;
        ending = null;
        run = null;
        switch (surroundings.launcher().launch(deployment, command, generation, log)) {
            case EngineLauncher.Launch.Launched(EngineRun launched) -> {
                run = launched;
                // The process's end wakes the actor at once, long before a log or a health check would show it.
                launched.process().onExit(wake);
                become(new Spawned());
            }
            case EngineLauncher.Launch.NotLaunched(Cause cause) -> {
                report(cause);
                become(new Crashed(cause));
                afterCrash(cause, Duration.ZERO);
            }
        }
    }

    /** Stops it; the answer comes when it rests. */
    void stop(Duration grace, CompletableFuture<Instance> done) {
        stopWaiters.add(done);
        stopping(grace);
    }

    /** Lets go of a running engine: the next daemon shall know all who belong to it. */
    void leave() {
        if (run != null) {
            run.family().look();
            run.record();
        }
    }

    private void stopping(Duration grace) {
        stopWanted = true;
        switch (state) {
            case Defined _,Stopped _,Failed _,Backoff _ -> become(new Stopped());
            case Adopting _,Spawned _,Loading _,Probing _ -> askToEnd(grace);
            case Ready _,Degraded _ -> {
                stopGrace = grace;
                waitUntil = host.nanoTime().getAsLong() + deployment.stop().drain().toNanos();
                become(new Draining());
            }
            case Draining _ -> stopGrace = grace.compareTo(stopGrace) < 0 ? grace : stopGrace;
            case Stopping _,Crashed _ -> Objects.requireNonNull(ending).within(grace);
        }
    }

    private void askToEnd(Duration grace) {
        ending = running().ending(grace);
        become(new Stopping());
    }

    /** Looks what has happened and does what is due. */
    void step() {
        switch (state) {
            case Defined _,Stopped _,Failed _ -> {
                // Only an order leads on from here.
            }
            case Backoff _ -> {
                if (host.nanoTime().getAsLong() - waitUntil >= 0) {
                    restarts++;
                    launch();
                }
            }
            case Adopting _,Spawned _,Loading _,Probing _ -> stepWhileStarting(running());
            case Ready _,Degraded _ -> stepWhileReady(running());
            case Draining _ -> {
                running().readLog();
                boolean drained = surroundings.calls().at(deployment.id()) <= 0
                        || host.nanoTime().getAsLong() - waitUntil >= 0;
                if (drained || !running().isAlive()) {
                    askToEnd(stopGrace);
                }
            }
            case Stopping _ -> stepWhileEnding(null);
            case Crashed(Cause cause) -> stepWhileEnding(cause);
        }
    }

    private void stepWhileStarting(EngineRun current) {
        boolean further = current.readLog();
        if (!current.isAlive()) {
            crashed(current.causeOfEnd());
            return;
        }
        Cause stall = current.stalled();
        if (stall != null) {
            crashed(stall);
            return;
        }
        current.lookForChildren();
        switch (current.askWhileStarting(wake)) {
            case LOADING -> {
                if (further) {
                    become(new Loading(current.progress()));
                }
            }
            case PROBING -> {
                if (!(state instanceof Probing)) {
                    become(new Probing());
                }
            }
            case PASSED -> {
                watch = current.becameReady(wake);
                become(new Ready());
            }
        }
    }

    private void stepWhileReady(EngineRun current) {
        current.readLog();
        if (!current.isAlive()) {
            crashed(current.causeOfEnd());
            return;
        }
        current.lookForChildren();
        switch (Objects.requireNonNull(watch).look()) {
            case ReadyWatch.Finding.Well _ -> {
                if (state instanceof Degraded) {
                    become(new Ready());
                }
            }
            case ReadyWatch.Finding.Poor(String why) -> {
                if (!state.equals(new Degraded(why))) {
                    become(new Degraded(why));
                }
            }
            case ReadyWatch.Finding.Gone(Cause cause) -> {
                crashed(cause);
                return;
            }
        }
        if (watch.load() != board.now().load()) {
            board.refresh(instance(board.now().since()));
        }
    }

    private void crashed(Cause cause) {
        report(cause);
        ending = running().ending(surroundings.survivorGrace());
        become(new Crashed(cause));
    }

    private void report(Cause cause) {
        LOG.log(System.Logger.Level.WARNING,
                "Instance " + deployment.id() + " crashed: " + cause.failure() + " (" + cause.evidence()
                        + "). " + cause.advice());
    }

    private void stepWhileEnding(@Nullable Cause crash) {
        EngineRun current = running();
        current.readLog();
        Ending under = Objects.requireNonNull(ending);
        switch (under.step()) {
            case GOING_ON -> {
                // Again at the next tick.
            }
            case STUCK -> become(new Failed(Cause.of(EngineFailure.CANNOT_BE_ENDED, "processes " + under.survivors())));
            case ENDED -> {
                Duration readyFor = current.readyFor();
                current.cleared();
                run = null;
                ending = null;
                boolean next = startsAfterwards && !stopWanted;
                startsAfterwards = false;
                if (next) {
                    launch();
                } else if (stopWanted || crash == null) {
                    become(new Stopped());
                } else {
                    afterCrash(crash, readyFor);
                }
            }
        }
    }

    private void afterCrash(Cause cause, Duration readyFor) {
        switch (recovery.after(cause, readyFor)) {
            case Recovery.Next.GiveUp(Cause decided) -> become(new Failed(decided));
            case Recovery.Next.Retry(Duration delay, EngineCommand next, Cause decided) -> {
                command = next;
                waitUntil = host.nanoTime().getAsLong() + delay.toNanos();
                become(new Backoff(host.clock().instant().plus(delay), decided));
            }
        }
    }

    private void become(EngineState next) {
        EngineState before = state;
        state = next;
        if (!next.serves()) {
            watch = null;
        }
        Instance now = instance(
                before.getClass() == next.getClass() ? board.now().since() : host.clock().instant());
        board.show(now, before);
        if (next.resting()) {
            stopWaiters.forEach(waiter -> waiter.complete(now));
            stopWaiters.clear();
        }
    }

    private Instance instance(Instant since) {
        return new Instance(deployment, state, since, generation, restarts, run == null ? null : run.process().pid(),
                watch == null ? null : watch.load());
    }

    private EngineRun running() {
        return Objects.requireNonNull(run, "a running state has a run");
    }
}
