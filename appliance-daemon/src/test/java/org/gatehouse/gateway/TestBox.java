package org.gatehouse.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

import io.helidon.webserver.http.HttpRouting;
import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Cost;
import org.gatehouse.daemon.EveryProtocol;
import org.gatehouse.gateway.admission.Admission;
import org.gatehouse.gateway.admission.Authentication;
import org.gatehouse.gateway.admission.Ledger;
import org.gatehouse.gateway.admission.Permission;
import org.gatehouse.gateway.admission.RateLimits;
import org.gatehouse.gateway.cache.ExactCache;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.http.GatewayService;
import org.gatehouse.gateway.http.RealtimeService;
import org.gatehouse.gateway.realtime.RealtimeDoor;
import org.gatehouse.gateway.realtime.RealtimeSessions;
import org.gatehouse.gateway.realtime.RealtimeTerms;
import org.gatehouse.gateway.realtime.Rooms;
import org.gatehouse.gateway.recording.CallBook;
import org.gatehouse.gateway.routing.Routing;
import org.gatehouse.gateway.routing.Traffic;
import org.gatehouse.gateway.upstream.Berths;
import org.gatehouse.gateway.upstream.Dispatch;
import org.gatehouse.gateway.upstream.ModelPromptCounter;
import org.gatehouse.gateway.upstream.Translation;
import org.gatehouse.gateway.upstream.http.UpstreamClient;
import org.gatehouse.gateway.upstream.provider.Providers;
import org.gatehouse.governance.snapshot.AddressRange;
import org.gatehouse.governance.snapshot.Budget;
import org.gatehouse.governance.snapshot.CacheTerms;
import org.gatehouse.governance.snapshot.ComplexityTerms;
import org.gatehouse.governance.snapshot.Credential;
import org.gatehouse.governance.snapshot.Grant;
import org.gatehouse.governance.snapshot.HealthTerms;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.KeyVerifier;
import org.gatehouse.governance.snapshot.Limit;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.PolicySnapshot;
import org.gatehouse.governance.snapshot.Price;
import org.gatehouse.governance.snapshot.PriceBook;
import org.gatehouse.governance.snapshot.RouteTerms;
import org.gatehouse.governance.snapshot.Scope;
import org.gatehouse.governance.snapshot.Surface;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.listen.ListenerSettings;
import org.gatehouse.listen.Listeners;
import org.gatehouse.simulated.Options;
import org.gatehouse.simulated.SimulatedServer;
import org.gatehouse.store.Ids;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The data plane of one box on real sockets: a listener, the pipeline, the upstream client, and a simulated engine and a
 * simulated commercial API behind it. Policies are set by hand; rows are kept in memory. One model a target:
 * {@code local} at the engine, {@code cloud} at the API.
 */
public final class TestBox implements AutoCloseable {
    static final UUID ORGANISATION = UUID.fromString("00000000-0000-7000-8000-000000000001");
    static final UUID DEPARTMENT = UUID.fromString("00000000-0000-7000-8000-000000000002");
    static final UUID PROJECT = UUID.fromString("00000000-0000-7000-8000-000000000003");

    /** The engine behind the model {@code local}. */
    public final SimulatedServer engine = SimulatedServer
            .start(Options.forModel("sim/engine").withServedModelNames("engine-model").withLedgerBodies(true));
    final SimulatedServer cloud = SimulatedServer
            .start(Options.forModel("sim/cloud").withServedModelNames("cloud-model")
                    .withPersonality(org.gatehouse.simulated.Personality.OPENAI).withApiKey("sk-upstream")
                    .withLedgerBodies(true));
    final Ledger ledger = new Ledger();
    final RateLimits rates = new RateLimits(System::nanoTime);
    /** What the book holds, oldest first. */
    public final List<CallRecord> rows = new CopyOnWriteArrayList<>();
    final HttpClient http = HttpClient.newHttpClient();
    /** What goes wrong shows as it is: no target is rested, no call repeated. */
    private static final HealthTerms NEVER_ILL = new HealthTerms(1_000_000, 100, 1_000_000, Duration.ofSeconds(10),
            Duration.ofNanos(1), Duration.ofNanos(1), 1, 1, Duration.ofHours(1), Duration.ofHours(1),
            Duration.ofNanos(1), Duration.ZERO);
    private static final RouteTerms ONE_TRY = new RouteTerms(RouteTerms.Strategy.WEIGHTED, null,
            RouteTerms.Stickiness.NONE, new RouteTerms.Retries(1, 0, Duration.ZERO, Duration.ZERO, null, 0, 0, false),
            RouteTerms.Residency.ANYWHERE, RouteTerms.Overflow.NEVER, ComplexityTerms.DEFAULT, null);

    final UpstreamClient client = new UpstreamClient();
    private final Impatience impatience = new Impatience(System::nanoTime);
    final ChangingEngines engines = new ChangingEngines();
    final Berths berths = new Berths(engines, System::nanoTime, 3);
    /** By which kept answers age. */
    final AtomicLong nanoTime = new AtomicLong();
    final ExactCache cache;
    final AtomicInteger flights = new AtomicInteger();
    private final Map<String, UUID> callIds = new ConcurrentHashMap<>();
    volatile @Nullable Refusal closedBecause;
    volatile boolean writable = true;
    /** As a bug in the book would show. */
    volatile boolean writeFails;
    volatile boolean takeOffFails;
    /** Taken, no row can be written. */
    final Semaphore writesAreHeld = new Semaphore(1);
    /** Taken, no admitted call goes on to its upstream. */
    final Semaphore takeOffsAreHeld = new Semaphore(1);

    static final long CACHE_BYTES = 256 << 10;
    static final int MAX_BODY_BYTES = 8 << 20;
    private static final Upstream.Timeouts PATIENT = new Upstream.Timeouts(Duration.ofSeconds(5),
            Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(60));
    private static final Duration SOON = Duration.ofSeconds(60);

    private final KeyVerifier verifier = new KeyVerifier(new byte[32]);
    private final Map<String, KeyRecord> keys = new LinkedHashMap<>();
    private final Map<String, Instant> retired = new LinkedHashMap<>();
    private final Map<String, ModelRoute> models = new LinkedHashMap<>();
    private final List<Price> prices = new ArrayList<>();
    private final Upstream.Timeouts timeouts;
    private final Traffic traffic;
    /** What carries the calls. */
    public final Pipeline pipeline;
    private final Listeners listeners;
    final RealtimeSessions sessions;
    private volatile PolicySnapshot snapshot = PolicySnapshot.empty();

    public TestBox() {
        this(PATIENT);
    }

    /** A box with other deadlines for its upstreams. */
    public TestBox(Upstream.Timeouts timeouts) {
        this(timeouts, ListenerSettings.onLoopback(0));
    }

    /** A box that speaks TLS, and so HTTP/2, with a certificate of its own in that directory. */
    public static TestBox withTls(Path directory) {
        return new TestBox(PATIENT,
                ListenerSettings.onLoopback(0).with(new ListenerSettings.Tls.SelfSigned(directory)));
    }

    /** A box that thinks so of the health of its targets. */
    public TestBox(Upstream.Timeouts timeouts, HealthTerms health) {
        this(timeouts, ListenerSettings.onLoopback(0), health);
    }

    private TestBox(Upstream.Timeouts timeouts, ListenerSettings settings) {
        this(timeouts, settings, NEVER_ILL);
    }

    /** A box whose Realtime sessions may take so much. */
    public TestBox(RealtimeTerms realtime) {
        this(PATIENT, ListenerSettings.onLoopback(0), NEVER_ILL, realtime);
    }

    private TestBox(Upstream.Timeouts timeouts, ListenerSettings settings, HealthTerms health) {
        this(timeouts, settings, health, RealtimeTerms.DEFAULT);
    }

    private TestBox(Upstream.Timeouts timeouts, ListenerSettings settings, HealthTerms health,
            RealtimeTerms realtime) {
        this.timeouts = timeouts;
        model("local", upstream("engine", Upstream.Kind.VLLM, engine.uri() + "/v1", null, true), "engine-model",
                ModelRoute.Tokenizer.ENGINE);
        model("cloud", upstream("cloud", Upstream.Kind.OPENAI_COMPATIBLE, cloud.uri() + "/v1", "sk-upstream", false),
                "cloud-model", ModelRoute.Tokenizer.UNKNOWN);
        Clock clock = Clock.systemUTC();
        Providers providers = new Providers(client, clock);
        Translation translation = new Translation(EveryProtocol.protocols(), providers);
        cache = new ExactCache(EveryProtocol.protocols(), CACHE_BYTES, nanoTime::get);
        Dispatch dispatch = new Dispatch(client, providers, translation, berths, new byte[32]);
        traffic = new Traffic(health, System::nanoTime, () -> 0.5, 1000);
        Routing routing = new Routing(translation, traffic, System::nanoTime);
        ModelPromptCounter prompts = new ModelPromptCounter(dispatch);
        Book book = new Book();
        Conclusion conclusion = new Conclusion(book, cache, System::nanoTime);
        Authentication authentication = new Authentication(verifier);
        Permission permission = new Permission();
        Admission admission = new Admission(rates, ledger, prompts, clock);
        pipeline = new Pipeline(book, authentication, permission,
                cache, routing, admission, new TokenCounts(prompts),
                new Conversation(dispatch, translation, impatience, berths, prompts, book, conclusion,
                        System::nanoTime),
                conclusion);
        GatewayService service = new GatewayService(pipeline, () -> snapshot, new Ids(), clock, System::nanoTime,
                new Random(7), MAX_BODY_BYTES);
        sessions = new RealtimeSessions(realtime, System::nanoTime);
        RealtimeService talks = new RealtimeService(service, new RealtimeDoor(new Rooms(authentication, permission,
                routing, admission, dispatch, berths, book, conclusion, () -> snapshot, new Ids(), clock,
                System::nanoTime), realtime, sessions));
        listeners = new Listeners(settings,
                () -> HttpRouting.builder().register("/v1", service, talks).register("/v1beta", service.google())
                        .build());
        try {
            listeners.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Forgets what calls before have shown of the upstreams and their keys. */
    public void everybodyIsWell() {
        models.values().forEach(route -> route.targets().forEach(target -> {
            traffic.reset(target.id());
            traffic.keyTested(target.upstream().id(), target.upstream().keys().isEmpty() ? "none" : "main");
        }));
    }

    Upstream upstream(String name, Upstream.Kind kind, String url, @Nullable String apiKey, boolean local) {
        return new Upstream(UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)), name, kind,
                url, apiKey, local, true, true, timeouts, 64 << 20);
    }

    public TestBox model(String name, Upstream upstream, String upstreamModel, ModelRoute.Tokenizer tokenizer) {
        return model(name, upstream, upstreamModel, tokenizer, 1);
    }

    public TestBox model(String name, Upstream upstream, String upstreamModel, ModelRoute.Tokenizer tokenizer,
            int weight) {
        models.put(name, new ModelRoute(UUID.randomUUID(), name, Instant.EPOCH, tokenizer, 8192, 1024, Grant.all(),
                List.of(new ModelRoute.Target(UUID.randomUUID(), upstream, upstreamModel, weight)), ONE_TRY));
        return publish();
    }

    /** Has the answers of a model kept so. */
    public TestBox cached(String model, CacheTerms terms) {
        ModelRoute route = Objects.requireNonNull(models.get(model));
        models.put(model, new ModelRoute(route.id(), route.name(), route.createdAt(), route.tokenizer(),
                route.contextTokens(), route.maxOutputTokens(), route.surfaces(), route.targets(), route.terms(),
                terms));
        return publish();
    }

    ModelRoute route(String model) {
        return Objects.requireNonNull(models.get(model));
    }

    /** What is in force. */
    public PolicySnapshot snapshot() {
        return snapshot;
    }

    /** A model whose targets share its calls as the terms say. */
    public TestBox model(String name, RouteTerms terms, ModelRoute.Target... targets) {
        models.put(name, new ModelRoute(UUID.randomUUID(), name, Instant.EPOCH, ModelRoute.Tokenizer.UNKNOWN, 100_000,
                4096, Grant.all(), List.of(targets), terms));
        return publish();
    }

    /** An upstream on loopback, with the deadlines of this box. */
    public Upstream outside(String name, Upstream.Kind kind, String url, String apiKey, Map<String, String> options) {
        return new Upstream(UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)), name, kind, url,
                List.of(new Upstream.ProviderKey("main", name, apiKey)), false, true, true, timeouts, 64 << 20, false,
                null, options);
    }

    public TestBox price(String model, String inputPerMillion, String outputPerMillion) {
        prices.add(new Price(UUID.randomUUID(), model, null, Instant.EPOCH, "USD",
                new BigDecimal(inputPerMillion), new BigDecimal(outputPerMillion), null, null, null,
                null, null, null));
        return publish();
    }

    TestBox pricePerCall(String model, String perCall) {
        prices.add(new Price(UUID.randomUUID(), model, null, Instant.EPOCH, "USD", null, null, null, null, null, null,
                null, new BigDecimal(perCall)));
        return publish();
    }

    private TestBox publish() {
        Map<String, Credential> credentials = new LinkedHashMap<>();
        keys.forEach((text, key) -> {
            String publicId = text.substring(4, 12);
            credentials.put(publicId, new Credential(publicId, verifier.hash(text), retired.get(text), key));
        });
        snapshot = new PolicySnapshot(snapshot.revision() + 1, credentials, new LinkedHashMap<>(models),
                new PriceBook(prices));
        return this;
    }

    /** Makes a key without any binding; returns its text. */
    public String key(String name) {
        return key(name, key -> key);
    }

    /** Makes a key bound as the change says; returns its text. Called again for the same name it replaces the key. */
    String key(String name, UnaryOperator<KeyRecord> change) {
        UUID id = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
        KeyRecord key = new KeyRecord(id, name, ORGANISATION, DEPARTMENT, "Research", PROJECT, "search", null, null,
                KeyRecord.State.ACTIVE, null, Grant.all(), Grant.all(), List.of(), List.of(), List.of(),
                KeyRecord.Recording.NONE);
        String hex = id.toString().replace("-", "");
        String text = "ghk_" + hex.substring(0, 8) + "_" + (hex + hex).substring(0, 43);
        keys.put(text, change.apply(key));
        publish();
        return text;
    }

    /** Makes a key whose answers may be kept; returns its text. */
    public String cachedKey(String name) {
        return key(name, key -> new KeyRecord(key.id(), key.name(), key.organisationId(), key.departmentId(),
                key.departmentName(), key.projectId(), key.projectName(), key.owner(), key.ownerName(), key.state(),
                key.expiresAt(), key.models(), key.surfaces(), key.addresses(), key.limits(), key.budgets(),
                key.recording(), key.recordingDays(), key.engineTerms(), true));
    }

    /** What an engine takes for the id of the last call with that request id: the client's own stays here. */
    String idAtEngine(String requestId) {
        UUID id = callIds.get(requestId);
        return id == null ? "" : id.toString();
    }

    /** Makes a key with limits; returns its text. */
    String limitedKey(String name, Limit... limits) {
        return key(name, key -> new KeyRecord(key.id(), key.name(), key.organisationId(), key.departmentId(),
                key.departmentName(), key.projectId(), key.projectName(), key.owner(), key.ownerName(), key.state(),
                key.expiresAt(), key.models(), key.surfaces(), key.addresses(), List.of(limits), key.budgets(),
                key.recording()));
    }

    /** Makes a key with budgets; returns its text. */
    String budgetedKey(String name, Budget... budgets) {
        return key(name, key -> new KeyRecord(key.id(), key.name(), key.organisationId(), key.departmentId(),
                key.departmentName(), key.projectId(), key.projectName(), key.owner(), key.ownerName(), key.state(),
                key.expiresAt(), key.models(), key.surfaces(), key.addresses(), key.limits(), List.of(budgets),
                key.recording()));
    }

    /** Makes a key in that state, bound so; returns its text. */
    String boundKey(String name, KeyRecord.State state, @Nullable Instant expiresAt, Grant<String> mayUse,
            Grant<Surface> mayCall, List<AddressRange> from) {
        return key(name, key -> new KeyRecord(key.id(), key.name(), key.organisationId(), key.departmentId(),
                key.departmentName(), key.projectId(), key.projectName(), key.owner(), key.ownerName(), state,
                expiresAt, mayUse, mayCall, from, key.limits(), key.budgets(), key.recording()));
    }

    /** Lets a key's secret end at that time, as after a rotation. */
    void retire(String text, Instant validUntil) {
        retired.put(text, validUntil);
        publish();
    }

    /** The scope of the key of that name. */
    static Scope keyScope(String name) {
        return new Scope(Scope.Type.KEY, UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)));
    }

    static Limit projectLimit(Limit.Kind kind, long amount) {
        return new Limit(UUID.randomUUID(), new Scope(Scope.Type.PROJECT, PROJECT), kind, amount);
    }

    static Grant<String> only(String... names) {
        return Grant.only(Set.of(names));
    }

    public URI uri(String path) {
        return URI.create("http://127.0.0.1:" + listeners.port() + path);
    }

    public int port() {
        return listeners.port();
    }

    public HttpResponse<String> post(String key, String path, String body) {
        return send(HttpRequest.newBuilder(uri(path)).header("authorization", "Bearer " + key)
                .header("content-type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body)).build());
    }

    HttpResponse<String> get(String key, String path) {
        return send(HttpRequest.newBuilder(uri(path)).header("authorization", "Bearer " + key).build());
    }

    public HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static String chat(String model, String prompt, String more) {
        return "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"" + prompt + "\"}]" + more
                + "}";
    }

    public CallRecord lastRow() {
        return rows.getLast();
    }

    /** The one row of the call with that request id; waits for it. */
    public CallRecord row(String requestId) {
        await(() -> rowsOf(requestId).size() > 0, "no row of " + requestId);
        List<CallRecord> found = rowsOf(requestId);
        assertThat(found).as("rows of " + requestId).hasSize(1);
        return found.getFirst();
    }

    private List<CallRecord> rowsOf(String requestId) {
        return rows.stream().filter(row -> row.requestId().equals(requestId)).toList();
    }

    /** Waits until no call holds anything any more: no reservation, no upstream connection, no engine at work. */
    public void assertNothingHeld() {
        for (Scope scope : List.of(new Scope(Scope.Type.ORGANISATION, ORGANISATION),
                new Scope(Scope.Type.PROJECT, PROJECT))) {
            await(() -> {
                Ledger.Balance balance = ledger.balanceOf(scope);
                return balance.inputReserved() == 0 && balance.outputReserved() == 0
                        && balance.moneyReserved().signum() == 0;
            }, "something stays reserved");
        }
        await(() -> client.figures().values().stream()
                .allMatch(figures -> figures.inUse() == 0 && figures.waiting() == 0),
                "upstream connections stay in use");
        await(() -> engine.running() == 0 && cloud.running() == 0, "an upstream still works");
        await(() -> flights.get() == 0, "a call in flight did not land");
    }

    /** What the rows say that the ledger must say too. */
    public void assertLedgerEqualsRows() {
        Ledger.Balance balance = ledger.balanceOf(new Scope(Scope.Type.ORGANISATION, ORGANISATION));
        assertThat(balance.inputUsed()).isEqualTo(rows.stream().mapToLong(row -> row.usage().inputTokens()).sum());
        assertThat(balance.outputUsed()).isEqualTo(rows.stream().mapToLong(row -> row.usage().outputTokens()).sum());
        BigDecimal costs = rows.stream().map(CallRecord::cost).filter(Objects::nonNull).map(Cost::amount)
                .reduce(BigDecimal.ZERO, BigDecimal::add);
        assertThat(balance.spentToday()).isEqualByComparingTo(costs);
    }

    /** Waits until something is so; a bound for what other threads do soon. */
    public static void await(BooleanSupplier condition, String otherwise) {
        long deadline = System.nanoTime() + SOON.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(otherwise);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Override
    public void close() {
        sessions.close();
        listeners.close();
        client.close();
        engine.close();
        cloud.close();
        http.close();
    }

    private final class Book implements CallBook {
        @Override
        public Optional<Refusal> refusal() {
            return Optional.ofNullable(closedBecause);
        }

        @Override
        public Flight takeOff(Exchange exchange) {
            if (takeOffFails) {
                throw new IllegalStateException("a bug at take-off");
            }
            flights.incrementAndGet();
            callIds.put(exchange.arrival().requestId(), exchange.arrival().id());
            takeOffsAreHeld.acquireUninterruptibly();
            takeOffsAreHeld.release();
            return new Flight() {
                private final AtomicBoolean landed = new AtomicBoolean();

                @Override
                public void progress(long inputTokens, long outputTokens) {
                    // Nobody kills this box.
                }

                @Override
                public void land() {
                    if (landed.compareAndSet(false, true)) {
                        flights.decrementAndGet();
                    }
                }

                @Override
                public boolean landed() {
                    return landed.get();
                }
            };
        }

        @Override
        public boolean write(CallRecord row, byte @Nullable [] request, byte @Nullable [] reply, int keptDays,
                @Nullable Flight flight) {
            if (writeFails) {
                throw new IllegalStateException("a bug in the book");
            }
            writesAreHeld.acquireUninterruptibly();
            writesAreHeld.release();
            if (!writable && flight != null) {
                // This book has no later: the call counts as accounted for.
                flight.land();
            }
            return writable && rows.add(row);
        }
    }
}
