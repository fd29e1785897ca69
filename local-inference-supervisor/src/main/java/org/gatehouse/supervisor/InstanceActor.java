package org.gatehouse.supervisor;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Makes one instance's desired state true. One virtual thread owns its {@link InstanceLife} and decides everything from its mailbox and
 * its clock; everybody else sees {@link #snapshot}.
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

        record Adopt(Deployment wanted, CompletableFuture<StartOutcome> answer) implements Message {}

        /** Something may have happened: look. Losing one costs a tick. */
        record Wake() implements Message {}

        /** Shall end, and leave a running engine running if it may. */
        record Quit(boolean leaving) implements Message {}
    }

    private final BlockingQueue<Message> mailbox = new ArrayBlockingQueue<>(MAILBOX);
    private final EngineLog log;
    private final InstanceLife life;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Thread thread;
    private boolean quit;
    private boolean leaving;

    InstanceActor(Deployment deployment, InstanceLife.Surroundings surroundings, EngineLog log) {
        this.log = log;
        this.life = new InstanceLife(deployment, surroundings, log, () -> mailbox.offer(new Message.Wake()));
        this.thread = Thread.ofVirtual().name("instance-" + deployment.id()).start(this::live);
    }

    /** The instance as it is. From any thread. */
    Instance snapshot() {
        return life.board().now();
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

    /** Asks for an engine of an earlier daemon to be taken over, and none to be started. From any thread. */
    CompletableFuture<StartOutcome> adopt(Deployment wanted) {
        CompletableFuture<StartOutcome> answer = new CompletableFuture<>();
        tell(new Message.Adopt(wanted, answer), answer);
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
        return life.board().awaitReady(atMost);
    }

    private void live() {
        try {
            act();
            if (leaving) {
                life.leave();
            }
        } finally {
            ended.complete(null);
        }
    }

    private void act() {
        while (!(quit && (life.resting() || leaving && life.canBeLeft()))) {
            try {
                Message message = mailbox.poll(life.tickMillis(), TimeUnit.MILLISECONDS);
                if (message != null) {
                    handle(message);
                }
                life.step();
            } catch (InterruptedException e) {
                LOG.log(System.Logger.Level.ERROR,
                        "The actor of instance " + snapshot().id() + " was interrupted and ends", e);
                return;
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR,
                        "The actor of instance " + snapshot().id()
                                + " met what it cannot handle; it goes on in a second",
                        e);
                pause();
            }
        }
    }

    /** So that a fault that stays, such as a daemon out of file handles, does not flood the log. */
    private static void pause() {
        try {
            Thread.sleep(AFTER_FAULT);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // The next wait for mail sees it.
        }
    }

    private static void answer(CompletableFuture<StartOutcome> answer, Supplier<StartOutcome> work) {
        try {
            answer.complete(work.get());
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
            throw e;
        }
    }

    private void handle(Message message) {
        switch (message) {
            case Message.Start(Deployment wanted, CommandMaker maker, CompletableFuture<StartOutcome> answer) ->
                answer(answer, () -> life.started(wanted, maker));
            case Message.Adopt(Deployment wanted, CompletableFuture<StartOutcome> answer) ->
                answer(answer, () -> life.adopted(wanted));
            case Message.Stop(Duration grace, CompletableFuture<Instance> done) -> life.stop(grace, done);
            case Message.Wake _ -> {
                // The next step looks.
            }
            case Message.Quit(boolean leave) -> {
                quit = true;
                leaving = leave;
            }
        }
    }
}
