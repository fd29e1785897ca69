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

import org.gatehouse.supervisor.EngineState.Backoff;
import org.gatehouse.supervisor.EngineState.Crashed;
import org.gatehouse.supervisor.EngineState.Defined;
import org.gatehouse.supervisor.EngineState.Draining;
import org.gatehouse.supervisor.EngineState.Failed;
import org.gatehouse.supervisor.EngineState.Loading;
import org.gatehouse.supervisor.EngineState.Ready;
import org.gatehouse.supervisor.EngineState.Spawned;
import org.gatehouse.supervisor.EngineState.Stopped;
import org.gatehouse.supervisor.EngineState.Stopping;
import org.gatehouse.supervisor.HealthProbe.Answer;

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
        record Start(Deployment wanted, CompletableFuture<StartOutcome> answer) implements Message {}

        record Stop(Duration grace, CompletableFuture<Instance> done) implements Message {}

        /** Something may have happened: look. Losing one costs a tick. */
        record Wake() implements Message {}

        record Quit() implements Message {}
    }

    private final BlockingQueue<Message> mailbox = new ArrayBlockingQueue<>(MAILBOX);
    private final EngineLauncher launcher;
    private final EngineLog log;
    private final Host host;
    private final Duration survivorGrace;
    private final CallsInFlight calls;
    private final StateBoard board;
    private final Thread thread;
    private final List<CompletableFuture<Instance>> stopWaiters = new ArrayList<>();

    private Deployment deployment;
    private EngineState state = new Defined();
    private RestartBudget budget;
    private long generation;
    private int restarts;
    private boolean stopWanted;
    private boolean quit;
    private @Nullable EngineRun run;
    private @Nullable Ending ending;
    /** Deadline of the drain, of the back-off; in nanoTime. */
    private long waitUntil;
    private Duration stopGrace = Duration.ZERO;

    InstanceActor(Deployment deployment, EngineLauncher launcher, EngineLog log, Host host, Duration survivorGrace,
            CallsInFlight calls, StateListener listener) {
        this.deployment = deployment;
        this.launcher = launcher;
        this.log = log;
        this.host = host;
        this.survivorGrace = survivorGrace;
        this.calls = calls;
        this.budget = new RestartBudget(deployment.restart(), host.nanoTime(), host.random());
        this.board = new StateBoard(new Instance(deployment, state, host.clock().instant(), 0, 0, null), listener);
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
    CompletableFuture<StartOutcome> start(Deployment wanted) {
        CompletableFuture<StartOutcome> answer = new CompletableFuture<>();
        tell(new Message.Start(wanted, answer), answer);
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

    /** Ends the actor's thread as soon as the instance rests. From any thread. */
    void quit() {
        tell(new Message.Quit(), new CompletableFuture<>());
    }

    /** Waits until the actor's thread has ended. */
    boolean awaitEnd(Duration atMost) throws InterruptedException {
        return thread.join(atMost);
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
        while (!(quit && state.resting())) {
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

    private long tickMillis() {
        return switch (state) {
            case Defined _,Stopped _,Failed _ -> 1000;
            case Ready _,Backoff _ -> 250;
            case Spawned _,Loading _,Draining _ -> 100;
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
            case Message.Start(Deployment wanted, CompletableFuture<StartOutcome> answer) -> {
                try {
                    answer.complete(started(wanted));
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
            case Message.Quit _ -> quit = true;
        }
    }

    private StartOutcome started(Deployment wanted) {
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
        budget = new RestartBudget(wanted.restart(), host.nanoTime(), host.random());
        restarts = 0;
        stopWanted = false;
        launch();
        return new StartOutcome.Accepted(snapshot());
    }

    private void launch() {
        generation++;
        ending = null;
        run = null;
        switch (launcher.launch(deployment, generation, log)) {
            case EngineLauncher.Launch.Launched(EngineRun launched) -> {
                run = launched;
                // The process's end wakes the actor at once, long before a log or a health check would show it.
                launched.process().onExit().thenRun(() -> mailbox.offer(new Message.Wake()));
                become(new Spawned());
            }
            case EngineLauncher.Launch.NotLaunched(Cause cause) -> {
                report(cause);
                become(new Crashed(cause));
                afterCrash(cause, Duration.ZERO);
            }
        }
    }

    private void stopping(Duration grace) {
        stopWanted = true;
        switch (state) {
            case Defined _,Stopped _,Failed _,Backoff _ -> become(new Stopped());
            case Spawned _,Loading _ -> askToEnd(grace);
            case Ready _ -> {
                stopGrace = grace;
                waitUntil = host.nanoTime().getAsLong() + deployment.stop().drain().toNanos();
                become(new Draining());
            }
            case Draining _ -> stopGrace = grace.compareTo(stopGrace) < 0 ? grace : stopGrace;
            case Stopping _,Crashed _ -> Objects.requireNonNull(ending).within(grace);
        }
    }

    private void askToEnd(Duration grace) {
        ending = new Ending(running().family(), host.signals(), host.nanoTime(), grace);
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
            case Spawned _,Loading _ -> stepWhileStarting(running());
            case Ready _ -> stepWhileReady(running());
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
        if (further) {
            become(new Loading(current.progress().phase(), current.progress().percent()));
        }
        Answer answer = current.takeAnswer();
        if (answer != null && answer.isWell()) {
            current.becameReady();
            become(new Ready());
            return;
        }
        current.lookForChildren();
        current.askForHealth(() -> mailbox.offer(new Message.Wake()));
    }

    private void stepWhileReady(EngineRun current) {
        current.readLog();
        if (!current.isAlive()) {
            crashed(current.causeOfEnd());
            return;
        }
        Answer answer = current.takeAnswer();
        Cause missed = answer == null ? null : current.counted(answer);
        if (missed != null) {
            crashed(missed);
            return;
        }
        current.lookForChildren();
        current.askForHealth(() -> mailbox.offer(new Message.Wake()));
    }

    private void crashed(Cause cause) {
        report(cause);
        ending = new Ending(running().family(), host.signals(), host.nanoTime(), survivorGrace);
        become(new Crashed(cause));
    }

    private void report(Cause cause) {
        LOG.log(System.Logger.Level.WARNING,
                "Instance " + deployment.id() + " crashed: " + cause.kind() + " (" + cause.evidence()
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
            case STUCK -> become(new Failed(Cause.of(FailureKind.CANNOT_BE_ENDED, "processes " + under.survivors())));
            case ENDED -> {
                Duration readyFor = current.readyFor();
                current.cleared();
                run = null;
                ending = null;
                if (stopWanted || crash == null) {
                    become(new Stopped());
                } else {
                    afterCrash(crash, readyFor);
                }
            }
        }
    }

    private void afterCrash(Cause cause, Duration readyFor) {
        if (!cause.kind().worthRetrying()) {
            become(new Failed(cause));
            return;
        }
        switch (budget.crashed(readyFor)) {
            case RestartBudget.Verdict.Spent _ -> become(new Failed(cause));
            case RestartBudget.Verdict.RetryAfter(Duration delay) -> {
                waitUntil = host.nanoTime().getAsLong() + delay.toNanos();
                become(new Backoff(host.clock().instant().plus(delay), cause));
            }
        }
    }

    private void become(EngineState next) {
        EngineState before = state;
        state = next;
        Instant since = before.getClass() == next.getClass() ? snapshot().since() : host.clock().instant();
        Instance now = new Instance(deployment, next, since, generation, restarts,
                run == null ? null : run.process().pid());
        board.show(now, before);
        if (next.resting()) {
            stopWaiters.forEach(waiter -> waiter.complete(now));
            stopWaiters.clear();
        }
    }

    private EngineRun running() {
        return Objects.requireNonNull(run, "a running state has a run");
    }
}
