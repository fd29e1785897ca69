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
 * OpenAI's {@code /v1/chat/completions}. Requests of clients and answers of servers are read generously, whatever their
 * flavour; requests to a server are written in its {@linkplain ChatFlavour flavour}. Stateless, thread-safe.
 *
 * <p>What a client is not told or a server not asked, each noted in the {@link Losses}: fields without a canonical place
 * ({@code logit_bias}: its token ids mean other words to another model; {@code logprobs}, {@code metadata}, …), marks for
 * Anthropic's prompt cache (silently: they change nothing but the price), tools that another provider runs itself, thoughts of
 * earlier turns unless the flavour wants them. What binds the answer and cannot be promised is refused.
 */
public final class OpenAiChat implements ChatProtocol {
    private final ChatFlavour flavour;
    private final ErrorReader errors;
    private final Supplier<String> callIds;

    /** OpenAI's own, for clients and for OpenAI and Azure. */
    public OpenAiChat() {
        this(ChatFlavour.OPENAI);
    }

    /** For servers of some flavour; what clients send and get does not depend on it. */
    public OpenAiChat(ChatFlavour flavour) {
        this(flavour, InstantSource.system(), () -> "call_" + UUID.randomUUID().toString().replace("-", ""));
    }

    /**
     * Takes clock and chance from outside.
     *
     * @param clock against which a {@code retry-after} that is a date is held
     * @param callIds makes ids for tool calls of servers that give none; each unlike all others, of at most 40 letters, digits
     *     and underscores
     */
    public OpenAiChat(ChatFlavour flavour, InstantSource clock, Supplier<String> callIds) {
        this.flavour = flavour;
        this.errors = new ErrorReader(clock);
        this.callIds = callIds;
    }

    @Override
    public Protocol protocol() {
        return Protocol.OPENAI_CHAT;
    }

    @Override
    public ChatRequest readRequest(byte[] body, boolean streamed) throws UntranslatableException {
        return ChatRequestReader.read(body, streamed);
    }

    @Override
    public byte[] writeRequest(ChatRequest request, Terms terms, Losses losses) throws UntranslatableException {
        return ChatRequestWriter.write(flavour, request, terms, losses);
    }

    @Override
    public ChatReply readReply(byte[] body) throws BrokenAnswerException {
        return new ChatReplyReader(callIds).read(body);
    }

    @Override
    public byte[] writeReply(ChatReply reply, Presentation presentation) {
        return ChatReplyWriter.write(reply, presentation);
    }

    @Override
    public EventReader events() {
        return new ChatEventReader(callIds, errors);
    }

    @Override
    public EventWriter events(Presentation presentation) {
        return new ChatEventWriter(presentation);
    }

    /** Also for an error inside a good status: behind {@link #readReply} that threw, the body says what it was. */
    @Override
    public ProviderError readError(int status, Map<String, String> headers, byte[] body) {
        return errors.read(status, headers, body);
    }
}
