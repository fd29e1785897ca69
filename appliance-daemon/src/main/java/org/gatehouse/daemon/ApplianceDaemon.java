package org.gatehouse.daemon;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.helidon.webserver.http.HttpRouting;
import org.jspecify.annotations.Nullable;

import org.gatehouse.admin.AdminApi;
import org.gatehouse.admin.AdminRooms;
import org.gatehouse.admin.AdminTokens;
import org.gatehouse.admin.ApiTokens;
import org.gatehouse.admin.ConsolePages;
import org.gatehouse.admin.MetricsToken;
import org.gatehouse.alerts.Alerts;
import org.gatehouse.alerts.BackupDates;
import org.gatehouse.audit.Trail;
import org.gatehouse.audit.TrailExport;
import org.gatehouse.audit.TrailRetention;
import org.gatehouse.audit.TrailSearch;
import org.gatehouse.audit.TrailState;
import org.gatehouse.audit.TrailVerification;
import org.gatehouse.batch.BatchLimits;
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
import org.gatehouse.gateway.admission.Ledger;
import org.gatehouse.governance.Actor;
import org.gatehouse.governance.AdminTrail;
import org.gatehouse.governance.Deployment;
import org.gatehouse.governance.DeploymentDraft;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.identity.BreakGlass;
import org.gatehouse.identity.People;
import org.gatehouse.listen.ListenerSettings;
import org.gatehouse.listen.Listeners;
import org.gatehouse.listen.PathErrors;
import org.gatehouse.machine.SystemChanges;
import org.gatehouse.machine.agent.AgentClient;
import org.gatehouse.machine.backups.BackupMedia;
import org.gatehouse.machine.disks.Disks;
import org.gatehouse.machine.encryption.DataEncryption;
import org.gatehouse.machine.layers.Layers;
import org.gatehouse.machine.power.AppliancePower;
import org.gatehouse.machine.update.Updates;
import org.gatehouse.modelstore.LocalModels;
import org.gatehouse.modelstore.Surroundings;
import org.gatehouse.safekeeping.BackupTargets;
import org.gatehouse.safekeeping.Restores;
import org.gatehouse.setup.Certificates;
import org.gatehouse.setup.Claims;
import org.gatehouse.setup.Phase;
import org.gatehouse.setup.SetUp;
import org.gatehouse.store.Backup;
import org.gatehouse.store.DataDirectory;
import org.gatehouse.store.Database;
import org.gatehouse.store.Ids;
import org.gatehouse.store.Replacement;
import org.gatehouse.store.SecretBox;
import org.gatehouse.store.StoreFailure;
import org.gatehouse.telemetry.CallMetrics;
import org.gatehouse.telemetry.MetricText;
import org.gatehouse.telemetry.OperationsService;
import org.gatehouse.telemetry.RecentLog;
import org.gatehouse.usage.RollupPruning;
import org.gatehouse.usage.UsageReport;
import org.gatehouse.usage.UsageTotals;

/**
 * The daemon: every room is opened here or in {@link Lasting} and {@link DataPlane}, in an order in which each finds what it needs,
 * and closed in the reverse. Read {@link #open} to see what is wired to what.
 */
public final class ApplianceDaemon implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ApplianceDaemon.class.getName());
    private static final long FORM_AROUND_A_FILE = 1 << 20;

    private final OpenRooms rooms = new OpenRooms();
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
    private @Nullable Lasting lasting;
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
        } catch (IOException | RuntimeException e) {
            daemon.close();
            // With a backup that was just restored: what was there before serves again.
            if (wentBack(settings.data().toAbsolutePath(), String.valueOf(e.getMessage()))) {
                LOG.log(System.Logger.Level.ERROR, "The restored backup can't be opened, so the box starts with what it"
                        + " had before", e);
                return start(settings, gpuPlan, enginePlan, simulated, restarter);
            }
            throw e instanceof IOException failed ? new UncheckedIOException(failed) : (RuntimeException) e;
        }
    }

    private static boolean wentBack(Path root, String reason) {
        if (new Replacement(root).last().filter(plan -> plan.step() == Replacement.Step.TRIED).isEmpty()) {
            return false;
        }
        // Not the state of another daemon that holds it and has kept this one from starting.
        try (DataDirectory own = DataDirectory.open(root)) {
            return new Replacement(own.root()).failed(reason);
        } catch (StoreFailure e) {
            LOG.log(System.Logger.Level.ERROR, "What the box had before a restore is not put back by this start", e);
            return false;
        }
    }

    private void open() throws IOException {
        RecentLog log = rooms.keep(RecentLog.open());
        SecureRandom secureRandom = new SecureRandom();
        Lasting lasts = Lasting.open(settings, rooms, clock, ids, secureRandom);
        lasting = lasts;
        Database database = lasts.database();
        SecretBox secrets = lasts.secrets();
        Path root = lasts.data().root();
        Trail trail = lasts.trail();
        TrailSearch search = lasts.search();
        AdminTrail adminTrail = lasts.adminTrail();

        // What is governed.
        FleetEngines.Early early = new FleetEngines.Early();
        Governance open = rooms.keep(
                Governance.open(database, secrets, adminTrail, clock, ids, secureRandom, early.check()));
        governance = open;

        // What was used before: calls that a killed daemon left, then the sums that quotas start from.
        new Interrupted(open.snapshots()::current).settle(lasts.inFlight(), trail, search);
        CallMetrics metrics = rooms.keep(new CallMetrics());
        BudgetAlerts alerts = rooms.keep(new BudgetAlerts(adminTrail, search, metrics, clock, ids));
        Ledger ledger = new Ledger(alerts::tell);
        lasts.catchUp(", so what was used so far is not known");
        ledger.load(StartingTotals.of(new UsageTotals(database).all(clock.instant()), open.currentSettings().id(),
                clock.instant()));

        alerts.begin(ledger, open.snapshots().current());
        open.snapshots().onChange(snapshot -> alerts.follow(ledger, snapshot));

        rooms.keep(new Housekeeping(new TrailRetention(database, trail, clock, ids),
                new RollupPruning(database, clock),
                () -> open.currentSettings().auditRetentionDays()));

        // What computes here.
        Gpus gpus = rooms.keep(Gpus.open(gpuPlan.ownedBy(early.owners().orElse(gpuPlan.ownership())), database,
                adminTrail, new PriceBookTariffs(() -> open.prices().all(), upstream -> modelsAt(open, upstream)),
                lasts::underWay, clock, nanoTime, ids));

        LocalModels models = rooms.keep(LocalModels.lazily(settings.models().plan(root),
                new Surroundings(Surroundings.keysIn(secrets), adminTrail, clock, nanoTime, ids)));
        FleetEngines running = rooms.keep(FleetEngines.open(enginePlan, early, deployments(open), gpus,
                models.library(), adminTrail, clock, nanoTime, ids));
        engines = running;
        models.usedBy(running::userOf);
        open.snapshots().onChange(_ -> running.follow(deployments(open)));

        // What carries calls.
        ListenerSettings main = settings.listen().toListener(root);
        BatchLimits batchLimits = settings.batches().limits();
        ListenerSettings listen = main.with(main.limits().with(new ListenerSettings.LargeBodies(
                DataPlane.ROOT + BatchService.FILES, batchLimits.fileBytes() + FORM_AROUND_A_FILE)));
        DataPlane plane = DataPlane.open(
                new DataPlane.Around(lasts, open, running, early.door(), ledger, metrics, clock, nanoTime, ids), main,
                batchLimits, rooms);

        // What watches.
        plane.show(metrics);
        KeptAnswers kept = new KeptAnswers(plane.cache());
        kept.show(metrics);
        LiveBatches liveBatches = new LiveBatches(plane.batches());
        liveBatches.show(metrics);
        ModelMetrics.show(models, metrics);
        Certificates certificates = LiveCertificates.open(new LiveCertificates.Rooms(database, secrets,
                adminTrail.node(), plane.client(), root, clock, secureRandom), listen, () -> known(listeners));
        rooms.keep(certificates.acme());
        CertificateDate certificate = new CertificateDate(this::certificateExpires, certificates.acme()::trouble,
                clock);
        metrics.gauge("gatehouse.certificate.expiry.timestamp.seconds", "When the TLS certificate expires, since 1970",
                certificate, CertificateDate::epochSeconds);
        LiveLines lines = new LiveLines(plane.berths());
        if (new Replacement(root).last().filter(plan -> plan.step() == Replacement.Step.TRIED).isPresent()) {
            AdminTokens.adopt(database, root, clock, ids);
        }
        AdminTokens tokens = AdminTokens.open(database, root, clock, ids, secureRandom);
        MetricsToken metricsToken = MetricsToken.open(root, secureRandom);
        ApiTokens apiTokens = new ApiTokens(database, clock, ids, secureRandom);
        Supplier<String> page = MetricText.behind(metrics::scrape, "the cache", kept::page);
        page = MetricText.behind(page, "GPUs",
                new GpuMetrics(gpus, new ReservedModels(open.snapshots()::current, clock))::page);
        page = MetricText.behind(page, "engines", new EngineMetrics(running)::page);
        page = MetricText.behind(page, "routes",
                MetricText.behind(new RouteMetrics(plane.traffic(), open.snapshots()::current)::page, "queues",
                        lines::page));
        OperationsService operations = new OperationsService(List.of(
                () -> trail.state() instanceof TrailState.Refusing refusing
                        ? Optional.of(refusing.reason())
                        : Optional.empty(),
                () -> open.snapshots().current().models().isEmpty()
                        ? Optional.of("No model is set up. Add an upstream and a model through the admin API.")
                        : Optional.empty()),
                List.of(certificate::trouble),
                page,
                token -> metricsToken.is(token) || tokens.knows(token) || apiTokens.opensMetrics(token));

        // What governs.
        People everybody = People.open(database, secrets, open, adminTrail, plane.client(), clock, nanoTime, ids,
                secureRandom);
        people = everybody;
        metrics.counter("gatehouse.break.glass.logins", "Logins past every sign-on provider", everybody.breakGlass(),
                BreakGlass::uses);
        BackupDates backups = new BackupDates(database);
        AgentClient agent = new AgentClient(AgentClient.USUAL);
        DataEncryption encryption = new DataEncryption(agent, Path.of("/"));
        Disks disks = rooms.keep(new Disks(agent, clock).start());
        SystemChanges machine = LiveSetup.machine(agent, root, simulated);
        Backup backup = new Backup(database, secrets, root, clock, secureRandom)
                .from(() -> new Backup.Origin(machine.facts().hostname(), RunningBox.version()));
        BackupTargets targets = rooms.keep(new BackupTargets(database, secrets, root, (out, passphrase) -> {
            lasts.catchUp(", so a backup would lack the newest");
            backup.write(out, passphrase);
        }, () -> backups.taken(clock.instant()), new BackupMedia(agent, root), clock).start());
        Alerts alarms = rooms.keep(Alerts.open(new Alerts.Rooms(open, database, adminTrail, plane.client(), clock, ids),
                new AlertSources(open.snapshots()::current, ledger, plane.traffic(), running, gpus, trail,
                        search,
                        everybody.breakGlass(), certificate, backups,
                        new DiskWatch(root, DiskWatch.FILE_SYSTEMS, nanoTime, DiskWatch.Inodes.OF_SYSTEM),
                        rooms.keep(new ClockWatch(clock, nanoTime, adminTrail, ids).start()), encryption,
                        new GivenUpUpdate(Path.of("/")), new DiskAlerts(disks), targets, clock)
                        .all()));
        AlertMetrics.show(alarms, metrics);
        LiveProbe probe = new LiveProbe(plane.dispatch());
        LiveSetup begun = rooms.keep(new LiveSetup(
                new LiveSetup.Rooms(database, secrets, root, open, everybody,
                        adminTrail, trail, running, models, probe, machine, backup,
                        () -> backups.taken(clock.instant()), alarms, certificates, clock, nanoTime, ids, secureRandom),
                listen,
                () -> known(listeners), simulated));
        setUp = begun;
        Restores restores = new Restores(root, targets, database.embedded(), restarter,
                (verb, subject, how) -> adminTrail.append(Actor.system("restore").did(ids.get(), clock.instant(), verb,
                        "system", subject, null, how)),
                clock);
        BundleFetch fetch = new BundleFetch(plane.client());
        Updates updates = new Updates(agent, root.resolve("updates"), fetch,
                new UpdateTrail(adminTrail, clock, ids, "releases"), clock);
        Layers layers = new Layers(agent, root.resolve("layers"), fetch,
                new UpdateTrail(adminTrail, clock, ids, "layers"), clock);
        AdminApi admin = AdminApi.over(new AdminRooms(open, everybody, tokens, apiTokens, adminTrail, search,
                TrailVerification.of(database, secrets, trail),
                new TrailExport(database, secrets, trail),
                new UsageReport(database, clock), gpus, running, models, kept, liveBatches, probe,
                new LiveTraffic(plane.traffic(), open.snapshots()::current), lines,
                new RunningBox(clock.instant(), database, trail, open.snapshots(), certificate,
                        this::shownFingerprint, certificates, backup, () -> backups.taken(clock.instant()),
                        new SupportBundle(root, log, metrics::scrape, open.snapshots()::current, agent, clock),
                        updates, layers, machine, new AppliancePower(agent), encryption, disks, restores,
                        restarter),
                targets, alarms, begun.setUp(), new LiveStandings(ledger, plane.rates(), clock), plane.latencies(),
                RunningBox.version(), clock, nanoTime, ids));

        // What is heard from outside.
        DoorMetrics doorMetrics = new DoorMetrics(metrics);
        Settings.Management apart = settings.management();
        HttpRouting.Builder clients = HttpRouting.builder().register(DataPlane.ROOT, plane.gateway(), plane.realtime())
                .register(DataPlane.ROOT,
                        new BatchService(plane.gateway(), plane.pipeline(), plane.batches(), batchLimits.fileBytes()))
                .register("/v1beta", plane.gateway().google());
        HttpRouting.Builder management = apart == null ? clients : HttpRouting.builder();
        management.register("/", admin).register("/", operations)
                .register("/", ConsolePages.ofProgram(secureRandom, () -> begun.setUp().phase() == Phase.FINISHED));
        Listeners doors = rooms.keep(new Listeners(new Listeners.Door(listen, clients::build),
                apart == null ? null : new Listeners.Door(apart.toListener(main), management::build),
                new PathErrors(), refusal -> {
                    doorMetrics.refused(refusal);
                    if (refusal.listener().equals(Listeners.MAIN)) {
                        plane.gateway().refusedEarly(refusal, DataPlane.ROOT);
                    }
                }));
        // Closed before the doors: sessions do not end by themselves, and the doors wait for what is in flight.
        rooms.keep(plane.sessions());
        rooms.keep(admin);
        doors.start();
        listeners = doors;
        certificates.acme().start();
        doorMetrics.show(doors, apart != null);
        rooms.keep(
                BootCheck.begin(updates, new SelfTrial(database, trail, TrailVerification.of(database, secrets, trail),
                        open.snapshots()::current, probe,
                        () -> running.view().deployments().stream().anyMatch(one -> one.ready() > 0),
                        root.resolve("updates").resolve("local-model-answered"),
                        clock)));
        restores.opened();
        rooms.keep(WhereItRuns.tell(root, listen.tls(), apart == null ? doors.port() : doors.managementPort()));
    }

    private static List<DeploymentDraft> deployments(Governance governance) {
        return governance.deployments().all().stream().map(Deployment::draft).toList();
    }

    private static Set<String> modelsAt(Governance governance, String upstream) {
        return governance.snapshots().current().models().values().stream()
                .filter(model -> model.targets().stream().anyMatch(target -> target.upstream().name().equals(upstream)))
                .map(ModelRoute::name).collect(Collectors.toSet());
    }

    private Optional<Instant> certificateExpires() {
        Listeners doors = listeners;
        return doors == null ? Optional.empty() : doors.certificateExpires();
    }

    private Optional<String> shownFingerprint() {
        Listeners doors = listeners;
        return doors == null ? Optional.empty() : doors.certificateFingerprint();
    }

    /** The bound main port. */
    public int port() {
        return known(listeners).port();
    }

    /** The bound management port; the main one if there is no second. */
    int managementPort() {
        return known(listeners).managementPort();
    }

    /**
     * Whether somebody who calls the main port just now gets an answer; also where that is that too many are there already.
     *
     * @param within how long to wait for it
     */
    boolean answers(Duration within) {
        return OwnCall.isAnswered(known(listeners), settings.listen().address(), within);
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
        return known(lasting).trail();
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
        rooms.close();
    }
}
