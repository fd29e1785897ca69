package org.gatehouse.gateway.upstream.provider.cohere;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.protocol.Protocol;
import org.gatehouse.gateway.upstream.provider.Authorization;
import org.gatehouse.gateway.upstream.provider.Provider;
import org.gatehouse.gateway.upstream.provider.Reshaping;
import org.gatehouse.governance.snapshot.Surface;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.governance.snapshot.Upstream.ProviderKey;

/** Cohere. The base URL is {@code https://api.cohere.com}. Chat and embeddings by its API in OpenAI's shape, rerank by its own. */
public final class Cohere implements Provider {
    private static final Reshaping RERANKED = new Rerank();

    @Override
    public List<Protocol> chats(Upstream upstream) {
        return List.of(Protocol.OPENAI_CHAT);
    }

    @Override
    public String chatPath(Upstream upstream, Protocol protocol, String model, boolean streamed) {
        if (protocol != Protocol.OPENAI_CHAT) {
            throw new IllegalArgumentException("Cohere does not speak " + protocol);
        }
        return "/compatibility/v1/chat/completions";
    }

    @Override
    public @Nullable String path(Upstream upstream, Surface surface, String model) {
        return switch (surface) {
            case EMBEDDINGS -> "/compatibility/v1/embeddings";
            case RERANK -> "/v2/rerank";
            case CHAT_COMPLETIONS, COMPLETIONS, RESPONSES, MESSAGES, GENERATE_CONTENT, COUNT_TOKENS, MODELS, BATCHES,
                    AUDIO_TRANSCRIPTIONS, AUDIO_TRANSLATIONS, AUDIO_SPEECH, IMAGES_GENERATIONS, IMAGES_EDITS,
                    MODERATIONS, REALTIME ->
                null;
        };
    }

    @Override
    public @Nullable Reshaping reshaping(Surface surface) {
        return surface == Surface.RERANK ? RERANKED : null;
    }

    @Override
    public Authorization authorization(Upstream upstream, ProviderKey key) {
        return Authorization.bearer(key.secret());
    }

    @Override
    public @Nullable String listing(Upstream upstream) {
        return "/v1/models";
    }
}
