package org.gatehouse.supervisor.engines;

/**
 * Where an engine answers what: paths, empty where it has none. Immutable.
 *
 * @param health 200 when it is well; says nothing about a hang
 * @param models the list of served models
 * @param completions a call for a real answer of one token
 * @param metrics counters and gauges in Prometheus' text format
 * @param version its release
 * @param sleep gives memory back (POST)
 * @param wake takes it again (POST)
 * @param asleep whether it sleeps
 * @param loadAdapter loads a LoRA adapter (POST)
 * @param unloadAdapter unloads one (POST)
 */
public record Endpoints(String health, String models, String completions, String metrics, String version, String sleep,
        String wake, String asleep, String loadAdapter, String unloadAdapter) {}
