package org.gatehouse.gateway.protocol.openai;

import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;

import org.gatehouse.gateway.canonical.ChatReply;
import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.canonical.ProviderError;
import org.gatehouse.gateway.protocol.BrokenAnswerException;
import org.gatehouse.gateway.protocol.ChatProtocol;
import org.gatehouse.gateway.protocol.EventReader;
import org.gatehouse.gateway.protocol.EventWriter;
import org.gatehouse.gateway.protocol.Presentation;
import org.gatehouse.gateway.protocol.Protocol;
import org.gatehouse.gateway.protocol.Terms;
import org.gatehouse.gateway.protocol.UntranslatableException;

/**
 * OpenAI's {@code /v1/responses}. Stateless, thread-safe.
 *
 * <p>Refused, with the field named: what lives in OpenAI's own store ({@code previous_response_id}, {@code conversation},
 * {@code item_reference}, {@code prompt}, {@code background}, {@code store: true}). Left out of a request to a provider with a
 * note: stop strings, penalties, {@code seed} and {@code top_k}, which the protocol lacks, and thoughts that OpenAI did not seal.
 */
public final class OpenAiResponses implements ChatProtocol {
    private final ErrorReader errors;
    private final Supplier<String> callIds;

    /** With the system's clock and chance. */
    public OpenAiResponses() {
        this(InstantSource.system(), () -> "call_" + UUID.randomUUID().toString().replace("-", ""));
    }

    /**
     * Takes clock and chance from outside.
     *
     * @param clock against which a {@code retry-after} that is a date is held
     * @param callIds makes ids for tool calls of servers that give none; each unlike all others
     */
    public OpenAiResponses(InstantSource clock, Supplier<String> callIds) {
        this.errors = new ErrorReader(clock);
        this.callIds = callIds;
    }

    @Override
    public Protocol protocol() {
        return Protocol.OPENAI_RESPONSES;
    }

    @Override
    public ChatRequest readRequest(byte[] body, boolean streamed) throws UntranslatableException {
        return ResponsesRequestReader.read(body, streamed);
    }

    @Override
    public byte[] writeRequest(ChatRequest request, Terms terms, Losses losses) throws UntranslatableException {
        return ResponsesRequestWriter.write(request, terms, losses);
    }

    @Override
    public ChatReply readReply(byte[] body) throws BrokenAnswerException {
        return new ResponsesReplyReader(callIds).read(body);
    }

    @Override
    public byte[] writeReply(ChatReply reply, Presentation presentation) {
        return ResponsesReplyWriter.write(reply, presentation);
    }

    @Override
    public EventReader events() {
        return new ResponsesEventReader(callIds, errors);
    }

    @Override
    public EventWriter events(Presentation presentation) {
        return new ResponsesEventWriter(presentation);
    }

    /** Also for an error inside a good status: behind {@link #readReply} that threw, the body says what it was. */
    @Override
    public ProviderError readError(int status, Map<String, String> headers, byte[] body) {
        return errors.read(status, headers, body);
    }
}
