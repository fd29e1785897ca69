package org.gatehouse.gateway.protocol;

import java.util.Map;

import org.gatehouse.gateway.canonical.ChatReply;
import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.canonical.ProviderError;

/** A wire protocol in which the box holds a chat with providers. Stateless, thread-safe. */
public interface ProviderProtocol {

    /** Which one. */
    Protocol protocol();

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

    /** Reads the events of one streamed answer. */
    EventReader events();

    /**
     * Reads a provider's error. Never fails: what cannot be read is told by its status.
     *
     * @param headers in lower case, for what stands there ({@code retry-after}, …)
     */
    ProviderError readError(int status, Map<String, String> headers, byte[] body);
}
