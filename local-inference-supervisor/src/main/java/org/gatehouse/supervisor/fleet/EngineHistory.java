package org.gatehouse.supervisor.fleet;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.gatehouse.supervisor.planning.LearnedFootprint;

/** What earlier starts taught. Used by the fleet's thread alone; must not throw. */
public interface EngineHistory {

    /**
     * What things are remembered by: any of them changes what an engine takes and how long.
     *
     * @param modelDigest the model's
     * @param engine the name of the {@link EngineProgram}
     * @param gpu the GPU's product name
     */
    record Key(String modelDigest, String engine, String gpu) {}

    /** What the engine reported of its memory, for all shapes; the newest first. */
    List<LearnedFootprint> footprints(Key key);

    /** Keeps what an engine reported, in the place of what it had for the same shape and formats. */
    void learned(Key key, LearnedFootprint footprint);

    /** How long this usually takes: the median of the last few times. */
    Optional<Duration> usual(Key key, Step step);

    /** Keeps how long it took this time. */
    void took(Key key, Step step, Duration duration);

    /** What takes time. */
    enum Step {
        /** From the process's start to its first answer. */
        LOAD,
        /** From sleep to its first answer. */
        WAKE
    }
}
