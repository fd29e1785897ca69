package org.gatehouse.machine.agent;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jdk.net.ExtendedSocketOptions;

/**
 * Serves the daemon's requests for what needs root, one on each connection. Ends by itself when nobody asked for a while:
 * the service manager starts it again with the next connection. Thread-safe.
 */
public final class Agent {
    private static final System.Logger LOG = System.getLogger(Agent.class.getName());
    private static final int MOST_AT_ONCE = 16;

    private final Map<String, Verb> verbs;
    private final Predicate<UserPrincipal> trusted;
    private final Duration idle;
    private final ReentrantLock changing = new ReentrantLock(true);
    private final Semaphore room = new Semaphore(MOST_AT_ONCE);
    private final AtomicInteger served = new AtomicInteger();

    /**
     * An agent that serves nobody yet.
     *
     * @param trusted who may ask, by the user that the kernel names for the other end
     * @param idle how long it waits for somebody to ask before it ends
     */
    public Agent(Collection<Verb> verbs, Predicate<UserPrincipal> trusted, Duration idle) {
        this.verbs = verbs.stream().collect(Collectors.toUnmodifiableMap(Verb::name, Function.identity()));
        this.trusted = trusted;
        this.idle = idle;
    }

    /** Serves until nobody asked for the time that was said; closes the door then. */
    public void serve(ServerSocketChannel door) throws IOException {
        Thread watch = Thread.ofVirtual().name("agent-idle").start(() -> closeWhenIdle(door));
        try {
            while (true) {
                SocketChannel asker = door.accept();
                room.acquireUninterruptibly();
                served.incrementAndGet();
                Thread.ofVirtual().name("agent-verb").start(() -> {
                    try (asker) {
                        answer(asker);
                    } catch (IOException e) {
                        LOG.log(System.Logger.Level.WARNING, "A request ended early: {0}", e.getMessage());
                    } finally {
                        room.release();
                    }
                });
            }
        } catch (AsynchronousCloseException _) {
            // Nobody asked for long.
        } catch (ClosedChannelException _) {
            // The same, between two requests.
        } finally {
            watch.interrupt();
        }
    }

    private void closeWhenIdle(ServerSocketChannel door) {
        try {
            int before = -1;
            while (before != served.get() || room.availablePermits() < MOST_AT_ONCE) {
                before = served.get();
                Thread.sleep(idle);
            }
            door.close();
        } catch (InterruptedException _) {
            // It has ended otherwise.
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "The door did not close: {0}", e.getMessage());
        }
    }

    private void answer(SocketChannel asker) throws IOException {
        OutputStream out = Channels.newOutputStream(asker);
        UserPrincipal who = asker.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
        if (!trusted.test(who)) {
            LOG.log(System.Logger.Level.WARNING, "Refused to serve the user {0}", who.getName());
            Wire.write(out, refusal(new Refused("not_trusted", "Only the daemon may ask for this.")));
            return;
        }
        InputStream in = new BufferedInputStream(Channels.newInputStream(asker));
        JsonNode request = Wire.read(in);
        Verb verb = verbs.get(request.path("verb").asText());
        if (verb == null || !request.path("ask").isObject()) {
            Wire.write(out, refusal(new Refused("unknown_verb",
                    "The agent knows no such verb. The daemon and the system may be of different versions.")));
            return;
        }
        Wire.write(out, reply(verb, request.path("ask"), out));
    }

    private ObjectNode reply(Verb verb, JsonNode asked, OutputStream out) {
        if (verb.changes()) {
            changing.lock();
        }
        try {
            LOG.log(System.Logger.Level.INFO, "{0}", verb.name());
            return message().set("done", verb.run(asked, (step, percent) -> tell(out, step, percent)));
        } catch (Refused e) {
            LOG.log(System.Logger.Level.INFO, "{0} refused: {1}", verb.name(), e.getMessage());
            return refusal(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return refusal(new Refused("stopping", "The box is stopping. Try again later."));
        } catch (IOException | RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, verb.name() + " failed", e);
            return message().set("failed", message().put("message", Failures.inWords(e)));
        } finally {
            if (verb.changes()) {
                changing.unlock();
            }
        }
    }

    /** Whoever asked may have left; what was begun goes on, for half of it would be worse. */
    private static void tell(OutputStream out, String step, int percent) {
        try {
            Wire.write(out, message().put("step", step).put("percent", percent));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "Nobody listens any more: {0}", e.getMessage());
        }
    }

    private static ObjectNode refusal(Refused why) {
        return message().set("refused", message().put("code", why.code()).put("message", why.message()));
    }

    private static ObjectNode message() {
        return JsonNodeFactory.instance.objectNode();
    }
}
