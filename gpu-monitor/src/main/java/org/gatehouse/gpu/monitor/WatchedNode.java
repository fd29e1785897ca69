package org.gatehouse.gpu.monitor;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

import org.gatehouse.gpu.SourceCandidate;

/**
 * A machine whose GPUs are watched: this one, or another that is scraped.
 *
 * @param name its name; unique among all that are watched
 * @param every how often it is read; 1 s to 5 min
 * @param candidates where to read it from, best first; none at all is a machine without GPUs
 */
public record WatchedNode(String name, Duration every, List<SourceCandidate> candidates) {

    /** Checks the range. */
    public WatchedNode {
        Objects.requireNonNull(name, "name");
        candidates = List.copyOf(candidates);
        if (name.isBlank()) {
            throw new IllegalArgumentException("A node needs a name");
        }
        if (every.toMillis() < 1_000 || every.toMinutes() > 5) {
            throw new IllegalArgumentException("A node is read every 1 s to 5 min, not every " + every);
        }
    }
}
