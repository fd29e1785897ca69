package org.gatehouse.gateway.protocol.converse;

import java.util.Map;

import org.gatehouse.gateway.canonical.ChatReply;
import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.canonical.ProviderError;
import org.gatehouse.gateway.protocol.BrokenAnswerException;
import org.gatehouse.gateway.protocol.EventReader;
import org.gatehouse.gateway.protocol.Protocol;
import org.gatehouse.gateway.protocol.ProviderProtocol;
import org.gatehouse.gateway.protocol.Terms;
import org.gatehouse.gateway.protocol.UntranslatableException;
import org.gatehouse.gateway.protocol.json.JsonTrees;

/**
 * Amazon Bedrock's {@code /model/…/converse} and {@code /converse-stream}. The model stands in the path. Streams come in
 * {@linkplain EventStreamSplitter frames}, not in server-sent events; a frame's type is the event's. Stateless,
 * thread-safe.
 */
public final class BedrockConverse implements ProviderProtocol {

    @Override
    public Protocol protocol() {
        return Protocol.BEDROCK_CONVERSE;
    }

    @Override
    public byte[] writeRequest(ChatRequest request, Terms terms, Losses losses) throws UntranslatableException {
        return JsonTrees.bytes(new ConverseRequestWriter(request, terms, losses).write());
    }

    @Override
    public ChatReply readReply(byte[] body) throws BrokenAnswerException {
        return ConverseReplyReader.read(body);
    }

    @Override
    public EventReader events() {
        return new ConverseEventReader();
    }

    @Override
    public ProviderError readError(int status, Map<String, String> headers, byte[] body) {
        return ConverseErrors.read(status, headers, body);
    }
}
