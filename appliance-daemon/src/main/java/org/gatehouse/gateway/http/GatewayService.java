package org.gatehouse.gateway.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.Pipeline;
import org.gatehouse.gateway.dialect.anthropic.AnthropicDialect;
import org.gatehouse.gateway.dialect.gemini.GeminiDialect;
import org.gatehouse.gateway.dialect.openai.OpenAiDialect;
import org.gatehouse.gateway.exchange.Arrival;
import org.gatehouse.gateway.exchange.Claim;
import org.gatehouse.gateway.exchange.ClientPresence;
import org.gatehouse.gateway.exchange.Dialect;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.TraceContext;
import org.gatehouse.governance.snapshot.ClientCertificate;
import org.gatehouse.governance.snapshot.PolicySnapshot;
import org.gatehouse.governance.snapshot.Surface;
import org.gatehouse.listen.ClientConnection;
import org.gatehouse.listen.EarlyRefusal;

/** Mounts the model surfaces under {@code /v1} and, for Gemini's clients, {@code /v1beta}. Thread-safe. */
public final class GatewayService implements HttpService {
    private static final HeaderName REQUEST_ID = HeaderNames.create("x-request-id");
    private static final HeaderName TRACEPARENT = HeaderNames.create("traceparent");
    private static final HeaderName SCENARIO = HeaderNames.create("x-gatehouse-scenario");
    private static final HeaderName GOOGLE_KEY = HeaderNames.create("x-goog-api-key");
    private static final HeaderName API_KEY = HeaderNames.create("x-api-key");
    private static final HeaderName SESSION = HeaderNames.create("x-gatehouse-session");
    private static final HeaderName VERSION = HeaderNames.create("anthropic-version");
    private static final HeaderName HOPS = HeaderNames.create("x-gatehouse-hops");
    private static final HeaderName CLASS = HeaderNames.create("x-gatehouse-class");
    private static final HeaderName BETAS = HeaderNames.create("anthropic-beta");
    private static final List<String> PARTS = List.of("limit", "after_id", "before_id", "pageSize", "pageToken");
    private static final int MAX_SESSION = 256;
    private static final int MAX_BETAS = 512;
    private static final int MAX_REQUEST_ID = 128;
    private static final int MAX_SCENARIO = 64;
    private static final int UNAVAILABLE = 503;
    private static final String MODELS = "/models";
    private static final String GOOGLE_MODELS = "/models/";
    private static final Dialect OPENAI = new OpenAiDialect();
    private static final Dialect ANTHROPIC = new AnthropicDialect();
    private static final Dialect GEMINI = new GeminiDialect();
    private static final Map<String, Door> POSTS = Map.ofEntries(
            openAi("/chat/completions", Surface.CHAT_COMPLETIONS), openAi("/completions", Surface.COMPLETIONS),
            openAi("/responses", Surface.RESPONSES), openAi("/embeddings", Surface.EMBEDDINGS),
            openAi("/audio/transcriptions", Surface.AUDIO_TRANSCRIPTIONS),
            openAi("/audio/translations", Surface.AUDIO_TRANSLATIONS), openAi("/audio/speech", Surface.AUDIO_SPEECH),
            openAi("/images/generations", Surface.IMAGES_GENERATIONS),
            openAi("/images/edits", Surface.IMAGES_EDITS), openAi("/rerank", Surface.RERANK),
            openAi("/moderations", Surface.MODERATIONS),
            Map.entry("/messages", new Door(Surface.MESSAGES, ANTHROPIC)),
            Map.entry("/messages/count_tokens", new Door(Surface.COUNT_TOKENS, ANTHROPIC)));

    /** What is behind a path. */
    private record Door(Surface surface, Dialect dialect) {}

    private final Pipeline pipeline;
    private final Supplier<PolicySnapshot> snapshots;
    private final Supplier<UUID> ids;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final RandomGenerator random;
    private final int maxBodyBytes;

    /** Takes the pipeline and what every arrival is stamped with. */
    public GatewayService(Pipeline pipeline, Supplier<PolicySnapshot> snapshots, Supplier<UUID> ids,
            InstantSource clock, LongSupplier nanoTime, RandomGenerator random, int maxBodyBytes) {
        this.pipeline = pipeline;
        this.snapshots = snapshots;
        this.ids = ids;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.random = random;
        this.maxBodyBytes = maxBodyBytes;
    }

    private static Map.Entry<String, Door> openAi(String path, Surface surface) {
        return Map.entry(path, new Door(surface, OPENAI));
    }

    @Override
    public void routing(HttpRules rules) {
        POSTS.forEach((path, door) -> rules.post(path, at(door)));
        // Model names may hold slashes: meta-llama/Llama-3.
        rules.get(MODELS, this::models).get(MODELS + "/{+model}", this::models);
    }

    /** Anthropic's clients find their models at the same path; they always name the version that they speak. */
    private void models(ServerRequest request, ServerResponse response) {
        handle(new Door(Surface.MODELS, header(request, VERSION) == null ? OPENAI : ANTHROPIC), request, response);
    }

    /** The paths of Gemini's clients, to be mounted under {@code /v1beta}. */
    public HttpService google() {
        Door models = new Door(Surface.MODELS, GEMINI);
        return rules -> rules.post(GOOGLE_MODELS + "{+model}", this::google).get(MODELS, at(models))
                .get(GOOGLE_MODELS + "{+model}", at(models));
    }

    /**
     * Serves a request in OpenAI's dialect that calls no model, so that its caller is known and answered as any other.
     *
     * @param work answers it
     */
    public void serve(Surface surface, ServerRequest request, ServerResponse response, Consumer<Exchange> work) {
        HelidonReply reply = new HelidonReply(response);
        work.accept(new Exchange(arrival(OPENAI, surface, request, credential(request)), presence(request), reply,
                new HelidonBody(request, maxBodyBytes)));
        reply.leave();
    }

    /** The method stands behind the model's name. */
    private void google(ServerRequest request, ServerResponse response) {
        String path = request.path().path();
        Surface surface = switch (path.substring(path.lastIndexOf(':') + 1)) {
            case "countTokens" -> Surface.COUNT_TOKENS;
            case "embedContent", "batchEmbedContents" -> Surface.EMBEDDINGS;
            default -> Surface.GENERATE_CONTENT;
        };
        handle(new Door(surface, GEMINI), request, response);
    }

    /** Google streams one JSON array to clients that do not ask for server-sent events. */
    private static boolean wantsArray(ServerRequest request) {
        return request.path().path().endsWith(":streamGenerateContent")
                && !request.query().first("alt").orElseGet(() -> request.query().first("$alt").orElse("json"))
                        .equals("sse");
    }

    /**
     * Has a request recorded that the web server refused before it got here: one on a surface's path, with a key.
     *
     * @param root where this service is mounted
     */
    public void refusedEarly(EarlyRefusal refusal, String root) {
        if (refusal.status() == UNAVAILABLE || !refusal.path().startsWith(root)) {
            return;
        }
        String path = refusal.path().substring(root.length());
        Door door = path.equals(MODELS) || path.startsWith(MODELS + "/")
                ? new Door(Surface.MODELS, OPENAI)
                : POSTS.get(path);
        String credential = credential(refusal.authorization(), refusal.apiKey());
        if (door == null || credential == null || credential.isEmpty()) {
            return;
        }
        Arrival arrival = new Arrival(ids.get(), clock.instant().truncatedTo(ChronoUnit.MICROS),
                nanoTime.getAsLong(), door.dialect(), door.surface(), refusal.client(), refusal.requestId(),
                TraceContext.of(refusal.traceparent(), random), null, credential, null, null, Arrival.Hints.NONE,
                snapshots.get());
        pipeline.refusedBelow(new Exchange(arrival, new NoClient(), new NoClient(), new NoClient()), refusal.status(),
                refusal.code());
    }

    private io.helidon.webserver.http.Handler at(Door door) {
        return (request, response) -> handle(door, request, response);
    }

    private void handle(Door door, ServerRequest request, ServerResponse response) {
        HelidonReply reply = new HelidonReply(response);
        Arrival arrival = arrival(door.dialect(), door.surface(), request, credential(request));
        pipeline.carry(new Exchange(arrival, presence(request),
                door.dialect() == GEMINI && wantsArray(request) ? new ArrayReply(reply) : reply,
                new HelidonBody(request, maxBodyBytes)));
        reply.leave();
    }

    static ClientPresence presence(ServerRequest request) {
        return new Presence(ClientConnection.of(request));
    }

    /** Stamps a request; the credential may have come in a way of its own. */
    Arrival arrival(Dialect dialect, Surface surface, ServerRequest request, @Nullable String credential) {
        long nanos = nanoTime.getAsLong();
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        UUID id = ids.get();
        TraceContext trace = TraceContext.of(header(request, TRACEPARENT), random);
        String requestId = header(request, REQUEST_ID);
        boolean usable = requestId != null && isVisible(requestId, MAX_REQUEST_ID);
        String scenario = header(request, SCENARIO);
        String pathModel = request.path().pathParameters().first("model").orElse(null);
        return new Arrival(id, now, nanos, dialect, surface, address(request),
                usable && requestId != null ? requestId : id.toString(), trace,
                scenario != null && isVisible(scenario, MAX_SCENARIO) ? scenario : null,
                header(request, HeaderNames.CONTENT_TYPE), pathModel, hints(surface, request), snapshots.get(),
                claim(request, credential, now));
    }

    /** A key that is sent counts before a certificate; one that has ended since the connection began counts for nothing. */
    private static Claim claim(ServerRequest request, @Nullable String credential, Instant now) {
        X509Certificate certificate = credential == null ? ClientConnection.certificateOf(request) : null;
        return certificate == null || now.isAfter(certificate.getNotAfter().toInstant())
                ? new Claim.Presented(credential)
                : new Claim.Certified(ClientCertificate.names(certificate));
    }

    private static Arrival.Hints hints(Surface surface, ServerRequest request) {
        if (surface == Surface.MODELS) {
            Map<String, String> part = new HashMap<>();
            // These alone: in Google's way a key may stand there, too.
            PARTS.forEach(name -> request.query().first(name).ifPresent(value -> part.put(name, value)));
            return new Arrival.Hints(null, null, 0, part, false);
        }
        String session = header(request, SESSION);
        String betas = header(request, BETAS);
        int hops = hops(header(request, HOPS));
        // A client may only step back: any other word changes nothing.
        boolean batch = "batch".equalsIgnoreCase(header(request, CLASS));
        return session == null && betas == null && hops == 0 && !batch
                ? Arrival.Hints.NONE
                : new Arrival.Hints(session != null && isVisible(session, MAX_SESSION) ? session : null,
                        betas != null && isVisible(betas, MAX_BETAS) ? betas : null, hops, Map.of(), batch);
    }

    private static int hops(@Nullable String said) {
        return said != null && said.matches("[0-9]{1,3}") ? Integer.parseInt(said) : 0;
    }

    static @Nullable String credential(ServerRequest request) {
        String credential = credential(header(request, HeaderNames.AUTHORIZATION), header(request, API_KEY));
        if (credential != null) {
            return credential;
        }
        String google = header(request, GOOGLE_KEY);
        // Google's older clients send it in the query; ours never log a query.
        return google != null || !request.path().absolute().path().startsWith("/v1beta/")
                ? google
                : request.query().first("key").orElse(null);
    }

    private static @Nullable String credential(@Nullable String authorization, @Nullable String apiKey) {
        if (authorization != null) {
            // RFC 9110 11.1: the scheme's case does not matter.
            return authorization.regionMatches(true, 0, "bearer ", 0, 7) ? authorization.substring(7).strip() : "";
        }
        return apiKey;
    }

    private static InetAddress address(ServerRequest request) {
        return request.remotePeer().address() instanceof InetSocketAddress inet
                ? inet.getAddress()
                : InetAddress.getLoopbackAddress();
    }

    private static @Nullable String header(ServerRequest request, HeaderName name) {
        Optional<String> value = request.headers().first(name);
        return value.orElse(null);
    }

    /** Ids and scenarios go into headers, logs and reports: visible ASCII only. */
    private static boolean isVisible(String text, int maxLength) {
        if (text.isEmpty() || text.getBytes(StandardCharsets.UTF_8).length > maxLength) {
            return false;
        }
        return text.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }

    private record Presence(ClientConnection connection) implements ClientPresence {
        @Override
        public boolean gone() {
            return connection.gone();
        }

        @Override
        public Watch onGone(Runnable action) {
            return connection.onGone(action)::close;
        }
    }
}
