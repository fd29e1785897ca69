package org.gatehouse.gateway.upstream.provider.anthropic;

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

/** Anthropic itself. The base URL is {@code https://api.anthropic.com/v1}. */
public final class Anthropic implements Provider {
    /** The one version of the API that there is; new behaviour comes by {@code anthropic-beta}. */
    private static final RequestHeaders VERSION = RequestHeaders.of("anthropic-version", "2023-06-01");

    @Override
    public List<Protocol> chats(Upstream upstream) {
        return List.of(Protocol.ANTHROPIC_MESSAGES);
    }

    @Override
    public String chatPath(Upstream upstream, Protocol protocol, String model, boolean streamed) {
        if (protocol != Protocol.ANTHROPIC_MESSAGES) {
            throw new IllegalArgumentException("Anthropic does not speak " + protocol);
        }
        return "/messages";
    }

    @Override
    public @Nullable String path(Upstream upstream, Surface surface, String model) {
        return surface == Surface.COUNT_TOKENS ? "/messages/count_tokens" : null;
    }

    @Override
    public Authorization authorization(Upstream upstream, ProviderKey key) {
        return Authorization.header("x-api-key", key.secret());
    }

    /** Claude before 4.6 is told a budget; later ones by {@code output_config.effort}. */
    @Override
    public Terms.ReasoningStyle reasoning(Upstream upstream, String model) {
        return model.matches(".*claude-(3|(opus|sonnet|haiku)-4(-[0-5])?(-20\\d{6})?$).*")
                ? Terms.ReasoningStyle.BUDGET
                : Terms.ReasoningStyle.EFFORT;
    }

    @Override
    public double highestTemperature(Upstream upstream) {
        return 1;
    }

    @Override
    public RequestHeaders headers(Upstream upstream) {
        return VERSION;
    }
}
