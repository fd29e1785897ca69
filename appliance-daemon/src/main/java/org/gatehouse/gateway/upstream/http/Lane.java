package org.gatehouse.gateway.upstream.http;

import java.util.concurrent.TimeUnit;

/**
 * What all calls to one endpoint share. Thread-safe.
 *
 * @param endpoint where to
 * @param pool its connections
 * @param connector opens new ones
 * @param writer writes requests to it
 */
record Lane(Endpoint endpoint, ConnectionPool pool, Connector connector, RequestWriter writer) {
    /** How long a call is parked before it looks at the clock again. */
    static final long LONGEST_PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(25);
}
