package org.gatehouse.gateway.upstream.provider.bedrock;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.protocol.Protocol;
import org.gatehouse.gateway.protocol.Terms;
import org.gatehouse.gateway.upstream.provider.Authorization;
import org.gatehouse.gateway.upstream.provider.Provider;
import org.gatehouse.governance.snapshot.Surface;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.governance.snapshot.Upstream.ProviderKey;

/**
 * Amazon Bedrock. The base URL is {@code https://bedrock-runtime.REGION.amazonaws.com}; a target's model is the id of a
 * model, of an inference profile, or its ARN. A key is {@code ACCESSKEYID:SECRET[:SESSIONTOKEN]}, with which calls are
 * signed for the region of the option {@code region} (else the upstream's own), or a Bedrock API key.
 */
public final class Bedrock implements Provider {
    private static final String REGION = "region";
    /** The Claudes that are told a budget; later ones by a step of effort. */
    private static final Pattern BUDGETED = Pattern
            .compile("claude-(3-7-|(opus|sonnet|haiku)-4(-[0-5])?(-20\\d{6}|[:-]v\\d|$))");
    /** The Claudes that do not think. */
    private static final Pattern UNTHINKING = Pattern.compile("claude-(v?2|instant|3-)");

    private final Clock clock;

    /** Takes the clock that signatures are dated by. */
    public Bedrock(Clock clock) {
        this.clock = clock;
    }

    @Override
    public List<Protocol> chats(Upstream upstream) {
        return List.of(Protocol.BEDROCK_CONVERSE);
    }

    @Override
    public String chatPath(Upstream upstream, Protocol protocol, String model, boolean streamed) {
        if (protocol != Protocol.BEDROCK_CONVERSE) {
            throw new IllegalArgumentException("Bedrock does not speak " + protocol);
        }
        // An ARN has slashes, and every id a colon: one segment of the path all the same.
        return "/model/" + URLEncoder.encode(model, StandardCharsets.UTF_8).replace("+", "%20")
                + (streamed ? "/converse-stream" : "/converse");
    }

    @Override
    public @Nullable String path(Upstream upstream, Surface surface, String model) {
        return null;
    }

    /** The list of models is on another host, which the runtime's keys need not reach. */
    @Override
    public @Nullable String listing(Upstream upstream) {
        return null;
    }

    @Override
    public @Nullable String missing(Upstream upstream) {
        boolean signs = upstream.keys().stream().anyMatch(key -> key.secret().indexOf(':') >= 0);
        return signs && region(upstream) == null ? REGION : null;
    }

    private static @Nullable String region(Upstream upstream) {
        String said = upstream.option(REGION);
        return said == null ? upstream.region() : said;
    }

    @Override
    public Authorization authorization(Upstream upstream, ProviderKey key) {
        String region = region(upstream);
        if (key.secret().indexOf(':') < 0) {
            return Authorization.bearer(key.secret());
        }
        return region == null
                ? Authorization.unusable("the option 'region' is missing, for which its calls are signed")
                : Signature.with(key.secret(), region, clock);
    }

    /** Not every model at Bedrock thinks, and what one does not know of, it refuses. */
    @Override
    public Terms.ReasoningStyle reasoning(Upstream upstream, String model) {
        if (BUDGETED.matcher(model).find()) {
            return Terms.ReasoningStyle.BUDGET;
        }
        boolean thinks = model.contains("claude") && !UNTHINKING.matcher(model).find() || model.contains("gpt-oss");
        return thinks ? Terms.ReasoningStyle.EFFORT : Terms.ReasoningStyle.NONE;
    }

    @Override
    public double highestTemperature(Upstream upstream) {
        return 1;
    }

    @Override
    public Framing framing(Protocol protocol) {
        return Framing.AMAZON_EVENTS;
    }
}
