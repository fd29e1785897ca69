package org.gatehouse.gateway.protocol.anthropic;

import java.time.Clock;
import java.util.Map;

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

/** Anthropic's {@code POST /v1/messages}, API version 2023-06-01. Stateless, thread-safe. */
public final class AnthropicMessages implements ChatProtocol {
    private final Clock clock;

    /** Takes the clock that dates in {@code retry-after} are held against. */
    public AnthropicMessages(Clock clock) {
        this.clock = clock;
    }

    @Override
    public Protocol protocol() {
        return Protocol.ANTHROPIC_MESSAGES;
    }

    @Override
    public ChatRequest readRequest(byte[] body, boolean streamed) throws UntranslatableException {
        return RequestReader.read(body, streamed);
    }

    @Override
    public byte[] writeRequest(ChatRequest request, Terms terms, Losses losses) throws UntranslatableException {
        return RequestWriter.write(request, terms, losses);
    }

    @Override
    public ChatReply readReply(byte[] body) throws BrokenAnswerException {
        return ReplyReader.read(body);
    }

    @Override
    public byte[] writeReply(ChatReply reply, Presentation presentation) {
        return ReplyWriter.write(reply, presentation);
    }

    @Override
    public EventReader events() {
        return new AnthropicEventReader();
    }

    @Override
    public EventWriter events(Presentation presentation) {
        return new AnthropicEventWriter(presentation);
    }

    @Override
    public ProviderError readError(int status, Map<String, String> headers, byte[] body) {
        return ErrorReader.read(status, headers, body, clock);
    }
}
