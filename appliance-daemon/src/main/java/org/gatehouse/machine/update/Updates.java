package org.gatehouse.machine.update;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.Json;
import org.gatehouse.machine.agent.AgentClient;
import org.gatehouse.machine.agent.Failures;
import org.gatehouse.machine.agent.Progress;
import org.gatehouse.machine.agent.Refused;
import org.gatehouse.machine.slots.Attempt;

/**
 * Receives bundles and has them installed, one thing at a time. A bundle that was received stays until it is installed or
 * thrown away, also over a restart. Thread-safe.
 */
public final class Updates {
    /** No release is as large: a slot has half of it. */
    public static final long LARGEST = Integer.MAX_VALUE;
    private static final String AGENT_SILENT = "The part of the system that changes it does not answer: ";

    private final AgentClient agent;
    private final Path received;
    private final Fetch fetch;
    private final Told told;
    private final Clock clock;
    private final ReentrantLock receiving = new ReentrantLock();
    private final AtomicReference<UpdateState.@Nullable UpdateWork> work = new AtomicReference<>();
    private volatile UpdateState.@Nullable UpdateTrouble trouble;

    /** Is told what became of something that was begun, for the trail. */
    @FunctionalInterface
    public interface Told {
        /**
         * Something ended.
         *
         * @param verb such as {@code install}
         * @param release the version, or another word for what it was about
         */
        void ended(String verb, String release, JsonNode how);
    }

    /**
     * Of this box.
     *
     * @param folder of the daemon's own, where what is received lies
     */
    public Updates(AgentClient agent, Path folder, Fetch fetch, Told told, Clock clock) {
        this.agent = agent;
        this.received = folder.resolve("incoming.bundle");
        this.fetch = fetch;
        this.told = told;
        this.clock = clock;
    }

    /** Whether this machine has the appliance's operating system. */
    public boolean supported() {
        return agent.present();
    }

    /** How the box stands; asks the agent, which takes a second when it has to start. */
    public UpdateState state() throws IOException {
        if (!supported()) {
            return UpdateState.unsupported();
        }
        ObjectNode state = ask("update.state", object());
        List<UpdateState.UpdateRelease> releases = new ArrayList<>();
        for (JsonNode one : state.path("releases")) {
            releases.add(new UpdateState.UpdateRelease(one.path("version").asText(), one.path("running").asBoolean(),
                    one.path("good").asBoolean(), one.path("failed").asBoolean()));
        }
        return new UpdateState(true, state.path("version").asText(), state.path("rootHash").asText(),
                state.path("compatible").asText(), releases,
                state.has("last") ? Json.trusted(Json.text(state.get("last")), Attempt.class) : null,
                Files.exists(received) ? (Long) Files.size(received) : null, work.get(), trouble);
    }

    /**
     * Takes the next part of a bundle.
     *
     * @param offset where it belongs; 0 begins anew
     * @return how many bytes are there now
     * @throws Refused when it does not follow on what is there; says what does
     */
    public long receive(long offset, byte[] part) throws Refused, IOException {
        requireSupported();
        receiving.lock();
        try {
            if (work.get() != null) {
                throw busy();
            }
            Files.createDirectories(folder());
            long there = offset > 0 && Files.exists(received) ? Files.size(received) : 0;
            if (offset != there) {
                throw new Refused("wrong_offset", "The next part must begin at " + there + ", not at " + offset + ".");
            }
            if (offset + part.length > LARGEST) {
                throw new Refused("bundle_too_large", "No bundle has more than " + LARGEST + " bytes.");
            }
            requireRoom(part.length);
            try (FileChannel file = FileChannel.open(received, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                file.truncate(offset);
                file.position(offset);
                ByteBuffer bytes = ByteBuffer.wrap(part);
                while (bytes.hasRemaining()) {
                    file.write(bytes);
                }
                return file.size();
            }
        } finally {
            receiving.unlock();
        }
    }

    /** Throws away what was received. */
    public void discard() throws Refused, IOException {
        receiving.lock();
        try {
            if (work.get() != null) {
                throw busy();
            }
            Files.deleteIfExists(received);
            trouble = null;
        } finally {
            receiving.unlock();
        }
    }

    /** Begins to fetch a bundle from an address. */
    public void download(URI address, boolean privateAllowed) throws Refused {
        requireSupported();
        begin("download", "Connecting", () -> {
            Files.createDirectories(folder());
            Path part = received.resolveSibling("incoming.part");
            try (OutputStream file = Files.newOutputStream(part)) {
                Counting counting = new Counting(file);
                fetch.fetch(address, privateAllowed, LARGEST, counting, counting::announce);
            }
            Files.move(part, received, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            told.ended("download", address.getHost() + address.getPath(), object().put("bytes", Files.size(received)));
        });
    }

    /** What looks like a bundle on what was plugged in, and what can't be read. */
    public Media media() throws IOException, Refused {
        requireSupported();
        ObjectNode plugged = agent.ask("update.media", object(), Progress.NONE);
        List<MediumBundle> found = new ArrayList<>();
        for (JsonNode one : plugged.path("bundles")) {
            found.add(new MediumBundle(one.path("device").asText(), one.path("file").asText(),
                    one.path("bytes").asLong()));
        }
        List<Media.UnreadableMedium> unreadable = new ArrayList<>();
        for (JsonNode one : plugged.path("unreadable")) {
            unreadable.add(new Media.UnreadableMedium(one.path("device").asText(), one.path("reason").asText()));
        }
        return new Media(found, unreadable);
    }

    /** Checks a bundle: the one that was received, or one on a medium. Takes some seconds. */
    public BundleView check(@Nullable Medium medium) throws Refused, IOException {
        requireSupported();
        if (work.get() != null) {
            throw busy();
        }
        ObjectNode bundle = agent.ask("update.check", source(medium), Progress.NONE);
        return new BundleView(bundle.path("version").asText(), bundle.path("compatible").asText(),
                bundle.path("unpackedBytes").asLong());
    }

    /**
     * Begins to install a bundle.
     *
     * @param restart whether the box starts anew when it is installed; otherwise the next start tries it
     */
    public void install(@Nullable Medium medium, boolean restart) throws Refused {
        requireSupported();
        begin("install", "Beginning", () -> {
            ObjectNode bundle = agent.ask("update.install", source(medium), this::at);
            if (medium == null) {
                Files.deleteIfExists(received);
            }
            told.ended("install", bundle.path("version").asText(), bundle.put("restart", restart));
            if (restart) {
                agent.ask("power.restart", object(), Progress.NONE);
            }
        });
    }

    /**
     * Has the next start take the release before this one.
     *
     * @return its version
     */
    public String goBack(boolean restart) throws Refused, IOException {
        requireSupported();
        if (work.get() != null) {
            throw busy();
        }
        String version = agent.ask("update.return", object(), Progress.NONE).path("version").asText();
        if (restart) {
            agent.ask("power.restart", object(), Progress.NONE);
        }
        return version;
    }

    /**
     * Says that the release that runs is good: to be called once after each start, when the box has tried itself out.
     *
     * @return what has become of the last update, when that was not known before
     */
    public Optional<Attempt> good() throws IOException {
        ObjectNode done = ask("boot.good", object());
        Optional<Attempt> ended = done.has("ended")
                ? Optional.of(Json.trusted(Json.text(done.get("ended")), Attempt.class))
                : Optional.empty();
        ended.ifPresent(attempt -> told.ended(attempt.outcome() == Attempt.Outcome.GOOD ? "prove" : "return",
                attempt.version(), Json.tree(attempt)));
        return ended;
    }

    private interface Task {
        void run() throws Refused, IOException;
    }

    private void begin(String kind, String step, Task task) throws Refused {
        receiving.lock();
        try {
            if (!work.compareAndSet(null, new UpdateState.UpdateWork(kind, step, 0, clock.instant()))) {
                throw busy();
            }
            trouble = null;
        } finally {
            receiving.unlock();
        }
        Thread.ofVirtual().name("update-" + kind).start(() -> {
            try {
                task.run();
            } catch (Refused e) {
                failed(kind, e.code(), e.message());
            } catch (IOException | RuntimeException e) {
                failed(kind, kind + "_failed", Failures.inWords(e));
            } finally {
                work.set(null);
            }
        });
    }

    private void failed(String kind, String code, String message) {
        Instant now = clock.instant();
        trouble = new UpdateState.UpdateTrouble(code, message, now);
        told.ended(kind, "failed", object().put("code", code).put("message", message));
    }

    private void at(String step, int percent) {
        work.updateAndGet(
                now -> now == null ? null : new UpdateState.UpdateWork(now.kind(), step, percent, now.startedAt()));
    }

    private ObjectNode ask(String verb, ObjectNode asked) throws IOException {
        try {
            return agent.ask(verb, asked, Progress.NONE);
        } catch (Refused e) {
            throw new IOException(AGENT_SILENT + e.message(), e);
        }
    }

    private void requireRoom(int more) throws Refused, IOException {
        if (Files.getFileStore(folder()).getUsableSpace() < more + (256L << 20)) {
            throw new Refused("disk_full",
                    "The disk has no room for the bundle. Remove models or old backups first.");
        }
    }

    private void requireSupported() throws Refused {
        if (!supported()) {
            throw new Refused("not_an_appliance", "This machine's operating system is not the appliance's, so Gatehouse"
                    + " does not update it. Update the program the way it was installed.");
        }
    }

    private static Refused busy() {
        return new Refused("busy", "Another part of an update is under way. Wait until it has ended.");
    }

    private static ObjectNode source(@Nullable Medium medium) {
        ObjectNode asked = object();
        if (medium != null) {
            asked.set("medium", Json.tree(medium));
        }
        return asked;
    }

    private Path folder() {
        return java.util.Objects.requireNonNull(received.getParent());
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
            at("Downloading, " + (written >> 20) + " MB so far",
                    announced <= 0 ? 0 : (int) Math.min(100, 100 * written / announced));
        }
    }
}
