/**
 * The doors of the box: TCP and TLS listeners, the life of each client connection, and everything that makes them hard to kill.
 * In come settings, one routing per listener and a renderer for errors below the pipeline; out go requests to that routing, and for each request
 * the news that its client has left ({@link org.gatehouse.listen.ClientConnection}). Calls no other room.
 *
 * <p>Helidon parses and writes HTTP/1.1 and HTTP/2; the accept loop, the sockets and the deadlines are ours, put together from Helidon's public
 * connection interfaces. {@code WebServer}'s own accept loop (4.5.0) dies for good when file descriptors run out, resolves every TLS client's name
 * in reverse, applies no time limit to silent or slow clients and keeps a connection open after {@code Connection: close}.
 */
@NullMarked
package org.gatehouse.listen;

import org.jspecify.annotations.NullMarked;
