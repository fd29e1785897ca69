package org.gatehouse.gateway.exchange;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.protocol.Protocol;

/**
 * How a call gets through to its target: as it is, where the target speaks what the client speaks, else translated.
 * Immutable.
 *
 * @param client what the client chats in; {@code null} when the call is no chat
 * @param provider what the target is spoken to in; {@code null} likewise
 * @param straight whether the client's bytes are passed on as they are: both speak the same protocol, in the same
 *     way, and no provider of another protocol sealed anything in it
 * @param runningUsage whether the target says in each event how much it has produced, so that its output can be leased
 */
public record Passage(@Nullable Protocol client, @Nullable Protocol provider, boolean straight,
        boolean runningUsage) {}
