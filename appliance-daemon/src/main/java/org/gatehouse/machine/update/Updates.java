package org.gatehouse.machine.update;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.Json;
import org.gatehouse.machine.agent.AgentClient;
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
    private final Arrivals arrivals;
    private final Arrivals.Told told;

    /**
     * Of this box.
     *
     * @param folder of the daemon's own, where what is received lies
     */
    public Updates(AgentClient agent, Path folder, Fetch fetch, Arrivals.Told told, Clock clock) {
        this.agent = agent;
        this.told = told;
        this.arrivals = new Arrivals(agent, folder.resolve("incoming.bundle"), "bundle", LARGEST, fetch, told, clock);
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
                arrivals.bytes(), arrivals.work(), arrivals.trouble());
    }

    /** The bundle that is received, and what is done with it. */
    public Arrivals arrivals() {
        return arrivals;
    }

    /** What looks like a bundle on what was plugged in, and what can't be read. */
    public Media media() throws IOException, Refused {
        ObjectNode plugged = arrivals.ask("update.media", object());
        return new Media(Media.files(plugged.path("bundles")), Media.unreadable(plugged));
    }

    /** Checks a bundle: the one that was received, or one on a medium. Takes some seconds. */
    public BundleView check(@Nullable Medium medium) throws Refused, IOException {
        ObjectNode bundle = arrivals.ask("update.check", Arrivals.source(medium));
        List<String> leftOut = new ArrayList<>();
        bundle.path("leftOut").forEach(one -> leftOut.add(one.asText()));
        return new BundleView(bundle.path("version").asText(), bundle.path("compatible").asText(),
                bundle.path("unpackedBytes").asLong(), leftOut);
    }

    /**
     * Begins to install a bundle.
     *
     * @param restart whether the box starts anew when it is installed; otherwise the next start tries it
     */
    public void install(@Nullable Medium medium, boolean restart) throws Refused {
        arrivals.install("update.install", Arrivals.source(medium), "version", restart);
    }

    /**
     * Has the next start take the release before this one.
     *
     * @return its version
     */
    public String goBack(boolean restart) throws Refused, IOException {
        String version = arrivals.ask("update.return", object()).path("version").asText();
        arrivals.restartIf(restart);
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

    private ObjectNode ask(String verb, ObjectNode asked) throws IOException {
        try {
            return agent.ask(verb, asked, Progress.NONE);
        } catch (Refused e) {
            throw new IOException(AGENT_SILENT + e.message(), e);
        }
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
