package org.gatehouse.gateway.protocol;

import java.util.Map;

import org.gatehouse.gateway.canonical.ChatReply;
import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.canonical.ProviderError;

/** A wire protocol in which a chat can be held. Stateless, thread-safe. */
public interface ChatProtocol {

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

    /**
     * Writes a request for a provider.
     *
     * @param losses takes what had to be left out
     * @throws UntranslatableException when the protocol cannot say something without which the request means something else
     */
    byte[] writeRequest(ChatRequest request, Terms terms, Losses losses) throws UntranslatableException;

    /**
     * Reads a provider's whole answer with a good status.
     *
     * @throws BrokenAnswerException when it is none
     */
    ChatReply readReply(byte[] body) throws BrokenAnswerException;

    /** Writes a whole answer for a client. */
    byte[] writeReply(ChatReply reply, Presentation presentation);

    /** Reads the events of one streamed answer. */
    EventReader events();

    /** Writes the events of one streamed answer for a client. */
    EventWriter events(Presentation presentation);

    /**
     * Reads a provider's error. Never fails: what cannot be read is told by its status.
     *
     * @param headers in lower case, for what stands there ({@code retry-after}, …)
     */
    ProviderError readError(int status, Map<String, String> headers, byte[] body);
}
