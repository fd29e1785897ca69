package org.gatehouse.machine.slots;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.governance.form.Json;
import org.gatehouse.machine.agent.Programs;
import org.gatehouse.machine.agent.Refused;
import org.gatehouse.machine.agent.Verb;

/** What the agent does about updates: see {@link #all}. */
public final class UpdateVerbs {
    private static final int MOST_OF_WHY = 4000;

    private final Layout layout;
    private final Media media;
    private final BootEntries entries;
    private final Installing installing;
    private final Misfits misfits;

    /** Says which of the box's layers a release would leave out. */
    @FunctionalInterface
    public interface Misfits {
        /** Those that were made for another kernel than this one. */
        List<String> under(String kernel) throws IOException;
    }

    /** Those of this machine. */
    public UpdateVerbs(Layout layout, Path mountPlace, Programs programs, Clock clock, Misfits misfits) {
        this.layout = layout;
        this.misfits = misfits;
        this.media = new Media(layout, programs, mountPlace, "bundle");
        this.entries = new BootEntries(layout.kernels());
        this.installing = new Installing(layout, programs, clock);
    }

    /**
     * {@code update.state}: the releases on the disk and the last attempt. {@code update.media}: bundles on what was plugged
     * in. {@code update.check}: whether a bundle may be installed. {@code update.install}: into the other slot, tried at the
     * next start. {@code update.return}: the release before, at the next start. {@code boot.good}: this release is good.
     */
    public List<Verb> all() {
        return List.of(Verb.looking("update.state", (_, _) -> state()),
                Verb.changing("update.media", (_, _) -> media()),
                Verb.changing("update.check", (asked, _) -> bundle(from(asked, installing::check))),
                Verb.changing("update.install", (asked, progress) -> bundle(from(asked,
                        file -> installing.install(file, progress)))),
                Verb.changing("update.return", (_, _) -> goBack()),
                Verb.changing("boot.good", (_, _) -> good()));
    }

    private ObjectNode state() throws IOException {
        Version running = layout.running();
        ObjectNode state = object().put("version", running.toString()).put("rootHash", layout.rootHash())
                .put("compatible", layout.compatible());
        ArrayNode list = state.putArray("releases");
        for (BootEntry entry : entries.all()) {
            list.addObject().put("version", entry.version().toString()).put("running", entry.version().equals(running))
                    .put("good", entry.good()).put("failed", entry.failed());
        }
        Attempt.read(layout.attempt()).ifPresent(attempt -> state.set("last", Json.tree(attempt)));
        return state;
    }

    private ObjectNode media() throws IOException, InterruptedException {
        return media.look().told("bundles");
    }

    private <T> T from(JsonNode asked, Media.Use<T> use) throws Refused, IOException, InterruptedException {
        JsonNode medium = asked.path("medium");
        return medium.isObject()
                ? media.use(medium.path("device").asText(), medium.path("file").asText(), use)
                : use.of(layout.received());
    }

    private ObjectNode bundle(Bundle bundle) throws IOException {
        ObjectNode told = object().put("version", bundle.version().toString()).put("compatible", bundle.compatible())
                .put("unpackedBytes", bundle.unpacked());
        ArrayNode leftOut = told.putArray("leftOut");
        if (!bundle.kernel().isEmpty()) {
            misfits.under(bundle.kernel()).forEach(leftOut::add);
        }
        return told;
    }

    /** The release that runs is withdrawn; the one before is good, or there is nothing to go back to. */
    private ObjectNode goBack() throws Refused, IOException {
        Version running = layout.running();
        Optional<BootEntry> before = entries.all().stream()
                .filter(entry -> entry.good() && !entry.version().equals(running)).findFirst();
        Optional<BootEntry> own = entries.of(running);
        if (before.isEmpty() || own.isEmpty()) {
            throw new Refused("no_release_before", "There is no other release on the disk that is known to be good,"
                    + " so there is nothing to go back to.");
        }
        // A newer one that waits for its try would be taken otherwise.
        for (BootEntry entry : entries.all()) {
            if (entry.version().compareTo(before.get().version()) > 0) {
                entries.withdraw(entry);
            }
        }
        Optional<Attempt> last = Attempt.read(layout.attempt());
        if (last.isPresent()) {
            last.get().became(Attempt.Outcome.GIVEN_UP, null).keep(layout.attempt());
        }
        return object().put("version", before.get().version().toString());
    }

    /** Said by the daemon once after each start, when it has tried itself out. */
    private ObjectNode good() throws IOException {
        Version running = layout.running();
        Optional<BootEntry> own = entries.of(running);
        boolean proven = own.isPresent() && !own.get().good();
        if (own.isPresent()) {
            entries.bless(own.get());
        }
        Optional<Attempt> last = Attempt.read(layout.attempt());
        Optional<Attempt> now = last.isPresent() ? become(last.get(), running) : Optional.empty();
        if (now.isPresent()) {
            now.get().keep(layout.attempt());
        }
        installing.clean();
        ObjectNode done = object().put("proven", proven);
        now.ifPresent(attempt -> done.set("ended", Json.tree(attempt)));
        return done;
    }

    /** What has become of an update that was installed; empty when that is not known yet, or was told before. */
    private Optional<Attempt> become(Attempt last, Version running) throws IOException {
        if (last.outcome() != Attempt.Outcome.INSTALLED) {
            return Optional.empty();
        }
        if (last.version().equals(running.toString())) {
            return Optional.of(last.became(Attempt.Outcome.GOOD, null));
        }
        Version tried = Version.parse(last.version())
                .orElseThrow(() -> new IOException(
                        "What is remembered of the last update names no version. Install the release again"));
        Optional<BootEntry> entry = entries.of(tried);
        if (entry.isPresent() && !entry.get().failed()) {
            return Optional.empty();
        }
        return Optional.of(last.became(Attempt.Outcome.RETURNED, why(tried)));
    }

    private String why(Version tried) throws IOException {
        Path file = layout.why(tried);
        if (!Files.exists(file)) {
            return "It did not come so far that it could say why.";
        }
        String text = Files.readString(file);
        return text.length() <= MOST_OF_WHY ? text : text.substring(text.length() - MOST_OF_WHY);
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
