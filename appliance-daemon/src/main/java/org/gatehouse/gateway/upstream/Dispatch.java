package org.gatehouse.gateway.upstream;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.gatehouse.gateway.exchange.Arrival;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.upstream.http.BodySlice;
import org.gatehouse.gateway.upstream.http.Deadlines;
import org.gatehouse.gateway.upstream.http.RequestHeaders;
import org.gatehouse.gateway.upstream.http.UpstreamCall;
import org.gatehouse.gateway.upstream.http.UpstreamClient;
import org.gatehouse.gateway.upstream.http.UpstreamRequest;
import org.gatehouse.governance.snapshot.Surface;
import org.gatehouse.governance.snapshot.Upstream;

/**
 * Turns a routed exchange into a call to its upstream. The client's own credentials and headers stay here: the upstream
 * sees the box's key for it, the content type, the trace and the request id; an engine the call's own id instead.
 * Thread-safe.
 */
public final class Dispatch {
    private static final RequestHeaders COMMON = RequestHeaders.of("user-agent", "gatehouse");
    private static final RequestHeaders JSON = COMMON.and("content-type", "application/json");

    private static final Deadlines TOKENIZE = new Deadlines(Duration.ofSeconds(1), Duration.ofSeconds(2),
            Duration.ofSeconds(2), Duration.ofSeconds(3));

    private static final Deadlines PROBE = new Deadlines(Duration.ofSeconds(5), Duration.ofSeconds(20),
            Duration.ofSeconds(10), Duration.ofSeconds(30));

    private static final Map<Surface, String> PATHS = Map.ofEntries(
            Map.entry(Surface.CHAT_COMPLETIONS, "/chat/completions"), Map.entry(Surface.COMPLETIONS, "/completions"),
            Map.entry(Surface.RESPONSES, "/responses"), Map.entry(Surface.EMBEDDINGS, "/embeddings"),
            Map.entry(Surface.AUDIO_TRANSCRIPTIONS, "/audio/transcriptions"),
            Map.entry(Surface.AUDIO_TRANSLATIONS, "/audio/translations"),
            Map.entry(Surface.AUDIO_SPEECH, "/audio/speech"),
            Map.entry(Surface.IMAGES_GENERATIONS, "/images/generations"),
            Map.entry(Surface.IMAGES_EDITS, "/images/edits"), Map.entry(Surface.RERANK, "/rerank"),
            Map.entry(Surface.MODERATIONS, "/moderations"));

    private final UpstreamClient client;
    private final EngineFields.Source engineFields;
    private final Berths berths;
    private final Destinations destinations = new Destinations();

    /**
     * Takes the client that carries the calls; whoever made it closes it.
     *
     * @param berths where calls to the box's own deployments go
     * @param secret what departments are kept apart with in engines' caches; the same for every box on one store
     */
    public Dispatch(UpstreamClient client, Berths berths, byte[] secret) {
        this.client = client;
        this.berths = berths;
        this.engineFields = new EngineFields.Source(secret);
    }

    /** The call to an upstream with an address of its own, not executed yet. */
    public UpstreamCall call(Exchange exchange) {
        Upstream upstream = exchange.target().upstream();
        return call(exchange, destinations.of(upstream), upstream.priorityScheduling());
    }

    /** The call to one engine of a deployment, not executed yet. */
    public UpstreamCall call(Exchange exchange, LocalEngines.Instance instance) {
        return call(exchange, destinations.of(exchange.target().upstream(), instance), instance.priorityScheduling());
    }

    private UpstreamCall call(Exchange exchange, Destinations.Destination destination, boolean heedsPriority) {
        Upstream upstream = exchange.target().upstream();
        Arrival arrival = exchange.arrival();
        String path = PATHS.get(arrival.surface());
        if (path == null) {
            throw new IllegalStateException(arrival.surface() + " is answered by the gateway itself");
        }
        boolean form = exchange.request().insertAt() < 0;
        String contentType = arrival.contentType();
        RequestHeaders headers = (form && contentType != null ? COMMON.and("content-type", contentType) : JSON)
                .and(destination.credentials()).and("traceparent", arrival.trace().traceparent())
                // vLLM names its own request after it: two callers with the same id would meet there.
                .and("x-request-id", upstream.engine() ? arrival.id().toString() : arrival.requestId());
        List<BodySlice> body = upstream.engine()
                ? BodyRewrite.of(exchange, engineFields.of(exchange, heedsPriority))
                : BodyRewrite.of(exchange);
        return client.newCall(destination.api(), new UpstreamRequest("POST", path, headers, body),
                destination.deadlines(), destination.limits());
    }

    /** A call to an upstream that belongs to no client's call: a probe. Empty when no engine of its deployment serves. */
    public Optional<UpstreamCall> probe(Upstream upstream, String method, String path, byte[] body) {
        return whereverItIs(upstream, "").map(destination -> probe(destination, method, path, body));
    }

    private UpstreamCall probe(Destinations.Destination destination, String method, String path, byte[] body) {
        RequestHeaders headers = (body.length == 0 ? COMMON : JSON).and(destination.credentials());
        List<BodySlice> slices = body.length == 0 ? List.of() : List.of(BodySlice.of(body));
        return client.newCall(destination.api(), new UpstreamRequest(method, path, headers, slices), PROBE,
                destination.limits());
    }

    /**
     * Forgets every upstream but these: idle connections to where none of them is are closed, calls in flight go on. For
     * a new configuration, not for a call's way.
     */
    public void retain(Collection<Upstream> upstreams) {
        client.retain(destinations.retain(upstreams));
    }

    /**
     * A call to the engine's own {@code /tokenize}, beside the API; short, for a caller waits for it or has left. Empty when
     * no engine of its deployment serves.
     */
    Optional<UpstreamCall> tokenize(Exchange exchange, byte[] body) {
        return whereverItIs(exchange.target().upstream(), exchange.target().upstreamModel())
                .map(destination -> client.newCall(destination.root(),
                        UpstreamRequest.post("/tokenize", JSON.and(destination.credentials()), body), TOKENIZE,
                        destination.limits()));
    }

    private Optional<Destinations.Destination> whereverItIs(Upstream upstream, String model) {
        String deployment = upstream.deployment();
        return deployment == null
                ? Optional.of(destinations.of(upstream))
                : berths.any(deployment, model).map(instance -> destinations.of(upstream, instance));
    }
}
