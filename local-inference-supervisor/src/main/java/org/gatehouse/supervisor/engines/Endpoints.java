package org.gatehouse.supervisor.engines;

import java.util.List;

/**
 * Where an engine answers what: paths, empty where it has none. Immutable.
 *
 * @param health 200 when it is well; says nothing about a hang
 * @param models the list of served models
 * @param completions a call for a real answer of one token
 * @param otherKinds what models that complete nothing may be for, in the order in which it is asked
 * @param metrics counters and gauges in Prometheus' text format
 * @param version its release
 * @param sleep gives memory back (POST)
 * @param wake takes it again (POST)
 * @param asleep whether it sleeps
 * @param loadAdapter loads a LoRA adapter (POST)
 * @param unloadAdapter unloads one (POST)
 */
public record Endpoints(String health, String models, String completions, List<CallKind> otherKinds, String metrics,
        String version, String sleep, String wake, String asleep, String loadAdapter, String unloadAdapter) {
    /** Copies the list. */
    public Endpoints {
        otherKinds = List.copyOf(otherKinds);
    }
}
