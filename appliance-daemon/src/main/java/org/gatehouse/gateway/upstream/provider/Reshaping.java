package org.gatehouse.gateway.upstream.provider;

import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.protocol.BrokenAnswerException;
import org.gatehouse.gateway.protocol.UntranslatableException;

/** A surface other than chat that a provider has in a shape of its own: OpenAI's is brought to it and back. Stateless, thread-safe. */
public interface Reshaping {

    /**
     * Writes a request as the provider wants it.
     *
     * @param request the client's, not to be changed
     * @param model what the provider calls the model
     * @param losses takes what had to be left out
     * @throws UntranslatableException when the request is wrong, or the provider cannot be told something that matters
     */
    ObjectNode request(ObjectNode request, String model, Losses losses) throws UntranslatableException;

    /**
     * Reads a whole reply with a good status.
     *
     * @param request the client's
     * @param model the public name
     * @throws BrokenAnswerException when it is no answer to that request
     */
    Answer reply(ObjectNode reply, ObjectNode request, String model) throws BrokenAnswerException;

    /**
     * An answer.
     *
     * @param body in OpenAI's shape, with the usage where the provider told it
     * @param billedCalls for how many calls the provider charges, at least 1
     */
    record Answer(ObjectNode body, long billedCalls) {

        /** Checks the range. */
        public Answer {
            if (billedCalls < 1) {
                throw new IllegalArgumentException("a call is charged for at least once");
            }
        }
    }
}
