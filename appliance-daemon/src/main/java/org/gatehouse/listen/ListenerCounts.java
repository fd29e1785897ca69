package org.gatehouse.listen;

/**
 * What one listener has seen since its start, for metrics; all but the first two only grow.
 *
 * @param open           connections open now
 * @param callsInFlight  calls that wait for their answers now
 * @param accepted       connections let in
 * @param refusedFull    connections closed at once because there were too many in all
 * @param refusedClient  connections closed at once because their client had too many
 * @param acceptFailures failures to accept, for example for want of file descriptors
 * @param tlsFailures    TLS handshakes that failed
 * @param lateHeaders    connections closed because TLS handshake or headers were not complete in time
 * @param slowBodies     request bodies given up because they stalled or dripped
 * @param stalledWrites  connections closed because the client did not take its answer
 * @param idle           connections closed because no further request came
 * @param clientsLeft    clients that left while a call of theirs was in flight
 */
public record ListenerCounts(int open, int callsInFlight, long accepted, long refusedFull, long refusedClient,
        long acceptFailures,
        long tlsFailures, long lateHeaders, long slowBodies, long stalledWrites, long idle, long clientsLeft) {}
