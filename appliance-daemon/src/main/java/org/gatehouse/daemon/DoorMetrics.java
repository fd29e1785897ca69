package org.gatehouse.daemon;

import java.util.function.Supplier;
import java.util.function.ToLongFunction;

import org.gatehouse.listen.EarlyRefusal;
import org.gatehouse.listen.ListenerCounts;
import org.gatehouse.listen.Listeners;
import org.gatehouse.telemetry.CallMetrics;

/** What happens at the listeners, as metrics: it is no call's and so in no row. */
final class DoorMetrics {
    private final CallMetrics metrics;

    DoorMetrics(CallMetrics metrics) {
        this.metrics = metrics;
    }

    /** Counts a request that never became a call. */
    void refused(EarlyRefusal refusal) {
        metrics.count("gatehouse.requests.refused.early", "Requests that were refused before a handler got them",
                "listener", refusal.listener(), "code", refusal.code());
    }

    /** Shows what the main listener counts, and the management one if there is a second. */
    void show(Listeners listeners, boolean apart) {
        show(Listeners.MAIN, listeners::counts);
        if (apart) {
            show(Listeners.MANAGEMENT, listeners::managementCounts);
        }
    }

    private void show(String listener, Supplier<ListenerCounts> counts) {
        metrics.counter("gatehouse.connections.accepted", "Connections let in", counts,
                it -> it.get().accepted(), "listener", listener);
        ended(listener, counts, "too_many", ListenerCounts::refusedFull);
        ended(listener, counts, "too_many_of_client", ListenerCounts::refusedClient);
        ended(listener, counts, "tls_failed", ListenerCounts::tlsFailures);
        ended(listener, counts, "headers_late", ListenerCounts::lateHeaders);
        ended(listener, counts, "body_slow", ListenerCounts::slowBodies);
        ended(listener, counts, "write_stalled", ListenerCounts::stalledWrites);
        ended(listener, counts, "client_left", ListenerCounts::clientsLeft);
    }

    private void ended(String listener, Supplier<ListenerCounts> counts, String reason,
            ToLongFunction<ListenerCounts> count) {
        metrics.counter("gatehouse.connections.cut.short", "Connections and bodies that ended before their time",
                counts,
                it -> count.applyAsLong(it.get()), "listener", listener, "reason", reason);
    }
}
