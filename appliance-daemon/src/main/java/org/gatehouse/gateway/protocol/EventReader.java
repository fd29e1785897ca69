package org.gatehouse.gateway.protocol;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ChatEvent;

/** Reads the events of one streamed answer. Confined to one thread. */
public interface EventReader {

    /**
     * Reads one event.
     *
     * @param type its type where the framing names it (SSE's {@code event:}); {@code null} where it does not
     * @param data where its data stands; not kept
     * @param from its first byte
     * @param to behind its last byte
     * @param out takes what it means: nothing, or one or several steps
     * @throws BrokenAnswerException when it is no event of this protocol
     */
    void read(@Nullable String type, byte[] data, int from, int to, Consumer<ChatEvent> out)
            throws BrokenAnswerException;

    /**
     * The stream ended without an event that says so. Gives what was still missing when the answer was whole all the same
     * (a provider that forgets its end mark), among it {@link ChatEvent.Ended}; nothing when it was cut off.
     */
    void end(Consumer<ChatEvent> out);
}
