package org.gatehouse.daemon;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import org.gatehouse.alerts.Finding;
import org.gatehouse.machine.slots.Attempt;

/**
 * What alerts look at of updates: one that was not good, from which the box came back by itself, most likely while nobody looked. Told of until
 * another one is tried. Stateless.
 *
 * @param root where the machine's files are, {@code /} but in tests
 */
record GivenUpUpdate(Path root) {

    /** The last update, if it was given up. */
    List<Finding> findings() {
        try {
            return Attempt.lastUnder(root).filter(last -> last.outcome() == Attempt.Outcome.RETURNED)
                    .map(last -> List.of(new Finding(last.version() + " " + last.at(), "release " + last.version(), 0,
                            "The update to " + last.version() + " was not good, and the box came back to " + last.from()
                                    + " by itself, with everything as it was. The console (System, Updates) and"
                                    + " 'gatehouse update status' show what the release said: send that to the maker of"
                                    + " this box. Told of until another update is tried.")))
                    .orElse(List.of());
        } catch (IOException _) {
            // Whoever asks for the state of updates is told why it can't be read.
            return List.of();
        }
    }
}
