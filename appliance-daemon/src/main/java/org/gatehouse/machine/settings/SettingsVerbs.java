package org.gatehouse.machine.settings;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

import com.fasterxml.jackson.databind.JsonNode;

import org.gatehouse.machine.SystemChanges;
import org.gatehouse.machine.agent.Programs;
import org.gatehouse.machine.agent.Refused;
import org.gatehouse.machine.agent.Verb;

/** What the agent does to the machine's settings. Thread-safe. */
public final class SettingsVerbs {
    /** Where the program lies that the timer calls. */
    private static final String SELF = "/usr/lib/gatehouse/gatehouse";
    private static final long SHORTEST_TRIAL = 30;
    private static final long LONGEST_TRIAL = 600;

    private final SettingsChange change;

    private SettingsVerbs(SettingsChange change) {
        this.change = change;
    }

    /** Of the machine below that root. */
    public static SettingsVerbs of(Path root, Programs programs) {
        return new SettingsVerbs(new SettingsChange(root, new DurableFiles(root),
                new Activation(programs, SELF, Activation.Later.THREAD), Clock.systemUTC(),
                () -> UUID.randomUUID().toString().replace("-", "").substring(0, 12)));
    }

    /** {@code settings.apply}, {@code settings.confirm}, {@code settings.revert}. */
    public List<Verb> all() {
        return List.of(
                Verb.changing("settings.apply", (asked, _) -> change.apply(asked.path("settings"), within(asked))),
                Verb.changing("settings.confirm", (_, _) -> change.keep()),
                Verb.changing("settings.revert", (_, _) -> change.undo()));
    }

    private static Duration within(JsonNode asked) throws Refused {
        long seconds = asked.path("withinSeconds").asLong(SystemChanges.USUAL_TRIAL.toSeconds());
        if (seconds < SHORTEST_TRIAL || seconds > LONGEST_TRIAL) {
            throw new Refused("trial_length", "A change of the network waits to be kept for " + SHORTEST_TRIAL + " to "
                    + LONGEST_TRIAL + " seconds, not for " + seconds + ".");
        }
        return Duration.ofSeconds(seconds);
    }

    /** Undoes that trial because nobody kept it in time. */
    public void notKept(String id) throws IOException, InterruptedException {
        change.undo(id, "not_kept");
    }

    /** Undoes what nobody kept, or what was never finished, when the box starts. */
    public void atStart() throws IOException, InterruptedException {
        change.undoAtStart();
    }
}
