package org.gatehouse.gateway.exchange;

import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.Cost;
import org.gatehouse.audit.Saved;
import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.canonical.ChatReply;

/**
 * A whole answer that was kept. Immutable; nobody changes the array.
 *
 * @param reply what the model said
 * @param plain the body that the first client got; {@code null} when it got events
 * @param usage what the answer used when it was made
 * @param cost what it cost then; {@code null} when no price applied
 * @param servedBy the upstream's name of the model that made it
 * @param simulated whether a simulation made it
 * @param losses what the translation to that upstream had left out
 */
@SuppressWarnings("ArrayRecordComponent") // bytes on their way out, never compared
public record KeptAnswer(ChatReply reply, byte @Nullable [] plain, Usage usage, @Nullable Cost cost, String servedBy,
        boolean simulated, Set<String> losses) {

    /** Copies the notes. */
    public KeptAnswer {
        losses = Set.copyOf(losses);
    }

    /** What giving it again saves. */
    public Saved saved() {
        return new Saved(usage.inputTokens(), usage.outputTokens(), cost);
    }
}
