package org.gatehouse.gateway.upstream.provider.azure;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.protocol.Protocol;
import org.gatehouse.gateway.protocol.openai.ChatFlavour;
import org.gatehouse.gateway.upstream.provider.Authorization;
import org.gatehouse.gateway.upstream.provider.OpenAiPaths;
import org.gatehouse.gateway.upstream.provider.Provider;
import org.gatehouse.governance.snapshot.Surface;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.governance.snapshot.Upstream.ProviderKey;

/**
 * OpenAI's models at Microsoft. The base URL is that of the resource ({@code https://NAME.openai.azure.com}); a target's
 * model is the name of a deployment there. With the option {@code apiVersion} its older, dated API is used, otherwise
 * {@code /openai/v1}.
 */
public final class AzureOpenAi implements Provider {

    @Override
    public List<Protocol> chats(Upstream upstream) {
        return List.of(Protocol.OPENAI_CHAT, Protocol.OPENAI_RESPONSES);
    }

    @Override
    public String chatPath(Upstream upstream, Protocol protocol, String model, boolean streamed) {
        return switch (protocol) {
            case OPENAI_CHAT -> at(upstream, model, "/chat/completions");
            case OPENAI_RESPONSES -> upstream.option("apiVersion") == null
                    ? "/openai/v1/responses"
                    : "/openai/responses?api-version=" + upstream.option("apiVersion");
            case ANTHROPIC_MESSAGES, GEMINI, BEDROCK_CONVERSE ->
                throw new IllegalArgumentException("Azure OpenAI does not speak " + protocol);
        };
    }

    @Override
    public @Nullable String path(Upstream upstream, Surface surface, String model) {
        if (surface == Surface.REALTIME) {
            String named = URLEncoder.encode(model, StandardCharsets.UTF_8);
            String version = upstream.option("apiVersion");
            return version == null
                    ? "/openai/v1/realtime?model=" + named
                    : "/openai/realtime?api-version=" + version + "&deployment=" + named;
        }
        String path = surface == Surface.RERANK || surface == Surface.MODERATIONS ? null : OpenAiPaths.of(surface);
        return path == null ? null : at(upstream, model, path);
    }

    private static String at(Upstream upstream, String model, String path) {
        String version = upstream.option("apiVersion");
        return version == null
                ? "/openai/v1" + path
                : "/openai/deployments/" + URLEncoder.encode(model, StandardCharsets.UTF_8) + path + "?api-version="
                        + version;
    }

    @Override
    public @Nullable String listing(Upstream upstream) {
        String version = upstream.option("apiVersion");
        return version == null ? "/openai/v1/models" : "/openai/models?api-version=" + version;
    }

    @Override
    public Authorization authorization(Upstream upstream, ProviderKey key) {
        return Authorization.header("api-key", key.secret());
    }

    @Override
    public ChatFlavour flavour() {
        return ChatFlavour.OPENAI;
    }
}
