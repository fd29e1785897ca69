package org.gatehouse.daemon;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

import io.helidon.webserver.http.HttpRouting;
import org.jspecify.annotations.Nullable;

import org.gatehouse.admin.AdminApi;
import org.gatehouse.admin.AdminRooms;
import org.gatehouse.admin.AdminTokens;
import org.gatehouse.admin.ConsolePages;
import org.gatehouse.admin.MetricsToken;
import org.gatehouse.alerts.Alerts;
import org.gatehouse.alerts.BackupDates;
import org.gatehouse.audit.InFlightJournal;
import org.gatehouse.audit.Trail;
import org.gatehouse.audit.TrailBlocks;
import org.gatehouse.audit.TrailExport;
import org.gatehouse.audit.TrailRetention;
import org.gatehouse.audit.TrailSearch;
import org.gatehouse.audit.TrailSettings;
import org.gatehouse.audit.TrailState;
import org.gatehouse.audit.TrailVerification;
import org.gatehouse.batch.BatchLimits;
import org.gatehouse.batch.Batches;
import org.gatehouse.batch.http.BatchService;
import org.gatehouse.compute.GpuMetrics;
import org.gatehouse.compute.GpuPlan;
import org.gatehouse.compute.Gpus;
import org.gatehouse.compute.PriceBookTariffs;
import org.gatehouse.compute.ReservedModels;
import org.gatehouse.engines.EngineMetrics;
import org.gatehouse.engines.EnginePlan;
import org.gatehouse.engines.Engines;
import org.gatehouse.engines.FleetEngines;
import org.gatehouse.gateway.Conclusion;
import org.gatehouse.gateway.Conversation;
import org.gatehouse.gateway.Impatience;
import org.gatehouse.gateway.Pipeline;
import org.gatehouse.gateway.TokenCounts;
import org.gatehouse.gateway.admission.Admission;
import org.gatehouse.gateway.admission.Authentication;
import org.gatehouse.gateway.admission.Ledger;
import org.gatehouse.gateway.admission.Permission;
import org.gatehouse.gateway.admission.RateLimits;
import org.gatehouse.gateway.cache.ExactCache;
import org.gatehouse.gateway.http.GatewayService;
import org.gatehouse.gateway.http.RealtimeService;
import org.gatehouse.gateway.protocol.Protocols;
import org.gatehouse.gateway.realtime.RealtimeDoor;
import org.gatehouse.gateway.realtime.RealtimeSessions;
import org.gatehouse.gateway.realtime.RealtimeTerms;
import org.gatehouse.gateway.realtime.Rooms;
import org.gatehouse.gateway.recording.TrailBook;
import org.gatehouse.gateway.routing.ActiveChecks;
import org.gatehouse.gateway.routing.Routing;
import org.gatehouse.gateway.routing.Traffic;
import org.gatehouse.gateway.upstream.Berths;
import org.gatehouse.gateway.upstream.Dispatch;
import org.gatehouse.gateway.upstream.ModelPromptCounter;
import org.gatehouse.gateway.upstream.Translation;
import org.gatehouse.gateway.upstream.http.UpstreamClient;
import org.gatehouse.gateway.upstream.provider.Providers;
import org.gatehouse.governance.AdminTrail;
import org.gatehouse.governance.Deployment;
import org.gatehouse.governance.DeploymentDraft;
import org.gatehouse.governance.DurableAdminTrail;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.snapshot.HealthTerms;
import org.gatehouse.governance.snapshot.KeyVerifier;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.identity.BreakGlass;
import org.gatehouse.identity.People;
import org.gatehouse.listen.ListenerSettings;
import org.gatehouse.listen.Listeners;
import org.gatehouse.listen.PathErrors;
import org.gatehouse.modelstore.LocalModels;
import org.gatehouse.modelstore.Surroundings;
import org.gatehouse.setup.Claims;
import org.gatehouse.setup.Phase;
import org.gatehouse.setup.SetUp;
import org.gatehouse.store.Backup;
import org.gatehouse.store.DataDirectory;
import org.gatehouse.store.Database;
import org.gatehouse.store.Ids;
import org.gatehouse.store.SecretBox;
import org.gatehouse.store.StoreFailure;
import org.gatehouse.telemetry.CallMetrics;
import org.gatehouse.telemetry.MetricText;
import org.gatehouse.telemetry.OperationsService;
import org.gatehouse.telemetry.RecentLog;
import org.gatehouse.usage.KeyLastUse;
import org.gatehouse.usage.Latencies;
import org.gatehouse.usage.RollupPruning;
import org.gatehouse.usage.UsageDigests;
import org.gatehouse.usage.UsageReport;
import org.gatehouse.usage.UsageRollups;
import org.gatehouse.usage.UsageTotals;

/**
 * The daemon: every room is opened here, in an order in which each finds what it needs, and closed in the reverse. Read
 * {@link #start} to see what is wired to what.
 */
public final class ApplianceDaemon implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ApplianceDaemon.class.getName());
    private static final String GATEWAY_ROOT = "/v1";
    private static final long FORM_AROUND_A_FILE = 1 << 20;
    /** Conversations whose target is remembered; each is a hundred bytes or two. */
    private static final int MOST_SESSIONS = 100_000;
    /** Kept answers take at most that part of the heap. */
    private static final int CACHE_SHARE = 16;
    private static final Duration LONGEST_CATCH_UP = Duration.ofMinutes(2);

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final Settings settings;
    private final GpuPlan gpuPlan;
    private final EnginePlan enginePlan;
    private final boolean simulated;
    private final Clock clock = Clock.systemUTC();
    private final LongSupplier nanoTime = System::nanoTime;
    private final Ids ids = new Ids();
    private @Nullable Governance governance;
    private @Nullable People people;
    private @Nullable LiveSetup setUp;
    private @Nullable Trail trail;
    private @Nullable Listeners listeners;
    private @Nullable Engines engines;
    private final @Nullable Runnable restarter;

    private ApplianceDaemon(Settings settings, GpuPlan gpuPlan, EnginePlan enginePlan, boolean simulated,
            @Nullable Runnable restarter) {
        this.restarter = restarter;
        this.settings = settings;
        this.gpuPlan = gpuPlan;
        this.enginePlan = enginePlan;
        this.simulated = simulated;
    }

    /**
     * Opens everything and begins to serve.
     *
     * @throws RuntimeException says what could not be opened; nothing stays open then
     */
    public static ApplianceDaemon start(Settings settings) {
        return start(settings, settings.gpus().plan(Clock.systemUTC(), System::nanoTime));
    }

    /**
     * The same for a daemon that is started again when somebody asks for it.
     *
     * @param restarter is told that somebody has; must not wait for the daemon to end
     * @throws RuntimeException says what could not be opened; nothing stays open then
     */
    static ApplianceDaemon start(Settings settings, Runnable restarter) {
        return start(settings, settings.gpus().plan(Clock.systemUTC(), System::nanoTime),
                settings.engines().plan(settings.data()), false, restarter);
    }

    /**
     * The same with GPUs that the settings do not tell of.
     *
     * @throws RuntimeException says what could not be opened; nothing stays open then
     */
    public static ApplianceDaemon start(Settings settings, GpuPlan gpuPlan) {
        return start(settings, gpuPlan, settings.engines().plan(settings.data()));
    }

    /**
     * The same with GPUs and engines that the settings do not tell of.
     *
     * @throws RuntimeException says what could not be opened; nothing stays open then
     */
    public static ApplianceDaemon start(Settings settings, GpuPlan gpuPlan, EnginePlan enginePlan) {
        return start(settings, gpuPlan, enginePlan, false, null);
    }

    /**
     * The same of a box for show.
     *
     * @throws RuntimeException says what could not be opened; nothing stays open then
     */
    public static ApplianceDaemon startSimulated(Settings settings, GpuPlan gpuPlan, EnginePlan enginePlan) {
        return start(settings, gpuPlan, enginePlan, true, null);
    }

    private static ApplianceDaemon start(Settings settings, GpuPlan gpuPlan, EnginePlan enginePlan,
            boolean simulated, @Nullable Runnable restarter) {
        ApplianceDaemon daemon = new ApplianceDaemon(settings, gpuPlan, enginePlan, simulated, restarter);
        try {
            daemon.open();
            return daemon;
        } catch (IOException e) {
            daemon.close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            daemon.close();
            throw e;
        }
    }

    private void open() throws IOException {
        RecentLog log = keep(RecentLog.open());
        // What lasts.
        SecureRandom secureRandom = new SecureRandom();
        DataDirectory data = keep(DataDirectory.open(settings.data()));
        Database database = keep(Database.open(settings.database().toStore(data.database())));
        SecretBox secrets = SecretBox.open(database, data.secret(), secureRandom, clock);
        Trail openTrail = keep(openTrail(data, settings, database, secrets, clock, ids));
        trail = openTrail;
        keep(TrailBlocks.open(database));
        keep(UsageDigests.open(database, clock));
        TrailSearch search = new TrailSearch(database, openTrail);
        AdminTrail adminTrail = new DurableAdminTrail(openTrail, database);
        InFlightJournal inFlight = keep(InFlightJournal.open(data.journal(), clock));

        // What is governed.
        FleetEngines.Early early = new FleetEngines.Early();
        Governance open = keep(
                Governance.open(database, secrets, adminTrail, clock, ids, secureRandom, early.check()));
        governance = open;

        // What was used before: calls that a killed daemon left, then the sums that quotas start from.
        new Interrupted(open.snapshots()::current).settle(inFlight, openTrail, search);
        CallMetrics metrics = keep(new CallMetrics());
        BudgetAlerts alerts = keep(new BudgetAlerts(adminTrail, search, metrics, clock, ids));
        Ledger ledger = new Ledger(alerts::tell);
        if (!openTrail.flush(LONGEST_CATCH_UP)) {
            throw new StoreFailure(
                    "The database does not take the trail's records, so what was used so far is not known. Check the database.");
        }
        ledger.load(StartingTotals.of(new UsageTotals(database).all(clock.instant()), open.currentSettings().id(),
                clock.instant()));

        alerts.begin(ledger, open.snapshots().current());
        open.snapshots().onChange(snapshot -> alerts.follow(ledger, snapshot));

        keep(new Housekeeping(new TrailRetention(database, openTrail, clock, ids), new RollupPruning(database, clock),
                () -> open.currentSettings().auditRetentionDays()));

        // What computes here.
        Gpus gpus = keep(Gpus.open(gpuPlan.ownedBy(early.owners().orElse(gpuPlan.ownership())), database, adminTrail,
                new PriceBookTariffs(() -> open.prices().all(), upstream -> modelsAt(open, upstream)),
                () -> underWay(inFlight, openTrail), clock, nanoTime, ids));

        LocalModels models = keep(LocalModels.lazily(settings.models().plan(data.root()),
                new Surroundings(Surroundings.keysIn(secrets), adminTrail, clock, nanoTime, ids)));
        FleetEngines running = keep(FleetEngines.open(enginePlan, early, deployments(open), gpus,
                models.library(), adminTrail, clock, nanoTime, ids));
        engines = running;
        models.usedBy(running::userOf);
        open.snapshots().onChange(_ -> running.follow(deployments(open)));

        // What carries calls.
        UpstreamClient client = keep(new UpstreamClient());
        WayOut.follow(open, client);
        Berths berths = new Berths(early.door(), nanoTime);
        Providers providers = new Providers(client, clock);
        Protocols protocols = EveryProtocol.protocols();
        Translation translation = new Translation(protocols, providers);
        ExactCache cache = new ExactCache(protocols, Runtime.getRuntime().maxMemory() / CACHE_SHARE, nanoTime);
        open.snapshots().onChange(cache::follow);
        Dispatch dispatch = new Dispatch(client, providers, translation, berths, secrets.apiKeyPepper());
        Traffic traffic = new Traffic(HealthTerms.DEFAULT, nanoTime, () -> ThreadLocalRandom.current().nextDouble(),
                MOST_SESSIONS);
        Routing routing = new Routing(translation, traffic, nanoTime);
        Impatience impatience = keep(new Impatience(nanoTime));
        ModelPromptCounter prompts = new ModelPromptCounter(dispatch);
        RateLimits rates = new RateLimits(nanoTime);
        Latencies latencies = keep(new Latencies(database, openTrail.node(), clock));
        TrailBook book = keep(new TrailBook(openTrail, inFlight, clock, call -> {
            metrics.ended(call);
            latencies.ended(call);
        }));
        Conclusion conclusion = new Conclusion(book, cache, nanoTime);
        ProgramTokens programs = keep(ProgramTokens.following(open.snapshots(), client, nanoTime, metrics));
        Authentication authentication = new Authentication(new KeyVerifier(secrets.apiKeyPepper()), programs.tokens());
        Permission permission = new Permission();
        Admission admission = new Admission(rates, ledger, prompts, clock);
        Pipeline pipeline = new Pipeline(book,
                authentication,
                permission,
                cache,
                routing,
                admission, new TokenCounts(prompts),
                new Conversation(dispatch, translation, impatience, berths, prompts, book, conclusion, nanoTime),
                conclusion);
        ListenerSettings main = settings.listen().toListener(data.root());
        BatchLimits batchLimits = settings.batches().limits();
        ListenerSettings listen = main.with(main.limits().with(new ListenerSettings.LargeBodies(
                GATEWAY_ROOT + BatchService.FILES, batchLimits.fileBytes() + FORM_AROUND_A_FILE)));
        RandomGenerator spans = () -> ThreadLocalRandom.current().nextLong();
        GatewayService gateway = new GatewayService(pipeline, open.snapshots()::current, ids, clock, nanoTime, spans,
                (int) main.limits().maxBodyBytes());

        RealtimeSessions sessions = new RealtimeSessions(RealtimeTerms.DEFAULT, nanoTime);
        RealtimeService realtime = new RealtimeService(gateway, new RealtimeDoor(
                new Rooms(authentication, permission, routing, admission, dispatch, berths, book, conclusion,
                        open.snapshots()::current, ids, clock, nanoTime),
                RealtimeTerms.DEFAULT, sessions));

        open.snapshots().onChange(new Forgetting(rates, dispatch));
        open.snapshots().onChange(new RouteFollowing(traffic, open.snapshots().current()));
        keep(new TargetWatch(traffic, new ActiveChecks(traffic, HealthTerms.DEFAULT, nanoTime,
                () -> ThreadLocalRandom.current().nextDouble()), dispatch, open.snapshots()::current, running::view,
                berths::waiting, clock));

        Batches batches = keep(Batches.open(new Batches.Rooms(data.batches(), database, secrets, adminTrail, pipeline,
                open.snapshots()::current, clock, nanoTime, ids, spans, main.timeouts().drainGrace()), batchLimits));

        // What watches.
        metrics.gauge("gatehouse.calls.in.flight", "Calls that are at their upstream", inFlight, InFlightJournal::size);
        metrics.gauge("gatehouse.trail.late", "Calls that have ended and could not be recorded yet", book,
                TrailBook::lateRows);
        metrics.gauge("gatehouse.trail.pending", "Records that wait for the disk", openTrail,
                it -> it.figures().pending());
        metrics.gauge("gatehouse.trail.backlog", "Durable records that wait for the database", openTrail,
                it -> it.figures().backlog());
        metrics.gauge("gatehouse.rate.limits", "Limits on rates and concurrency that state is kept of", rates,
                RateLimits::remembered);
        metrics.gauge("gatehouse.upstream.endpoints", "Upstream addresses that connections are kept for", client,
                it -> it.figures().size());
        metrics.gauge("gatehouse.realtime.sessions", "Realtime sessions that are open", sessions,
                RealtimeSessions::size);
        metrics.counter("gatehouse.realtime.messages", "Messages of Realtime sessions", sessions,
                RealtimeSessions::fromClients, "from", "client");
        metrics.counter("gatehouse.realtime.messages", "Messages of Realtime sessions", sessions,
                RealtimeSessions::fromUpstreams, "from", "upstream");
        KeptAnswers kept = new KeptAnswers(cache);
        kept.show(metrics);
        LiveBatches liveBatches = new LiveBatches(batches);
        liveBatches.show(metrics);
        ModelMetrics.show(models, metrics);
        CertificateDate certificate = new CertificateDate(this::certificateExpires, clock);
        metrics.gauge("gatehouse.certificate.expiry.timestamp.seconds", "When the TLS certificate expires, since 1970",
                certificate, CertificateDate::epochSeconds);
        LiveLines lines = new LiveLines(berths);
        AdminTokens tokens = AdminTokens.open(database, data.root(), clock, ids, secureRandom);
        MetricsToken metricsToken = MetricsToken.open(data.root(), secureRandom);
        metrics.gauge("gatehouse.trail.kept.bytes", "Disk space of the records kept for a rebuild of the database",
                openTrail, it -> it.figures().keptBytes());
        OperationsService operations = new OperationsService(List.of(
                () -> openTrail.state() instanceof TrailState.Refusing refusing
                        ? Optional.of(refusing.reason())
                        : Optional.empty(),
                () -> open.snapshots().current().models().isEmpty()
                        ? Optional.of("No model is set up. Add an upstream and a model through the admin API.")
                        : Optional.empty()),
                List.of(certificate::trouble),
                MetricText.behind(
                        MetricText.behind(
                                MetricText.behind(
                                        MetricText.behind(metrics::scrape, "the cache", kept::page), "GPUs",
                                        new GpuMetrics(gpus,
                                                new ReservedModels(open.snapshots()::current, clock))::page),
                                "engines", new EngineMetrics(running)::page),
                        "routes",
                        MetricText.behind(new RouteMetrics(traffic, open.snapshots()::current)::page, "queues",
                                lines::page)),
                token -> metricsToken.is(token) || tokens.knows(token));

        // What governs.
        People everybody = People.open(database, secrets, open, adminTrail, client, clock, nanoTime, ids, secureRandom);
        people = everybody;
        metrics.counter("gatehouse.break.glass.logins", "Logins past every sign-on provider", everybody.breakGlass(),
                BreakGlass::uses);
        BackupDates backups = new BackupDates(database);
        Alerts alarms = keep(Alerts.open(new Alerts.Rooms(open, database, adminTrail, client, clock, ids),
                new AlertSources(open.snapshots()::current, ledger, traffic, running, gpus, openTrail, search,
                        everybody.breakGlass(), certificate, backups, List.of(data.root()), clock).all()));
        AlertMetrics.show(alarms, metrics);
        Backup backup = new Backup(database, secrets, data.root(), clock, secureRandom);
        LiveProbe probe = new LiveProbe(dispatch);
        LiveSetup begun = keep(new LiveSetup(new LiveSetup.Rooms(database, secrets, data.root(), open, everybody,
                adminTrail, openTrail, running, models, probe, backup,
                () -> backups.taken(clock.instant()), alarms, clock, nanoTime, ids, secureRandom), listen,
                () -> known(listeners), simulated));
        setUp = begun;
        AdminApi admin = AdminApi.over(new AdminRooms(open, everybody, tokens, adminTrail, search,
                TrailVerification.of(database, secrets, openTrail), new TrailExport(database, secrets, openTrail),
                new UsageReport(database, clock), gpus, running, models, kept, liveBatches, probe,
                new LiveTraffic(traffic, open.snapshots()::current), lines,
                new RunningBox(clock.instant(), database, openTrail, open.snapshots(), certificate,
                        this::shownFingerprint, backup, () -> backups.taken(clock.instant()),
                        new SupportBundle(data.root(), log, metrics::scrape, open.snapshots()::current, clock),
                        restarter),
                alarms, begun.setUp(), new LiveStandings(ledger, rates, clock), latencies,
                RunningBox.version(), clock, nanoTime, ids));

        // What is heard from outside.
        DoorMetrics doorMetrics = new DoorMetrics(metrics);
        Settings.Management apart = settings.management();
        HttpRouting.Builder clients = HttpRouting.builder().register(GATEWAY_ROOT, gateway, realtime)
                .register(GATEWAY_ROOT, new BatchService(gateway, pipeline, batches, batchLimits.fileBytes()))
                .register("/v1beta", gateway.google());
        HttpRouting.Builder management = apart == null ? clients : HttpRouting.builder();
        management.register("/", admin).register("/", operations)
                .register("/", ConsolePages.ofProgram(secureRandom, () -> begun.setUp().phase() == Phase.FINISHED));
        Listeners doors = keep(new Listeners(new Listeners.Door(listen, clients::build),
                apart == null ? null : new Listeners.Door(apart.toListener(main), management::build),
                new PathErrors(), refusal -> {
                    doorMetrics.refused(refusal);
                    if (refusal.listener().equals(Listeners.MAIN)) {
                        gateway.refusedEarly(refusal, GATEWAY_ROOT);
                    }
                }));
        // Closed before the doors: sessions do not end by themselves, and the doors wait for what is in flight.
        keep(sessions);
        keep(admin);
        doors.start();
        listeners = doors;
        doorMetrics.show(doors, apart != null);
        keep(new WhereItRuns(data.root(), adminUrl(listen, apart, doors), certificate(listen.tls())));
    }

    /** The trail with everything that is derived from its rows: who opens it without brings the sums out of step. */
    static Trail openTrail(DataDirectory data, Settings settings, Database database, SecretBox secrets, Clock clock,
            Ids ids) {
        return Trail.open(database, secrets, TrailSettings.with(settings.journal().toTrail(data.journal())),
                List.of(new UsageRollups(), new KeyLastUse()), clock, ids);
    }

    /** Asked in this order: a call that has landed since is in the trail, and so in the database behind it. */
    private static Map<String, Instant> underWay(InFlightJournal inFlight, Trail trail) {
        Map<String, Instant> oldest = inFlight.oldest();
        if (!trail.flush(LONGEST_CATCH_UP)) {
            throw new StoreFailure("The database does not take the trail's records. Check the database.");
        }
        return oldest;
    }

    private static List<DeploymentDraft> deployments(Governance governance) {
        return governance.deployments().all().stream().map(Deployment::draft).toList();
    }

    private static Set<String> modelsAt(Governance governance, String upstream) {
        return governance.snapshots().current().models().values().stream()
                .filter(model -> model.targets().stream().anyMatch(target -> target.upstream().name().equals(upstream)))
                .map(ModelRoute::name).collect(Collectors.toSet());
    }

    private static String adminUrl(ListenerSettings listen, Settings.@Nullable Management apart, Listeners doors) {
        String scheme = listen.tls() instanceof ListenerSettings.Tls.Off ? "http" : "https";
        return scheme + "://127.0.0.1:" + (apart == null ? doors.port() : doors.managementPort());
    }

    private Optional<Instant> certificateExpires() {
        Listeners doors = listeners;
        return doors == null ? Optional.empty() : doors.certificateExpires();
    }

    private Optional<String> shownFingerprint() {
        Listeners doors = listeners;
        return doors == null ? Optional.empty() : doors.certificateFingerprint();
    }

    private static @Nullable Path certificate(ListenerSettings.Tls tls) {
        return switch (tls) {
            case ListenerSettings.Tls.Off _ -> null;
            case ListenerSettings.Tls.SelfSigned own -> own.directory().resolve("certificate.pem");
            case ListenerSettings.Tls.Files files -> files.certificateChain();
        };
    }

    private <T extends AutoCloseable> T keep(T room) {
        opened.push(room);
        return room;
    }

    /** The bound main port. */
    public int port() {
        return known(listeners).port();
    }

    /** The bound management port; the main one if there is no second. */
    int managementPort() {
        return known(listeners).managementPort();
    }

    /** What tells the main port's certificate from any other; empty without TLS. */
    public Optional<String> certificateFingerprint() {
        return known(listeners).certificateFingerprint();
    }

    /** The one door for changes. */
    public Governance governance() {
        return known(governance);
    }

    /** Who may sign in, and who is. */
    public People people() {
        return known(people);
    }

    /** The set-up of this box. */
    public SetUp setUp() {
        return known(setUp).setUp();
    }

    /** Tells of each claim code while nobody has claimed the box: at once of the one that is open. */
    public void showClaimCodes(Consumer<Claims.Code> watcher) {
        known(setUp).codes().show(watcher);
    }

    /** The engines of this box. */
    public Engines engines() {
        return known(engines);
    }

    /** The trail. */
    public Trail trail() {
        return known(trail);
    }

    /** The data directory. */
    public Path data() {
        return settings.data();
    }

    private static <T> T known(@Nullable T room) {
        if (room == null) {
            throw new IllegalStateException("the daemon is not open");
        }
        return room;
    }

    /** Lets running calls end, then closes every room in the reverse order of opening. */
    @Override
    public void close() {
        while (!opened.isEmpty()) {
            AutoCloseable room = opened.pop();
            try {
                room.close();
            } catch (Exception e) {
                LOG.log(System.Logger.Level.WARNING, "Closing " + room.getClass().getSimpleName() + " failed", e);
            }
        }
    }
}
