package org.gatehouse.gateway.upstream.provider.gemini;

import java.time.InstantSource;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.protocol.Protocol;
import org.gatehouse.gateway.protocol.Terms;
import org.gatehouse.gateway.upstream.http.AddressPolicy;
import org.gatehouse.gateway.upstream.http.UpstreamClient;
import org.gatehouse.gateway.upstream.provider.Authorization;
import org.gatehouse.gateway.upstream.provider.Provider;
import org.gatehouse.gateway.upstream.provider.Reshaping;
import org.gatehouse.governance.snapshot.Surface;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.governance.snapshot.Upstream.ProviderKey;

/**
 * Google Cloud's Vertex AI. The base URL is {@code https://LOCATION-aiplatform.googleapis.com/v1}, or
 * {@code https://aiplatform.googleapis.com/v1} for the location {@code global}; the options {@code project} and
 * {@code location} say whose models are called where. A key is the JSON of a service account's key file, or a bearer token.
 */
public final class Vertex implements Provider {
    private static final Reshaping EMBEDDED = new Predictions();
    private static final String PROJECT = "project";
    private static final String LOCATION = "location";

    private final UpstreamClient client;
    private final InstantSource clock;

    /** Takes what carries the questions for tokens, and the clock that tells when one ends. */
    public Vertex(UpstreamClient client, InstantSource clock) {
        this.client = client;
        this.clock = clock;
    }

    @Override
    public List<Protocol> chats(Upstream upstream) {
        return List.of(Protocol.GEMINI);
    }

    @Override
    public @Nullable String missing(Upstream upstream) {
        return upstream.option(PROJECT) == null ? PROJECT : location(upstream) == null ? LOCATION : null;
    }

    private static @Nullable String location(Upstream upstream) {
        String said = upstream.option(LOCATION);
        return said == null ? upstream.region() : said;
    }

    @Override
    public String chatPath(Upstream upstream, Protocol protocol, String model, boolean streamed) {
        if (protocol != Protocol.GEMINI) {
            throw new IllegalArgumentException("Vertex does not speak " + protocol);
        }
        return place(upstream) + GoogleModels.chat(model, streamed);
    }

    private static String place(Upstream upstream) {
        return "/projects/" + GoogleModels.encoded(String.valueOf(upstream.option(PROJECT))) + "/locations/"
                + GoogleModels.encoded(String.valueOf(location(upstream))) + "/publishers/google";
    }

    @Override
    public @Nullable String path(Upstream upstream, Surface surface, String model) {
        return surface == Surface.EMBEDDINGS ? place(upstream) + GoogleModels.method(model, "predict") : null;
    }

    @Override
    public @Nullable Reshaping reshaping(Surface surface) {
        return surface == Surface.EMBEDDINGS ? EMBEDDED : null;
    }

    /** What a project may use of Google's models is not listed anywhere. */
    @Override
    public @Nullable String listing(Upstream upstream) {
        return null;
    }

    @Override
    public Terms.ReasoningStyle reasoning(Upstream upstream, String model) {
        return GoogleModels.reasoning(model);
    }

    @Override
    public Authorization authorization(Upstream upstream, ProviderKey key) {
        if (!key.secret().stripLeading().startsWith("{")) {
            return Authorization.bearer(key.secret());
        }
        AddressPolicy policy = upstream.local() || upstream.privateAddressesAllowed()
                ? AddressPolicy.ANY
                : AddressPolicy.PUBLIC_ONLY;
        try {
            ServiceAccount account = ServiceAccount.of(key.secret());
            return new AccessTokens(new TokenServer(account, policy, client, clock), clock);
        } catch (IllegalArgumentException e) {
            return Authorization.unusable(String.valueOf(e.getMessage()));
        }
    }
}
