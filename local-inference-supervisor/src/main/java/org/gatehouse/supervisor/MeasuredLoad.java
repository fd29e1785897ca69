package org.gatehouse.supervisor;

import java.time.Instant;
import java.util.Objects;

import org.gatehouse.supervisor.engines.EngineLoad;

/**
 * How busy an engine was, for whoever routes calls. Immutable.
 *
 * @param load running and waiting sequences, share of the KV cache in use, token counters
 * @param at when the engine said it
 */
public record MeasuredLoad(EngineLoad load, Instant at) {

    /** Checks what must be there. */
    public MeasuredLoad {
        Objects.requireNonNull(load, "load");
        Objects.requireNonNull(at, "at");
    }
}
