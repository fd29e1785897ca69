package org.gatehouse.supervisor.engines;

import java.util.List;

/**
 * What an engine's metrics are called: each list has the newest name first, then those of older releases; empty if it has none.
 *
 * @param running sequences being computed
 * @param waiting sequences waiting for a place
 * @param kvUsage share of the KV cache in use, 0 to 1
 * @param promptTokens prompt tokens computed since the start
 * @param generatedTokens tokens generated since the start
 */
public record MetricNames(List<String> running, List<String> waiting, List<String> kvUsage, List<String> promptTokens,
        List<String> generatedTokens) {
    /** For engines without metrics. */
    static final MetricNames NONE = new MetricNames(List.of(), List.of(), List.of(), List.of(), List.of());

    /** Copies the lists. */
    public MetricNames {
        running = List.copyOf(running);
        waiting = List.copyOf(waiting);
        kvUsage = List.copyOf(kvUsage);
        promptTokens = List.copyOf(promptTokens);
        generatedTokens = List.copyOf(generatedTokens);
    }
}
