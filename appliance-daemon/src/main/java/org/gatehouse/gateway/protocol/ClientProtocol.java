package org.gatehouse.gateway.protocol;

import org.gatehouse.gateway.canonical.ChatReply;
import org.gatehouse.gateway.canonical.ChatRequest;

/** A wire protocol in which clients hold a chat with the box. Stateless, thread-safe. */
public interface ClientProtocol {

    /** Which one. */
    Protocol protocol();

    /**
     * Reads a client's request. It has been read for governance before, so it is an object of JSON without a field given
     * twice; everything else is checked here.
     *
     * @param streamed whether the client wants events, where the body does not say it (Gemini says it in the path)
     * @throws UntranslatableException when it is wrong, or holds something without which it would mean something else
     */
    ChatRequest readRequest(byte[] body, boolean streamed) throws UntranslatableException;

    /** Writes a whole answer for a client. */
    byte[] writeReply(ChatReply reply, Presentation presentation);

    /** Writes the events of one streamed answer for a client. */
    EventWriter events(Presentation presentation);
}
