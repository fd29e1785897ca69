package org.gatehouse.daemon;

import java.util.List;
import java.util.UUID;

import org.gatehouse.gateway.protocol.Protocols;
import org.gatehouse.gateway.protocol.gemini.GeminiGenerate;
import org.gatehouse.gateway.protocol.openai.OpenAiChat;

/** The protocols that the daemon translates between. */
public final class EveryProtocol {
    private EveryProtocol() {}

    /** All of them. */
    public static Protocols protocols() {
        return new Protocols(List.of(new OpenAiChat(), new GeminiGenerate(UUID::randomUUID)));
    }
}
