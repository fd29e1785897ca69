package org.gatehouse.gateway.protocol.gemini;

import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.node.ObjectNode;

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
import org.gatehouse.gateway.protocol.json.JsonTrees;

/**
 * Google's {@code models/…:generateContent} and {@code :streamGenerateContent}. The model and whether to stream stand in
 * the path, so neither is in the body that is written. Stateless, thread-safe.
 */
public final class GeminiGenerate implements ChatProtocol {
    private final Supplier<String> callIds;

    /**
     * Takes what names the tool calls of models that name none.
     *
     * @param ids never the same twice; thread-safe
     */
    public GeminiGenerate(Supplier<UUID> ids) {
        // 37 characters of a kind that every protocol takes for an id: OpenAI allows 40.
        this.callIds = () -> "call_" + ids.get().toString().replace("-", "");
    }

    @Override
    public Protocol protocol() {
        return Protocol.GEMINI;
    }

    @Override
    public ChatRequest readRequest(byte[] body, boolean streamed) throws UntranslatableException {
        ObjectNode request = JsonTrees.readObject(body);
        if (request == null) {
            throw new UntranslatableException(null, "The body is not a JSON object. Send a JSON object.");
        }
        return RequestReader.read(request, streamed);
    }

    @Override
    public byte[] writeRequest(ChatRequest request, Terms terms, Losses losses) throws UntranslatableException {
        return JsonTrees.bytes(new RequestWriter(request, terms, losses).write());
    }

    @Override
    public ChatReply readReply(byte[] body) throws BrokenAnswerException {
        return new ReplyReader(callIds).read(body);
    }

    @Override
    public byte[] writeReply(ChatReply reply, Presentation presentation) {
        return ReplyWriter.write(reply, presentation);
    }

    @Override
    public EventReader events() {
        return new GeminiEventReader(callIds);
    }

    @Override
    public EventWriter events(Presentation presentation) {
        return new GeminiEventWriter(presentation);
    }

    @Override
    public ProviderError readError(int status, Map<String, String> headers, byte[] body) {
        return GeminiErrors.read(status, headers, body);
    }
}
