/**
 * WebSocket frames (RFC 6455, version 13, no extensions) over any bytes, for either end. In: bytes as they come. Out: whole
 * messages, or the violation that ends the connection. Calls no other room: who connects, and what a message means, is not
 * known here.
 *
 * <p>Own code, because the client side must run over the gateway's own guarded connections, which no library's client lets it
 * do, and because a server side of the same grain refuses before it upgrades, in the dialect of the client.
 */
@NullMarked
package org.gatehouse.gateway.websocket;

import org.jspecify.annotations.NullMarked;
