package org.gatehouse.admin;

import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.webserver.WebServer;
import org.jspecify.annotations.Nullable;

import org.gatehouse.acme.AcmeSource;
import org.gatehouse.alerts.Alerts;
import org.gatehouse.alerts.Finding;
import org.gatehouse.audit.AdminRecord;
import org.gatehouse.audit.JournalSettings;
import org.gatehouse.audit.Trail;
import org.gatehouse.audit.TrailExport;
import org.gatehouse.audit.TrailSearch;
import org.gatehouse.audit.TrailSettings;
import org.gatehouse.audit.TrailVerification;
import org.gatehouse.compute.GpuPlan;
import org.gatehouse.compute.Gpus;
import org.gatehouse.compute.TestOwners;
import org.gatehouse.engines.WrittenEngines;
import org.gatehouse.gateway.upstream.http.UpstreamClient;
import org.gatehouse.governance.AdminTrail;
import org.gatehouse.governance.AlertKind;
import org.gatehouse.governance.DurableAdminTrail;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.User;
import org.gatehouse.governance.form.FieldError;
import org.gatehouse.governance.form.Json;
import org.gatehouse.governance.snapshot.Budget;
import org.gatehouse.governance.snapshot.Limit;
import org.gatehouse.identity.People;
import org.gatehouse.identity.Session;
import org.gatehouse.listen.CertificateKeeper;
import org.gatehouse.listen.ChallengeDoor;
import org.gatehouse.machine.MachinePower;
import org.gatehouse.machine.RecordingSystemChanges;
import org.gatehouse.machine.SystemChanges;
import org.gatehouse.machine.agent.AgentClient;
import org.gatehouse.machine.backups.BackupMedia;
import org.gatehouse.machine.disks.Disks;
import org.gatehouse.machine.encryption.DataEncryption;
import org.gatehouse.machine.layers.Layers;
import org.gatehouse.machine.power.AppliancePower;
import org.gatehouse.machine.update.Updates;
import org.gatehouse.modelstore.LocalModels;
import org.gatehouse.modelstore.ModelStorePlan;
import org.gatehouse.modelstore.Surroundings;
import org.gatehouse.safekeeping.BackupTargets;
import org.gatehouse.safekeeping.Restores;
import org.gatehouse.setup.AlertTargets;
import org.gatehouse.setup.BackupPlan;
import org.gatehouse.setup.Certificates;
import org.gatehouse.setup.Check;
import org.gatehouse.setup.ProviderTest;
import org.gatehouse.setup.SetUp;
import org.gatehouse.setup.SetupRooms;
import org.gatehouse.setup.TestChat;
import org.gatehouse.store.Databases;
import org.gatehouse.store.Ids;
import org.gatehouse.store.SecretBox;
import org.gatehouse.store.SteppedClock;
import org.gatehouse.supervisor.models.ModelStoreSettings;
import org.gatehouse.usage.CallsUnderWay;
import org.gatehouse.usage.KeyLastUse;
import org.gatehouse.usage.Latencies;
import org.gatehouse.usage.UsageReport;
import org.gatehouse.usage.UsageRollups;

/** The admin API on a real socket, on a store of its own. */
public final class AdminServer implements AutoCloseable {
    public final Databases.Fresh fresh;
    public final Governance governance;
    public final AdminApi api;
    public final String token;
    public final Trail trail;
    public final StillBox box = new StillBox();
    public final RecordingTrail actions;
    public final People people;
    public final SetUp setUp;
    public final Gpus gpus;
    public final WrittenEngines engines = new WrittenEngines();
    /** What the engines object to in drafts. */
    public volatile List<FieldError> objections = List.of();
    public final CountedAnswers answers = new CountedAnswers();
    public final WrittenBatches batches = new WrittenBatches();
    public final LocalModels models;
    public final WrittenRoutes routes = new WrittenRoutes();
    /** How calls stand in line, by deployment. */
    public final Map<String, LiveQueues.Line> lines = new ConcurrentHashMap<>();
    public final WebServer server;
    /** What is wrong, by its kind; {@code alerts.look()} makes alerts of it. */
    public final Map<AlertKind, List<Finding>> wrong = new ConcurrentHashMap<>();
    public final Alerts alerts;
    public final Latencies latencies;
    /** A tenth of every limit and budget is used. */
    private final LiveLimits standings = new LiveLimits() {
        @Override
        public LimitStanding limit(Limit limit) {
            return new LimitStanding(limit.amount() / 10, 0, limit.amount() - limit.amount() / 10);
        }

        @Override
        public BudgetStanding budget(Budget budget) {
            return new BudgetStanding(budget.amount().movePointLeft(1), BigDecimal.ZERO);
        }
    };
    /** By which the tokens of programs expire. */
    public final SteppedClock tokenClock = new SteppedClock(Instant.now());
    private final UpstreamClient client;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** The real trail, which also remembers what it was given. */
    public record RecordingTrail(AdminTrail real, List<AdminRecord> records) implements AdminTrail {
        @Override
        public UUID node() {
            return real.node();
        }

        @Override
        public void append(AdminRecord action) {
            real.append(action);
            records.add(action);
        }

        @Override
        public boolean holds(AdminRecord action) {
            return real.holds(action);
        }
    }

    public AdminServer(Databases kind, Path directory) throws IOException {
        this(kind, directory,
                new ModelStorePlan(ModelStoreSettings.in(directory.resolve("models")).withReserve(0), List.of()));
    }

    /** The same with another model store. */
    public AdminServer(Databases kind, Path directory, ModelStorePlan modelStore) throws IOException {
        this(kind, directory, modelStore, new RecordingSystemChanges(directory.resolve("machine.json")));
    }

    /** The same on another machine. */
    AdminServer(Databases kind, Path directory, SystemChanges machine) throws IOException {
        this(kind, directory,
                new ModelStorePlan(ModelStoreSettings.in(directory.resolve("models")).withReserve(0), List.of()),
                machine);
    }

    private AdminServer(Databases kind, Path directory, ModelStorePlan modelStore, SystemChanges machine)
            throws IOException {
        fresh = kind.fresh(directory);
        Clock clock = Clock.systemUTC();
        Ids ids = new Ids();
        SecretBox secrets = SecretBox.open(fresh.database(), directory.resolve("secret"), new SecureRandom(), clock);
        trail = Trail.open(fresh.database(), secrets,
                new TrailSettings(new JournalSettings(directory.resolve("journal"), 1 << 20, 64 << 20), 50,
                        Duration.ofMinutes(5)),
                List.of(new UsageRollups(), new KeyLastUse()), clock, ids);
        actions = new RecordingTrail(new DurableAdminTrail(trail, fresh.database()), new CopyOnWriteArrayList<>());
        governance = Governance.open(fresh.database(), secrets, actions, clock, ids, new SecureRandom(),
                (_, asked) -> asked.stream().collect(Collectors.toMap(name -> name, _ -> objections)));
        AdminTokens tokens = AdminTokens.open(fresh.database(), directory, clock, ids, new SecureRandom());
        token = Files.readString(directory.resolve(AdminTokens.FILE)).strip();
        UpstreamProbe probe = (upstream, model) -> new UpstreamProbe.Report(true,
                "It answers. Key " + (upstream.apiKey() == null ? "absent" : "present") + ".", 12, List.of("m-1"));
        gpus = Gpus.open(GpuPlan.simulated("gpu-box", 2, TestOwners.byIndex("small"), clock), fresh.database(), actions,
                (_, _) -> Optional.empty(),
                CallsUnderWay.none(), clock, System::nanoTime, ids);
        models = LocalModels.lazily(modelStore,
                new Surroundings(Surroundings.keysIn(secrets), actions, clock, System::nanoTime, ids));
        client = new UpstreamClient();
        people = People.open(fresh.database(), secrets, governance, actions, client, clock, System::nanoTime, ids,
                new SecureRandom());
        alerts = Alerts.still(new Alerts.Rooms(governance, fresh.database(), actions, client, clock, ids),
                Arrays.stream(AlertKind.values()).collect(Collectors.toMap(each -> each,
                        each -> () -> wrong.getOrDefault(each, List.of()))));
        CertificateKeeper keeper = new CertificateKeeper(directory.resolve("tls"), clock);
        box.acme = AcmeSource.open(new AcmeSource.Rooms(fresh.database(), secrets, trail.node(), client, keeper,
                new ChallengeDoor("127.0.0.1", () -> 8443), () -> {}, clock, new SecureRandom()));
        box.machine = machine;
        setUp = SetUp.open(new SetupRooms(fresh.database(), secrets, directory, governance, people, actions,
                box.machine(),
                new Certificates(keeper, Certificates.Use.PLAIN, () -> {}, box.acme()),
                (_, _) -> new ProviderTest.Result(true, "It answers.", 1, List.of("m-1")), engines, models,
                new BackupPlan(fresh.database()), new AlertTargets(governance,
                        (_, _) -> new Check("webhook", true, "It took the message.", 1, null)),
                (_, model, _) -> new TestChat.Said.Answered(model, "Hello.", 3, 2, 5), false, clock, System::nanoTime,
                ids,
                new SecureRandom()));
        latencies = new Latencies(fresh.database(), trail.node(), clock);
        BackupTargets targets = new BackupTargets(fresh.database(), secrets, directory, (out, _) -> out.write(1),
                () -> {}, new BackupMedia(new AgentClient(Path.of("/nonexistent/agent")), directory), clock);
        box.restores = new Restores(directory, targets, true, null, (_, _, _) -> {}, clock);
        api = AdminApi.over(new AdminRooms(governance, people, tokens,
                new ApiTokens(fresh.database(), tokenClock, ids, new SecureRandom()), actions,
                new TrailSearch(fresh.database(), trail),
                TrailVerification.of(fresh.database(), secrets, trail),
                new TrailExport(fresh.database(), secrets, trail), new UsageReport(fresh.database(), clock), gpus,
                engines, models, answers, batches,
                probe, routes, lines::get, box, targets,
                alerts, setUp,
                standings, latencies, "test", clock, System::nanoTime, ids));
        server = WebServer.builder().host("127.0.0.1").port(0).routing(routing -> routing.register(api)).build()
                .start();
    }

    /** A box of which there is nothing to tell. */
    public static final class StillBox implements Box {
        public volatile boolean full;
        /** Of a machine whose operating system is somebody else's, unless a test says otherwise. */
        public volatile Updates updates = new Updates(new AgentClient(Path.of("/nonexistent/agent")),
                Path.of("/nonexistent/updates"), (_, _, _, _, _) -> {}, (_, _, _) -> {}, Clock.systemUTC());
        /** The same machine. */
        public volatile Layers layers = new Layers(new AgentClient(Path.of("/nonexistent/agent")),
                Path.of("/nonexistent/layers"), (_, _, _, _, _) -> {}, (_, _, _) -> {}, Clock.systemUTC());
        private volatile @Nullable AcmeSource acme;
        /** Written down in tests; one that answers may be put in its place. */
        public volatile @Nullable SystemChanges machine;
        public volatile MachinePower power = new AppliancePower(new AgentClient(Path.of("no-agent")));

        @Override
        public Status status() {
            return new Status("test", Instant.EPOCH, 1, false, List.of(new Part("store", true, "It answers."),
                    new Part("engines", false, "None runs. Start one.")));
        }

        @Override
        public void backup(OutputStream out, char @Nullable [] passphrase) throws IOException {
            if (full) {
                throw new IOException("The disk is full. Make room.");
            }
            out.write("backup".getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public void supportBundle(OutputStream out) throws IOException {
            out.write("bundle".getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public Optional<Certificate> certificate() {
            return Optional.of(new Certificate("AB:CD", Instant.EPOCH, null));
        }

        @Override
        public SystemChanges machine() {
            return java.util.Objects.requireNonNull(machine);
        }

        @Override
        public Optional<Boolean> clockSynchronised() {
            return Optional.empty();
        }

        @Override
        public MachinePower power() {
            return power;
        }

        @Override
        public AcmeSource acme() {
            return java.util.Objects.requireNonNull(acme);
        }

        @Override
        public boolean showsAcme() {
            return !full;
        }

        /** Of a machine whose operating system is somebody else's, unless a test says otherwise. */
        public volatile DataEncryption encryption = new DataEncryption(new AgentClient(Path.of("/nonexistent/agent")),
                Path.of("/nonexistent"));

        @Override
        public DataEncryption encryption() {
            return encryption;
        }

        private final Disks disks = new Disks(new AgentClient(Path.of("/nonexistent/agent")), Clock.systemUTC());

        @Override
        public Disks disks() {
            return disks;
        }

        @Override
        public Updates updates() {
            return updates;
        }

        /** Of a box that nobody starts again, unless a test says otherwise. */
        public volatile @Nullable Restores restores;

        @Override
        public Restores restores() {
            return java.util.Objects.requireNonNull(restores);
        }

        @Override
        public Layers layers() {
            return layers;
        }

        @Override
        public boolean restart() {
            return !full;
        }
    }

    /** What came back. */
    record Reply(int status, Map<String, List<String>> headers, String text) {

        JsonNode json() {
            return Json.trusted(text);
        }

        String header(String name) {
            return String.join(",", headers.getOrDefault(name.toLowerCase(java.util.Locale.ROOT), List.of()));
        }

        String id() {
            return json().get("id").asText();
        }

        /** The fields that the problem names. */
        List<String> fields() {
            return json().get("errors").findValuesAsText("field");
        }
    }

    Reply get(String path) {
        return send("GET", path, null, Map.of());
    }

    Reply post(String path, String json) {
        return send("POST", path, json, Map.of());
    }

    Reply patch(String path, String json) {
        return send("PATCH", path, json, Map.of());
    }

    Reply delete(String path) {
        return send("DELETE", path, null, Map.of());
    }

    /** Makes one with these members and gives its id. */
    String made(String noun, Map<String, Object> members) {
        ObjectNode tree = com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.objectNode();
        members.forEach((name, value) -> tree.putPOJO(name, value));
        Reply reply = post("/api/v1/" + noun, tree.toString());
        if (reply.status() != 201) {
            throw new AssertionError(reply.text());
        }
        return reply.id();
    }

    /** Opens a session of that user and gives what a browser sends with each request from the console. */
    Map<String, String> signedIn(User user) {
        return console(people.sessions().open(Session.Opening.breakGlass(user.id(), "127.0.0.1", "test")).cookie());
    }

    /** What a browser sends with each request from the console. */
    Map<String, String> console(String cookie) {
        return Map.of("Authorization", "", "Cookie", "gatehouse-session=" + cookie, "x-gatehouse-console", "1",
                "Origin", "http://127.0.0.1:" + server.port());
    }

    Reply as(Map<String, String> session, String method, String path, @Nullable String body) {
        return send(method, path, body, session);
    }

    Reply send(String method, String path, @Nullable String body, Map<String, String> headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .timeout(Duration.ofSeconds(20));
        if (!headers.containsKey("Authorization")) {
            request.header("Authorization", "Bearer " + token);
        }
        if (body != null && !headers.containsKey("Content-Type")) {
            request.header("Content-Type", "application/json");
        }
        headers.forEach((name, value) -> {
            if (!value.isEmpty()) {
                request.header(name, value);
            }
        });
        request.method(method, body == null
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString(body));
        try {
            HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Reply(response.statusCode(), response.headers().map(), response.body());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        api.close();
        http.close();
        server.stop();
        client.close();
        try {
            models.close();
            latencies.close();
            gpus.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        governance.close();
        trail.close();
        fresh.close();
    }
}
