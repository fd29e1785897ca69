package org.gatehouse.machine.update;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.Objects;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.Json;
import org.gatehouse.machine.agent.AgentClient;
import org.gatehouse.machine.agent.Progress;
import org.gatehouse.machine.agent.Refused;

/**
 * One large signed file that arrives here, in parts or from an address, and what is done with it, one thing at a time. What
 * was received stays until it is used or thrown away, also over a restart. Thread-safe.
 */
public final class Arrivals {
    private static final String MEDIUM = "medium";

    private final AgentClient agent;
    private final Path received;
    private final String what;
    private final long largest;
    private final Fetch fetch;
    private final Told told;
    private final Incoming incoming;

    /** Is told what became of something that was begun, for the trail. */
    @FunctionalInterface
    public interface Told {
        /**
         * Something ended.
         *
         * @param verb such as {@code install}
         * @param subject the version, or another word for what it was about
         */
        void ended(String verb, String subject, com.fasterxml.jackson.databind.JsonNode how);
    }

    /**
     * None has arrived.
     *
     * @param agent has them installed
     * @param received where it lies, in a folder of the daemon's own
     * @param what it is, in codes and messages, such as {@code bundle}
     * @param largest in bytes
     */
    public Arrivals(AgentClient agent, Path received, String what, long largest, Fetch fetch, Told told, Clock clock) {
        this.agent = agent;
        this.received = received;
        this.what = what;
        this.largest = largest;
        this.fetch = fetch;
        this.told = told;
        this.incoming = new Incoming(received, what, largest, told, clock);
    }

    /** How many bytes are there; null when there are none. */
    public @Nullable Long bytes() throws IOException {
        return incoming.bytes();
    }

    /** What is done right now; null when nothing is. */
    public UpdateState.@Nullable UpdateWork work() {
        return incoming.work();
    }

    /** What went wrong with what was done last; null when nothing did. */
    public UpdateState.@Nullable UpdateTrouble trouble() {
        return incoming.trouble();
    }

    /**
     * Takes the next part.
     *
     * @param offset where it belongs; 0 begins anew
     * @return how many bytes are there now
     * @throws Refused when it does not follow on what is there; says what does
     */
    public long receive(long offset, byte[] part) throws Refused, IOException {
        requireSupported();
        return incoming.receive(offset, part);
    }

    /** Throws away what was received. */
    public void discard() throws Refused, IOException {
        incoming.discard();
    }

    /** Begins to fetch one from an address. */
    public void download(URI address, boolean privateAllowed) throws Refused {
        begin("download", "Connecting", () -> {
            Files.createDirectories(Objects.requireNonNull(received.getParent()));
            Path part = received.resolveSibling("incoming.part");
            try (OutputStream file = Files.newOutputStream(part)) {
                Counting counting = new Counting(file);
                fetch.fetch(address, privateAllowed, largest, counting, counting::announce);
            }
            Files.move(part, received, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            told.ended("download", address.getHost() + address.getPath(), object().put("bytes", Files.size(received)));
        });
    }

    /**
     * Begins to have the agent install what was received, or what lies elsewhere.
     *
     * @param asked of the agent; names the medium, if it is not what was received
     * @param subject the member of the agent's answer that says what was installed
     * @param restart whether the box starts anew when it is installed
     */
    public void install(String verb, ObjectNode asked, String subject, boolean restart) throws Refused {
        begin("install", "Beginning", () -> {
            ObjectNode done = agent.ask(verb, asked, incoming::at);
            if (!asked.has(MEDIUM)) {
                Files.deleteIfExists(received);
            }
            told.ended("install", done.path(subject).asText(), done.put("restart", restart));
            restartIf(restart);
        });
    }

    /** Has the agent do something that takes seconds, while nothing else is done. */
    public ObjectNode ask(String verb, ObjectNode asked) throws Refused, IOException {
        requireSupported();
        incoming.requireIdle();
        return agent.ask(verb, asked, Progress.NONE);
    }

    /** Has the box start anew, if that is wanted. */
    public void restartIf(boolean wanted) throws Refused, IOException {
        if (wanted) {
            agent.ask("power.restart", object(), Progress.NONE);
        }
    }

    /** What the agent is asked with about a file: on that medium, or the one that was received for null. */
    public static ObjectNode source(@Nullable Record medium) {
        ObjectNode asked = object();
        if (medium != null) {
            asked.set(MEDIUM, Json.tree(medium));
        }
        return asked;
    }

    private void requireSupported() throws Refused {
        if (!agent.present()) {
            throw new Refused("not_an_appliance",
                    "This machine's operating system is not the appliance's, so the box has"
                            + " no " + what + " to install. Install it the way that system wants it.");
        }
    }

    private void begin(String kind, String step, Incoming.Task task) throws Refused {
        requireSupported();
        incoming.begin(kind, step, task);
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** Tells how much of a download is there. */
    private final class Counting extends FilterOutputStream {
        private long announced = -1;
        private long written;

        Counting(OutputStream out) {
            super(out);
        }

        void announce(long bytes) {
            announced = bytes;
        }

        @Override
        public void write(byte[] part, int offset, int length) throws IOException {
            out.write(part, offset, length);
            written += length;
            incoming.at("Downloading, " + (written >> 20) + " MB so far",
                    announced <= 0 ? 0 : (int) Math.min(100, 100 * written / announced));
        }
    }
}
