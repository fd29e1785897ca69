/**
 * Realtime: a client's WebSocket and an upstream's, passed on into each other. In: an exchange whose client asks for a session.
 * Out: messages both ways, a row for each answer with what it used, and a row for the session. Calls the stages of the way in,
 * {@code upstream} and {@code websocket}; the door calls it.
 */
@NullMarked
package org.gatehouse.gateway.realtime;

import org.jspecify.annotations.NullMarked;
