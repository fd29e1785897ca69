package org.gatehouse.gateway.upstream.provider.gemini;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.protocol.Protocol;
import org.gatehouse.gateway.protocol.Terms;
import org.gatehouse.gateway.upstream.http.RequestHeaders;
import org.gatehouse.gateway.upstream.provider.Authorization;
import org.gatehouse.gateway.upstream.provider.Provider;
import org.gatehouse.governance.snapshot.Surface;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.governance.snapshot.Upstream.ProviderKey;

/** Google's AI Studio. The base URL is {@code https://generativelanguage.googleapis.com/v1beta}. */
public final class Gemini implements Provider {

    @Override
    public List<Protocol> chats(Upstream upstream) {
        return List.of(Protocol.GEMINI);
    }

    @Override
    public String chatPath(Upstream upstream, Protocol protocol, String model, boolean streamed) {
        if (protocol != Protocol.GEMINI) {
            throw new IllegalArgumentException("Gemini does not speak " + protocol);
        }
        return GoogleModels.chat(model, streamed);
    }

    @Override
    public @Nullable String path(Upstream upstream, Surface surface, String model) {
        // Google keeps an API in OpenAI's shape beside its own.
        return surface == Surface.EMBEDDINGS ? "/openai/embeddings" : null;
    }

    @Override
    public String googleEmbeddings(String model, boolean several) {
        return GoogleModels.method(model, several ? "batchEmbedContents" : "embedContent");
    }

    @Override
    public Terms.ReasoningStyle reasoning(Upstream upstream, String model) {
        return GoogleModels.reasoning(model);
    }

    @Override
    public Authorization authorization(Upstream upstream, ProviderKey key) {
        RequestHeaders own = RequestHeaders.of("x-goog-api-key", key.secret());
        RequestHeaders compatible = RequestHeaders.of("authorization", "Bearer " + key.secret());
        return (_, _, path, _) -> path.startsWith("/openai/") ? compatible : own;
    }
}
