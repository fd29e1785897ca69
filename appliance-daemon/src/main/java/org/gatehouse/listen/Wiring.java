package org.gatehouse.listen;

import java.util.concurrent.ExecutorService;

import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.context.Context;
import io.helidon.http.encoding.ContentEncodingContext;
import io.helidon.http.media.MediaContext;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.Router;
import io.helidon.webserver.spi.ServerConnectionSelector;

/**
 * What all connections of one listener share. Immutable.
 *
 * @param name        the listener's name in thread names and logs
 * @param timeouts    how long to wait for whom
 * @param http1       makes the HTTP/1.1 engine of a connection
 * @param http2       makes the HTTP/2 engine of a connection
 * @param router      where requests go
 * @param config      Helidon's view of the listener: body limit, error messages
 * @param usualBodyBytes the largest body of all paths but the one for large ones
 * @param errors      the answers to requests that never reach a handler
 * @param media       entity readers and writers
 * @param encodings   content encodings, none for requests
 * @param context     parent of the requests' contexts
 * @param executor    runs HTTP/2 streams, a virtual thread each
 * @param unlimited   admission happens in the pipeline, not here
 * @param clientWatch notices clients that leave
 * @param clock       the time by which connections are judged
 * @param tally       counts what happens
 * @param failures    where surprising ends of connections are logged
 */
record Wiring(String name, ListenerSettings.Timeouts timeouts, ServerConnectionSelector http1,
        ServerConnectionSelector http2, Router router,
        ListenerConfig config, long usualBodyBytes, TransportErrors errors, MediaContext media,
        ContentEncodingContext encodings,
        Context context,
        ExecutorService executor, Limit unlimited, ClientWatch clientWatch, CoarseClock clock, Tally tally,
        RareLog failures) {}
