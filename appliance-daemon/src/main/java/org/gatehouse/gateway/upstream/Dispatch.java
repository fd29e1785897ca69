package org.gatehouse.gateway.upstream;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ProviderError;
import org.gatehouse.gateway.exchange.Arrival;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.protocol.Protocol;
import org.gatehouse.gateway.protocol.UntranslatableException;
import org.gatehouse.gateway.upstream.http.BodySlice;
import org.gatehouse.gateway.upstream.http.Deadlines;
import org.gatehouse.gateway.upstream.http.ReplyLimits;
import org.gatehouse.gateway.upstream.http.RequestHeaders;
import org.gatehouse.gateway.upstream.http.UpstreamCall;
import org.gatehouse.gateway.upstream.http.UpstreamClient;
import org.gatehouse.gateway.upstream.http.UpstreamReply;
import org.gatehouse.gateway.upstream.http.UpstreamRequest;
import org.gatehouse.gateway.upstream.provider.NotAuthorizedException;
import org.gatehouse.gateway.upstream.provider.Provider;
import org.gatehouse.gateway.upstream.provider.Providers;
import org.gatehouse.gateway.upstream.provider.Reshaping;
import org.gatehouse.governance.snapshot.Upstream;

/**
 * Turns a routed exchange into a call to its upstream: as it came where both sides speak the same protocol, else
 * translated. The client's own credentials and headers stay here: the upstream sees the box's key for it, the content
 * type, the trace and the request id; an engine the call's own id instead. Thread-safe.
 */
public final class Dispatch {
    private static final RequestHeaders COMMON = RequestHeaders.of("user-agent", "gatehouse");
    private static final RequestHeaders JSON = COMMON.and("content-type", "application/json");

    private static final Deadlines TOKENIZE = new Deadlines(Duration.ofSeconds(1), Duration.ofSeconds(2),
            Duration.ofSeconds(2), Duration.ofSeconds(3));

    private static final Deadlines PROBE = new Deadlines(Duration.ofSeconds(5), Duration.ofSeconds(20),
            Duration.ofSeconds(10), Duration.ofSeconds(30));

    private final UpstreamClient client;
    private final EngineFields.Source engineFields;
    private final Berths berths;
    private final Translation translation;
    private final Destinations destinations;

    /**
     * Takes the client that carries the calls; whoever made it closes it.
     *
     * @param providers how each kind of provider is called
     * @param translation between protocols
     * @param berths where calls to the box's own deployments go
     * @param secret what departments are kept apart with in engines' caches; the same for every box on one store
     */
    public Dispatch(UpstreamClient client, Providers providers, Translation translation, Berths berths, byte[] secret) {
        this.client = client;
        this.translation = translation;
        this.berths = berths;
        this.engineFields = new EngineFields.Source(secret);
        this.destinations = new Destinations(providers);
    }

    /** The call to an upstream with an address of its own, not executed yet. */
    public Outgoing call(Exchange exchange) {
        Upstream upstream = exchange.target().upstream();
        return call(exchange, destinations.of(upstream), upstream.priorityScheduling());
    }

    /** The call to one engine of a deployment, not executed yet. */
    public Outgoing call(Exchange exchange, LocalEngines.Instance instance) {
        return call(exchange, destinations.of(exchange.target().upstream(), instance), instance.priorityScheduling());
    }

    /**
     * The call that asks an upstream with an address of its own for a WebSocket on the exchange's surface, not executed yet. Its
     * good answer is 101.
     *
     * @param handshake what the client side of the handshake sends besides
     * @param silence of the upstream that ends the connection
     * @param longest that the connection may last
     */
    public Outgoing webSocket(Exchange exchange, RequestHeaders handshake, Duration silence, Duration longest) {
        return webSocket(exchange, destinations.of(exchange.target().upstream()), handshake, silence, longest);
    }

    /** The same to one engine of a deployment. */
    public Outgoing webSocket(Exchange exchange, LocalEngines.Instance instance, RequestHeaders handshake,
            Duration silence, Duration longest) {
        return webSocket(exchange, destinations.of(exchange.target().upstream(), instance), handshake, silence,
                longest);
    }

    private Outgoing webSocket(Exchange exchange, Destinations.Destination destination, RequestHeaders handshake,
            Duration silence, Duration longest) {
        Upstream upstream = exchange.target().upstream();
        Arrival arrival = exchange.arrival();
        String path = path(exchange, destination.provider());
        if (path == null) {
            return lacksSurface(exchange);
        }
        String missing = destination.provider().missing(upstream);
        if (missing != null) {
            return new Outgoing.NotAuthorized(cannotBeAsked(upstream, "its option '" + missing + "' is missing"),
                    false);
        }
        try {
            RequestHeaders headers = COMMON.and(destination.headers())
                    .and(destination.authorization(exchange.way().key()).headers(destination.api(), "GET", path,
                            List.of()))
                    .and(handshake).and("traceparent", arrival.trace().traceparent())
                    .and("x-request-id", upstream.engine() ? arrival.id().toString() : arrival.requestId());
            Deadlines usual = destination.deadlines();
            Duration within = exchange.way().another() ? exchange.way().firstByteWithin() : null;
            Duration firstByte = within != null && within.compareTo(usual.firstByte()) < 0
                    ? within
                    : usual.firstByte();
            return new Outgoing.Ready(client.newCall(destination.api(), UpstreamRequest.webSocket(path, headers),
                    new Deadlines(usual.connect(), firstByte, silence, longest),
                    new ReplyLimits(destination.limits().maxHeadBytes(), Long.MAX_VALUE)));
        } catch (NotAuthorizedException e) {
            return new Outgoing.NotAuthorized(cannotBeAsked(upstream, String.valueOf(e.getMessage())), e.ofTheKey());
        }
    }

    private static Outgoing lacksSurface(Exchange exchange) {
        return new Outgoing.CannotSay(Refusal.of(Reason.INVALID_REQUEST, "The model '" + exchange.route().name()
                + "' cannot be called on " + exchange.arrival().surface().id() + ". Use another endpoint or model."));
    }

    private Outgoing call(Exchange exchange, Destinations.Destination destination, boolean heedsPriority) {
        Upstream upstream = exchange.target().upstream();
        Arrival arrival = exchange.arrival();
        String path = path(exchange, destination.provider());
        if (path == null) {
            return lacksSurface(exchange);
        }
        String missing = destination.provider().missing(upstream);
        if (missing != null) {
            return new Outgoing.NotAuthorized(cannotBeAsked(upstream, "its option '" + missing + "' is missing"),
                    false);
        }
        boolean form = exchange.request().insertAt() < 0;
        String contentType = arrival.contentType();
        EngineFields own = upstream.engine() ? engineFields.of(exchange, heedsPriority) : EngineFields.NONE;
        try {
            List<BodySlice> body = body(exchange, upstream, own);
            RequestHeaders headers = (form && contentType != null && exchange.passage().straight()
                    ? COMMON.and("content-type", contentType)
                    : JSON).and(destination.headers())
                    .and(destination.authorization(exchange.way().key()).headers(destination.api(), "POST", path, body))
                    .and(betas(exchange)).and(hops(exchange, upstream))
                    .and("traceparent", arrival.trace().traceparent())
                    // vLLM names its own request after it: two callers with the same id would meet there.
                    .and("x-request-id", upstream.engine() ? arrival.id().toString() : arrival.requestId());
            return new Outgoing.Ready(client.newCall(destination.api(),
                    new UpstreamRequest("POST", path, headers, body), destination.deadlines(), destination.limits()));
        } catch (UntranslatableException e) {
            return new Outgoing.CannotSay(Refusal.invalid(e.param(), String.valueOf(e.getMessage())));
        } catch (NotAuthorizedException e) {
            return new Outgoing.NotAuthorized(cannotBeAsked(upstream, String.valueOf(e.getMessage())), e.ofTheKey());
        }
    }

    private static Refusal cannotBeAsked(Upstream upstream, String why) {
        return Refusal.of(Reason.UPSTREAM_ERROR,
                "The upstream '" + upstream.name() + "' cannot be asked: " + why + ". Tell the box's administrators.");
    }

    /**
     * The target of the last try did not take the box's proof of who it is: whether that was a token, which is forgotten now,
     * so that the next try shows a new one.
     */
    public boolean renewable(Exchange exchange) {
        Upstream upstream = exchange.target().upstream();
        return upstream.deployment() == null
                && destinations.of(upstream).authorization(exchange.way().key()).refused();
    }

    /** Anthropic's clients ask for what is new in a header; it goes where its body goes as it is. */
    private static RequestHeaders betas(Exchange exchange) {
        String betas = exchange.arrival().hints().betas();
        return betas != null && exchange.passage().provider() == Protocol.ANTHROPIC_MESSAGES
                && exchange.passage().straight() ? RequestHeaders.of("anthropic-beta", betas) : RequestHeaders.NONE;
    }

    /** An upstream may be a box like this one, and its upstream this one: counted, a call that goes round is noticed. */
    private static RequestHeaders hops(Exchange exchange, Upstream upstream) {
        return upstream.engine()
                ? RequestHeaders.NONE
                : RequestHeaders.of("x-gatehouse-hops",
                        Integer.toString(exchange.arrival().hints().hops() + 1));
    }

    private List<BodySlice> body(Exchange exchange, Upstream upstream, EngineFields own)
            throws UntranslatableException {
        if (!exchange.passage().straight()) {
            return translation.request(exchange, own);
        }
        Reshaping reshaping = translation.reshaping(exchange);
        if (reshaping != null) {
            return translation.reshaped(exchange, reshaping);
        }
        return upstream.engine() ? BodyRewrite.of(exchange, own) : BodyRewrite.of(exchange);
    }

    private static @Nullable String path(Exchange exchange, Provider provider) {
        Upstream upstream = exchange.target().upstream();
        String model = exchange.target().upstreamModel();
        Protocol spoken = exchange.passage().provider();
        if (spoken != null) {
            return provider.chatPath(upstream, spoken, model, exchange.request().streamed());
        }
        String googles = GoogleEmbeddings.path(exchange, provider);
        return googles == null ? provider.path(upstream, exchange.arrival().surface(), model) : googles;
    }

    /** Whether an upstream lists its models. */
    public boolean lists(Upstream upstream) {
        return upstream.deployment() != null || destinations.of(upstream).provider().listing(upstream) != null;
    }

    /** What an upstream's refusal means, whatever it refused. */
    public ProviderError error(Upstream upstream, int status, Map<String, String> headers, byte[] body) {
        return translation.error(upstream, status, headers, body);
    }

    /** What an upstream's refusal of a question means. */
    public ProviderError error(Upstream upstream, UpstreamReply reply, byte[] body) {
        return translation.error(upstream, reply.status(), Map.of(), body);
    }

    /**
     * Asks for the list of an upstream's models with one of the box's keys, whichever it is when that is none of them; empty
     * when no engine of its deployment serves, or there is no list.
     */
    public Optional<UpstreamCall> listing(Upstream upstream, String key) throws NotAuthorizedException {
        Destinations.Destination destination = whereverItIs(upstream, "");
        String path = destination == null ? null : destination.provider().listing(upstream);
        return destination == null || path == null
                ? Optional.empty()
                : Optional.of(probe(destination, key, "GET", path, List.of()));
    }

    /** Asks a model of an upstream for one token; empty when no engine of its deployment serves. */
    public Optional<UpstreamCall> oneToken(Upstream upstream, String key, String model)
            throws NotAuthorizedException, UntranslatableException {
        Destinations.Destination destination = whereverItIs(upstream, "");
        if (destination == null) {
            return Optional.empty();
        }
        Provider provider = destination.provider();
        String path = provider.chatPath(upstream, provider.chats(upstream).getFirst(), model, false);
        return Optional.of(probe(destination, key, "POST", path,
                List.of(BodySlice.of(translation.oneToken(upstream, model)))));
    }

    private UpstreamCall probe(Destinations.Destination destination, String key, String method, String path,
            List<BodySlice> body)
            throws NotAuthorizedException {
        String missing = destination.provider().missing(destination.upstream());
        if (missing != null) {
            throw new NotAuthorizedException(false, "its option '" + missing + "' is missing");
        }
        RequestHeaders headers = (body.isEmpty() ? COMMON : JSON).and(destination.headers())
                .and(destination.authorization(key).headers(destination.api(), method, path, body));
        return client.newCall(destination.api(), new UpstreamRequest(method, path, headers, body), PROBE,
                destination.limits());
    }

    /**
     * Forgets every upstream but these: idle connections to where none of them is are closed, calls in flight go on. For
     * a new configuration, not for a call's way.
     */
    public void retain(Collection<Upstream> upstreams) {
        Set<String> deployments = new HashSet<>();
        upstreams.forEach(upstream -> {
            if (upstream.deployment() instanceof String deployment) {
                deployments.add(deployment);
            }
        });
        berths.retain(deployments);
        client.retain(destinations.retain(upstreams));
    }

    /**
     * A call to the engine's own {@code /tokenize}, beside the API; short, for a caller waits for it or has left. Empty when
     * no engine of its deployment serves.
     */
    Optional<UpstreamCall> tokenize(Exchange exchange, byte[] body) {
        Destinations.Destination destination = whereverItIs(exchange.target().upstream(),
                exchange.target().upstreamModel());
        if (destination == null) {
            return Optional.empty();
        }
        try {
            List<BodySlice> slices = List.of(BodySlice.of(body));
            RequestHeaders headers = JSON.and(destination.authorization("").headers(destination.root(), "POST",
                    "/tokenize", slices));
            return Optional.of(client.newCall(destination.root(),
                    new UpstreamRequest("POST", "/tokenize", headers, slices), TOKENIZE, destination.limits()));
        } catch (NotAuthorizedException _) {
            return Optional.empty();
        }
    }

    private Destinations.@Nullable Destination whereverItIs(Upstream upstream, String model) {
        String deployment = upstream.deployment();
        return deployment == null
                ? destinations.of(upstream)
                : berths.any(deployment, model).map(instance -> destinations.of(upstream, instance)).orElse(null);
    }
}
