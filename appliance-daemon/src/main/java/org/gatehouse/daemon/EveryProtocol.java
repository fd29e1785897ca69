package org.gatehouse.daemon;

import java.time.Clock;
import java.util.List;
import java.util.UUID;

import org.gatehouse.gateway.protocol.ChatProtocol;
import org.gatehouse.gateway.protocol.Protocols;
import org.gatehouse.gateway.protocol.ProviderProtocol;
import org.gatehouse.gateway.protocol.anthropic.AnthropicMessages;
import org.gatehouse.gateway.protocol.converse.BedrockConverse;
import org.gatehouse.gateway.protocol.gemini.GeminiGenerate;
import org.gatehouse.gateway.protocol.openai.OpenAiChat;
import org.gatehouse.gateway.protocol.openai.OpenAiResponses;

/** The protocols that the daemon translates between. */
public final class EveryProtocol {
    private EveryProtocol() {}

    /** All of them. */
    public static Protocols protocols() {
        List<ChatProtocol> both = List.of(new OpenAiChat(), new OpenAiResponses(),
                new AnthropicMessages(Clock.systemUTC()), new GeminiGenerate(UUID::randomUUID));
        return new Protocols(both,
                List.<ProviderProtocol>of(both.get(0), both.get(1), both.get(2), both.get(3), new BedrockConverse()));
    }
}
