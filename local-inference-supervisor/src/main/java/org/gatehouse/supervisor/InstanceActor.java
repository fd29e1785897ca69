package org.gatehouse.supervisor;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

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
 * Makes one instance's desired state true. One virtual thread owns all of it and decides everything from its mailbox and its
 * clock, so that no decision rests on a state that has changed meanwhile; everybody else sees {@link #snapshot}. Nothing in
 * here blocks for longer than a file write.
 */
final class InstanceActor {
    private static final System.Logger LOG = System.getLogger(InstanceActor.class.getName());
    private static final int MAILBOX = 64;
    private static final Duration AFTER_FAULT = Duration.ofSeconds(1);

    /** What an actor can be told. */
    private sealed interface Message {
        record Start(Deployment wanted, @Nullable CommandMaker maker, CompletableFuture<StartOutcome> answer)
                implements
                    Message {}

        record Stop(Duration grace, CompletableFuture<Instance> done) implements Message {}

        /** Something may have happened: look. Losing one costs a tick. */
        record Wake() implements Message {}

        /** Shall end, and leave a running engine running if it may. */
        record Quit(boolean leaving) implements Message {}
    }

    private final BlockingQueue<Message> mailbox = new ArrayBlockingQueue<>(MAILBOX);
    private final EngineLauncher launcher;
    private final Candidates candidates;
    private final EngineLog log;
    private final Host host;
    private final Duration survivorGrace;
    private final CallsInFlight calls;
    private final StateBoard board;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Thread thread;
    private final List<CompletableFuture<Instance>> stopWaiters = new ArrayList<>();

    private Deployment deployment;
    private EngineState state = new Defined();
    private EngineCommand command;
    private Recovery recovery;
    private long generation;
    private int restarts;
    private boolean stopWanted;
    private boolean quit;
    private boolean leaving;
    /** An engine of another command is being ended to make room. */
    private boolean startsAfterwards;
    private @Nullable EngineRun run;
    private @Nullable ReadyWatch watch;
    private @Nullable Ending ending;
    /** Deadline of the drain, of the back-off; in nanoTime. */
    private long waitUntil;
    private Duration stopGrace = Duration.ZERO;

    InstanceActor(Deployment deployment, EngineLauncher launcher, Candidates candidates, EngineLog log, Host host,
            Duration survivorGrace, CallsInFlight calls, StateListener listener) {
        this.deployment = deployment;
        this.command = deployment.command();
        this.launcher = launcher;
        this.candidates = candidates;
        this.log = log;
        this.host = host;
        this.survivorGrace = survivorGrace;
        this.calls = calls;
        this.recovery = new Recovery(deployment, null, host.nanoTime(), host.random());
        this.board = new StateBoard(new Instance(deployment, state, host.clock().instant(), 0, 0, null, null),
                listener);
        this.thread = Thread.ofVirtual().name("instance-" + deployment.id()).start(this::live);
    }

    /** The instance as it is. From any thread. */
    Instance snapshot() {
        return board.now();
    }

    /** The instance's output. From any thread. */
    EngineLog log() {
        return log;
    }

    /** Asks for a start. From any thread; the answer comes when the process runs or was refused. */
    CompletableFuture<StartOutcome> start(Deployment wanted, @Nullable CommandMaker maker) {
        CompletableFuture<StartOutcome> answer = new CompletableFuture<>();
        tell(new Message.Start(wanted, maker, answer), answer);
        return answer;
    }

    /** Asks for a stop. From any thread; the answer comes when nothing is left of it, or it cannot be ended. */
    CompletableFuture<Instance> stop(Duration grace) {
        if (!thread.isAlive()) {
            return CompletableFuture.completedFuture(snapshot()); // Its supervisor is closed: it rests for ever.
        }
        CompletableFuture<Instance> done = new CompletableFuture<>();
        tell(new Message.Stop(grace, done), done);
        return done;
    }

    /**
     * Ends the actor's thread as soon as the instance rests. From any thread; the answer comes when it has ended.
     *
     * @param leave whether a running engine is left running instead of waited for
     */
    CompletableFuture<Void> quit(boolean leave) {
        if (thread.isAlive()) {
            tell(new Message.Quit(leave), ended);
        }
        return ended;
    }

    private void tell(Message message, CompletableFuture<?> answer) {
        if (!thread.isAlive() || !mailbox.offer(message)) {
            answer.completeExceptionally(new IllegalStateException("Instance " + snapshot().id()
                    + " takes no more orders: its mailbox is full or its supervisor is closed; try again later"));
        }
    }

    /** Waits for a state in which waiting is over: ready, failed or stopped. From any thread. */
    Instance awaitReady(Duration atMost) throws InterruptedException {
        return board.awaitReady(atMost);
    }

    private void live() {
        try {
            act();
        } finally {
            ended.complete(null);
        }
    }

    private void act() {
        while (!(quit && (state.resting() || leaving && canBeLeft()))) {
            try {
                Message message = mailbox.poll(tickMillis(), TimeUnit.MILLISECONDS);
                if (message != null) {
                    handle(message);
                }
                step();
            } catch (InterruptedException e) {
                LOG.log(System.Logger.Level.ERROR,
                        "The actor of instance " + deployment.id() + " was interrupted and ends", e);
                return;
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR,
                        "The actor of instance " + deployment.id()
                                + " met what it cannot handle; it goes on in a second",
                        e);
                pause();
            }
        }
    }

    /** Whether the next daemon can do with the instance as it is; what is being ended or cleared away is not left halfway. */
    private boolean canBeLeft() {
        return switch (state) {
            case Adopting _,Spawned _,Loading _,Probing _,Ready _,Degraded _,Backoff _ -> true;
            case Defined _,Stopped _,Failed _,Draining _,Stopping _,Crashed _ -> false;
        };
    }

    private long tickMillis() {
        return switch (state) {
            case Defined _,Stopped _,Failed _ -> 1000;
            case Ready _,Degraded _,Backoff _ -> 250;
            case Adopting _,Spawned _,Loading _,Probing _,Draining _ -> 100;
            case Stopping _,Crashed _ -> 50;
        };
    }

    /** So that a fault that stays, such as a daemon out of file handles, does not flood the log. */
    private static void pause() {
        try {
            Thread.sleep(AFTER_FAULT);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // The next wait for mail sees it.
        }
    }

    private void handle(Message message) {
        switch (message) {
            case Message.Start(Deployment wanted, CommandMaker maker, CompletableFuture<StartOutcome> answer) -> {
                try {
                    answer.complete(started(wanted, maker));
                } catch (RuntimeException e) {
                    answer.completeExceptionally(e);
                    throw e;
                }
            }
            case Message.Stop(Duration grace, CompletableFuture<Instance> done) -> {
                stopWaiters.add(done);
                stopping(grace);
            }
            case Message.Wake _ -> {
                // step() looks.
            }
            case Message.Quit(boolean leave) -> {
                quit = true;
                leaving = leave;
            }
        }
    }

    private StartOutcome started(Deployment wanted, @Nullable CommandMaker maker) {
        if (!state.resting()) {
            return wanted.equals(deployment) && !stopWanted
                    ? new StartOutcome.Accepted(snapshot())
                    : new StartOutcome.Refused("Instance " + deployment.id() + (stopWanted
                            ? " is being stopped"
                            : " runs with another definition") + "; start it when it has stopped");
        }
        if (ending != null && !ending.survivors().isEmpty()) {
            return new StartOutcome.Refused("Instance " + deployment.id() + " still has processes " + ending.survivors()
                    + " that cannot be ended; reset the GPU or reboot the box, then start it again");
        }
        deployment = wanted;
        command = wanted.command();
        recovery = new Recovery(wanted, maker, host.nanoTime(), host.random());
        restarts = 0;
        stopWanted = false;
        Manifest left = candidates.take(deployment.id());
        if (left == null) {
            launch();
        } else {
            takeOver(left);
        }
        return new StartOutcome.Accepted(snapshot());
    }

    /** An engine of an earlier daemon runs: it is adopted if it is what is wished, and otherwise makes room. */
    private void takeOver(Manifest left) {
        EngineRun found = launcher.takeOver(deployment, left, log);
        generation = left.generation();
        ending = null;
        run = found;
        if (left.isOf(deployment) && found.isAlive()) {
            become(new Adopting());
        } else {
            startsAfterwards = true;
            askToEnd(left.grace());
        }
    }

    private void launch() {
        generation++;
        ending = null;
        run = null;
        switch (launcher.launch(deployment, command, generation, log)) {
            case EngineLauncher.Launch.Launched(EngineRun launched) -> {
                run = launched;
                // The process's end wakes the actor at once, long before a log or a health check would show it.
                launched.process().onExit(this::wake);
                become(new Spawned());
            }
            case EngineLauncher.Launch.NotLaunched(Cause cause) -> {
                report(cause);
                become(new Crashed(cause));
                afterCrash(cause, Duration.ZERO);
            }
        }
    }

    private void wake() {
        mailbox.offer(new Message.Wake());
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

    private void step() {
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
                boolean drained = calls.at(deployment.id()) <= 0 || host.nanoTime().getAsLong() - waitUntil >= 0;
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
        switch (current.askWhileStarting(this::wake)) {
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
                watch = current.becameReady(this::wake);
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
        if (watch.load() != snapshot().load()) {
            board.refresh(instance(snapshot().since()));
        }
    }

    private void crashed(Cause cause) {
        report(cause);
        ending = running().ending(survivorGrace);
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
                before.getClass() == next.getClass() ? snapshot().since() : host.clock().instant());
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
