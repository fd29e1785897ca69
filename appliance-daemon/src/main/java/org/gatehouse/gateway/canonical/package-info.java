/**
 * One chat, whatever protocol it was written in: what was asked ({@link org.gatehouse.gateway.canonical.ChatRequest}),
 * what was answered ({@link org.gatehouse.gateway.canonical.ChatReply}), and the events of an answer that streams
 * ({@link org.gatehouse.gateway.canonical.ChatEvent}). It is used only where the two sides of a call speak different
 * protocols. Pure values, no bytes; calls no other gateway room.
 */
@NullMarked
package org.gatehouse.gateway.canonical;

import org.jspecify.annotations.NullMarked;
