package org.gatehouse.daemon;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

import org.jspecify.annotations.Nullable;

import org.gatehouse.compute.GpuPlan;
import org.gatehouse.governance.Actor;
import org.gatehouse.governance.DepartmentDraft;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.KeyDraft;
import org.gatehouse.governance.ModelDraft;
import org.gatehouse.governance.NewKeyDraft;
import org.gatehouse.governance.PriceDraft;
import org.gatehouse.governance.ProjectDraft;
import org.gatehouse.governance.UpstreamDraft;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.simulated.Options;
import org.gatehouse.simulated.SimulatedServer;
import org.gatehouse.store.DatabaseSettings;

/** The whole daemon in this process, on a directory of the test's own, and what a test does to it from outside. */
final class TestDaemon implements AutoCloseable {
    static final Actor TEST = Actor.system("test");

    ApplianceDaemon daemon;
    private final Path data;
    private final Settings settings;
    private final Semaphore restarts;
    private String base;
    private final HttpClient client;

    private TestDaemon(Path data, Settings.Listen listen, GpuPlan gpus) {
        this(data, listen, gpus, new DatabaseSettings.Embedded(data));
    }

    private TestDaemon(Path data, Settings.Listen listen, GpuPlan gpus, DatabaseSettings database) {
        this(data, new Settings(data, listen, null, place(database), new Settings.Journal(null), GpuSettings.off()),
                new Semaphore(0), settings -> ApplianceDaemon.start(settings, gpus));
    }

    private TestDaemon(Path data, Settings settings, Semaphore restarts,
            Function<Settings, ApplianceDaemon> starting) {
        this.data = data;
        this.settings = settings;
        this.restarts = restarts;
        this.daemon = starting.apply(settings);
        this.base = base();
        this.client = HttpClient.newBuilder().sslContext(trustingAnybody()).build();
    }

    /** Plain HTTP on loopback, and the test starts it again when it asks for that, as its command does. */
    static TestDaemon restartable(Path data) {
        Semaphore asked = new Semaphore(0);
        return new TestDaemon(data,
                new Settings(data,
                        new Settings.Listen("127.0.0.1", 0, "off", null, null, null, null, null, Duration.ofSeconds(1)),
                        null, place(new DatabaseSettings.Embedded(data)), new Settings.Journal(null),
                        GpuSettings.off()),
                asked, settings -> ApplianceDaemon.start(settings, asked::release));
    }

    /** Waits until it asks to be started again, and does that. */
    void restart() throws InterruptedException {
        if (!restarts.tryAcquire(60, TimeUnit.SECONDS)) {
            throw new AssertionError("it did not ask to be started again");
        }
        daemon.close();
        daemon = ApplianceDaemon.start(settings, restarts::release);
        base = base();
    }

    private String base() {
        Settings.Listen listen = settings.listen();
        return ("off".equals(listen.tls()) ? "http://" : "https://")
                + Optional.ofNullable(listen.address()).orElseThrow() + ":" + daemon.port();
    }

    /** Plain HTTP on loopback. */
    static TestDaemon plain(Path data) {
        return watching(data, GpuPlan.off());
    }

    /** The same with GPUs. */
    static TestDaemon watching(Path data, GpuPlan gpus) {
        return new TestDaemon(data,
                new Settings.Listen("127.0.0.1", 0, "off", null, null, null, null, null, Duration.ofSeconds(1)), gpus);
    }

    /** TLS at an address, with files of that directory or, without one, a certificate of its own. */
    static TestDaemon tls(Path data, String address, @Nullable Path files) {
        return new TestDaemon(data,
                new Settings.Listen(address, 0, files == null ? "self-signed" : "files",
                        files == null ? null : files.resolve("certificate.pem"),
                        files == null ? null : files.resolve("key.pem"), null, null, null, Duration.ofSeconds(1)),
                GpuPlan.off());
    }

    /** TLS on loopback, asking clients for certificates of those authorities; an embedded database is its own. */
    static TestDaemon askingClients(Path data, Path authority, DatabaseSettings database) {
        return new TestDaemon(data, new Settings.Listen("127.0.0.1", 0, "self-signed", null, null, null, null, null,
                Duration.ofSeconds(1), authority), GpuPlan.off(), database);
    }

    private static Settings.DatabasePlace place(DatabaseSettings database) {
        return switch (database) {
            case DatabaseSettings.Embedded _ -> new Settings.DatabasePlace(null, null, null, null);
            case DatabaseSettings.Postgresql server ->
                new Settings.DatabasePlace(server.url(), server.user(), server.password(), null);
        };
    }

    /** The same box for a client that shows what the context has. */
    HttpResponse<String> sendBy(SSLContext context, HttpRequest.Builder request)
            throws IOException, InterruptedException {
        try (HttpClient other = HttpClient.newBuilder().sslContext(context).build()) {
            return other.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    /** An address of this machine by which it looks like another one; empty where there is none. */
    static Optional<String> ownAddress() throws IOException {
        return NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address.getAddress().length == 4 && !address.isLoopbackAddress())
                .map(InetAddress::getHostAddress).findFirst();
    }

    static SimulatedServer engine() {
        return SimulatedServer.start(Options.forModel("sim/engine").withServedModelNames("engine-model"));
    }

    /** Department, project, a model {@code local} at the engine, and a price of a unit of money a token. */
    Furnished furnish(SimulatedServer engine) {
        Governance governance = daemon.governance();
        UUID department = governance.departments().create(TEST, DepartmentDraft.named("Research")).made().id();
        UUID project = governance.projects().create(TEST, ProjectDraft.named(department, "search")).made().id();
        UUID upstream = governance.upstreams()
                .create(TEST, UpstreamDraft.local("engine", org.gatehouse.governance.snapshot.Upstream.Kind.VLLM,
                        engine.uri() + "/v1", true))
                .made().id();
        UUID model = governance.models().create(TEST,
                ModelDraft.routed("local", upstream, "engine-model", ModelRoute.Tokenizer.ENGINE, 8192, 1024)).made()
                .id();
        BigDecimal million = new BigDecimal(1_000_000);
        governance.prices().create(TEST, PriceDraft.perMillion(model, million, million)).made();
        return new Furnished(department, project, upstream, model);
    }

    /** What {@link #furnish} made. */
    record Furnished(UUID department, UUID project, UUID upstream, UUID model) {}

    /** Makes a key; gives its id and its text. */
    IssuedTo key(UUID project, String name) {
        org.gatehouse.governance.IssuedKey made = daemon.governance().keys()
                .create(TEST, NewKeyDraft.of(KeyDraft.named(project, name)), null).made();
        return new IssuedTo(made.key().id(), made.secret());
    }

    /** A key and its text. */
    record IssuedTo(UUID id, String text) {}

    String token(String file) {
        try {
            return Files.readString(data.resolve(file)).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    URI uri(String path) {
        return URI.create(base + path);
    }

    HttpResponse<String> get(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(20));
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    HttpResponse<String> chat(String key, String directive) {
        return send(HttpRequest.newBuilder(uri("/v1/chat/completions")).timeout(Duration.ofSeconds(20))
                .header("authorization", "Bearer " + key).header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"local\",\"messages\":[{\"role\":\"user\","
                        + "\"content\":\"[[sim " + directive + "]]\"}]}")));
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The same for an answer that is no text. */
    HttpResponse<byte[]> bytes(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    /** What the trail holds, as the admin API gives it. */
    String audit(String query) {
        return get("/api/v1/audit?" + query, "authorization", "Bearer " + token("admin-token")).body();
    }

    /** A metric's value; the name with its labels as it stands in the text, NaN when it is not there. */
    double metric(String name) {
        return get("/metrics").body().lines().filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1))).findFirst()
                .orElse(Double.NaN);
    }

    static void await(BooleanSupplier condition, String otherwise) {
        long deadline = System.nanoTime() + Duration.ofSeconds(15).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(otherwise);
            }
            LockSupport.parkNanos(20_000_000);
        }
    }

    @Override
    public void close() {
        client.close();
        daemon.close();
    }

    private static SSLContext trustingAnybody() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[]{new Anybody()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Also of any name: the extended kind replaces the check of the host. */
    private static final class Anybody extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
