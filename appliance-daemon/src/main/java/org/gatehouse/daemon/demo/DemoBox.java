package org.gatehouse.daemon.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.daemon.ApplianceDaemon;
import org.gatehouse.daemon.GpuSettings;
import org.gatehouse.daemon.Settings;
import org.gatehouse.supervisor.fleet.FleetView.Standing;

/** One demo from its start to its end. Not thread-safe, but {@link #close} may come from a shutdown hook. */
final class DemoBox implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FILE = "demo.json";
    private static final Duration LONGEST_START = Duration.ofSeconds(60);

    private final Path directory;
    private final int port;
    private final boolean withFresh;
    private final PrintStream out;
    private final long begun = System.nanoTime();
    private volatile @Nullable DemoEngines engines;
    private volatile @Nullable ApplianceDaemon daemon;
    private volatile @Nullable DemoFreshBox fresh;
    private final DemoGpus gpus = new DemoGpus(2);
    private List<DemoSeed.DemoKey> keys = List.of();
    private @Nullable DemoLogin login;
    /**
     * Whoever takes a step of the start holds it, and who stops. The starting thread is never interrupted, which would
     * close the database's file under its hands: FileChannel is an InterruptibleChannel.
     */
    private final ReentrantLock steps = new ReentrantLock();
    private volatile boolean stopping;

    DemoBox(Path directory, int port, boolean withFresh, PrintStream out) {
        this.directory = directory;
        this.port = port;
        this.withFresh = withFresh;
        this.out = out;
    }

    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    /** Starts everything; fails after the step that is under way when {@link #close} comes in between. */
    void start() throws IOException, InterruptedException {
        say("Gatehouse demo. Engines, GPUs and the commercial API are SIMULATED; everything else is the real thing.");
        step(this::startEngines);
        step(this::startDaemon);
        DemoEngines started = Objects.requireNonNull(engines);
        step(this::sow);
        if (withFresh) {
            step(this::startFresh);
        }
        started.awaitCloud();
        awaitEngines(Objects.requireNonNull(daemon));
        say("  the simulated programs answer");
        step(this::tell);
    }

    /** Kills the engine of a model under load and tells what its clients saw of it. */
    void showFailover() throws InterruptedException {
        ApplianceDaemon running = Objects.requireNonNull(daemon);
        new DemoFailover(url(running) + "/v1", keys.getFirst().text(), out).run(() -> {
            for (long pid : running.engines().pids("sim-small")) {
                ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
                return true;
            }
            return false;
        });
    }

    /** Both models of this box serve; the daemon starts their engines as soon as it knows the deployments. */
    private void awaitEngines(ApplianceDaemon running) throws InterruptedException {
        long deadline = System.nanoTime() + LONGEST_START.toNanos();
        while (!running.engines().view().deployments().stream()
                .allMatch(deployment -> deployment.standing() == Standing.SERVING)) {
            if (stopping || System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("The simulated engines did not start: "
                        + running.engines().view().deployments().stream()
                                .map(each -> each.wanted().name() + " " + each.standing() + " " + each.reason())
                                .toList()
                        + " Their logs are in " + directory.resolve("engine-logs") + ".");
            }
            Thread.sleep(20);
        }
    }

    private void step(Step step) throws IOException, InterruptedException {
        steps.lock();
        try {
            if (stopping) {
                throw new IllegalStateException("The demo was stopped before it was ready.");
            }
            step.run();
        } finally {
            steps.unlock();
        }
    }

    private void startEngines() throws IOException, InterruptedException {
        DemoEngines started = new DemoEngines(directory);
        engines = started;
        started.startCloud();
        say("  one simulated commercial API is starting");
    }

    private void startDaemon() throws IOException {
        daemon = ApplianceDaemon.startSimulated(new Settings(directory,
                new Settings.Listen("127.0.0.1", port, "off", null, null, null, null, null, null), null,
                new Settings.DatabasePlace(null, null, null, null), new Settings.Journal(null), GpuSettings.off()),
                gpus.plan(), DemoEngines.plan(directory));
        ApplianceDaemon running = Objects.requireNonNull(daemon);
        gpus.usedBy(() -> running.engines().view().deployments());
        say("  the daemon is up, with two simulated GPUs");
    }

    private void sow() throws IOException {
        ApplianceDaemon running = Objects.requireNonNull(daemon);
        DemoEngines started = Objects.requireNonNull(engines);
        keys = new DemoSeed(running.governance(), started, directory.resolve("models-simulated")).sow(earlierKeys());
        login = DemoLogin.in(running, directory.resolve(FILE));
        running.setUp().leaveWhatIsGoverned();
        say("  departments, keys, models, prices and limits are set; two simulated engines are starting");
    }

    private void tell() throws IOException {
        ApplianceDaemon running = Objects.requireNonNull(daemon);
        writeFile(running, Objects.requireNonNull(engines), keys);
        greet(running, keys);
    }

    /** While the simulated engines come up, which take longer. */
    private void startFresh() throws IOException {
        fresh = DemoFreshBox.start(directory.resolve("fresh"), port == 0 ? 0 : port + 1,
                Objects.requireNonNull(engines).cloudUrl());
        say("  a second box is up that is not set up yet, with one simulated GPU");
    }

    private List<DemoSeed.DemoKey> earlierKeys() throws IOException {
        Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            return List.of();
        }
        List<DemoSeed.DemoKey> keys = new ArrayList<>();
        for (JsonNode key : JSON.readTree(file.toFile()).path("keys")) {
            keys.add(new DemoSeed.DemoKey(key.path("department").asText(), key.path("project").asText(),
                    key.path("key").asText()));
        }
        return keys;
    }

    private void writeFile(ApplianceDaemon running, DemoEngines started, List<DemoSeed.DemoKey> keys)
            throws IOException {
        ObjectNode file = JSON.createObjectNode();
        file.put("simulated", true);
        file.put("gateway", url(running) + "/v1");
        file.put("admin", url(running) + "/api/v1");
        file.put("console", url(running) + "/console/");
        file.put("adminToken", adminToken().orElse(null));
        DemoLogin known = Objects.requireNonNull(login);
        file.putObject("login").put("user", known.user()).put("password", known.password());
        DemoFreshBox second = fresh;
        file.put("setupUrl", second == null ? null : second.setupUrl());
        file.put("claimCodeFile", second == null ? null : second.claimCodeFile().toString());
        file.put("claimCode", second == null || second.claimCode().isEmpty() ? null : second.claimCode());
        ArrayNode list = file.putArray("keys");
        for (DemoSeed.DemoKey key : keys) {
            list.addObject().put("department", key.department()).put("project", key.project()).put("key", key.text());
        }
        ArrayNode models = file.putArray("models");
        DemoSeed.MODELS.forEach(models::add);
        ObjectNode pids = file.putObject("pids");
        pids.put("daemon", ProcessHandle.current().pid());
        ArrayNode enginePids = pids.putArray("engines");
        running.engines().pids().forEach(enginePids::add);
        started.pids().forEach(enginePids::add);
        Path target = directory.resolve(FILE);
        Path fresh = directory.resolve(FILE + ".new");
        Files.writeString(fresh, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(file) + "\n");
        Files.move(fresh, target, java.nio.file.StandardCopyOption.REPLACE_EXISTING,
                java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }

    private Optional<String> adminToken() throws IOException {
        Path file = directory.resolve("admin-token");
        return Files.exists(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
    }

    private static String url(ApplianceDaemon running) {
        return "http://127.0.0.1:" + running.port();
    }

    private void greet(ApplianceDaemon running, List<DemoSeed.DemoKey> keys) throws IOException {
        String endpoint = url(running) + "/v1";
        out.println();
        out.println("Endpoint     " + endpoint + "   (OpenAI's dialect; models: " + String.join(", ", DemoSeed.MODELS)
                + ")");
        for (DemoSeed.DemoKey key : keys) {
            out.printf("Key          %s   (%s, project %s)%n", key.text(), key.department(), key.project());
        }
        DemoLogin known = Objects.requireNonNull(login);
        out.println("Console      " + url(running) + "/console/   (user " + known.user() + ", password "
                + known.password() + ")");
        DemoFreshBox second = fresh;
        if (second != null) {
            out.println("Set-up       " + second.setupUrl() + "   ("
                    + (second.claimCode().isEmpty()
                            ? "it was begun before; for a fresh code: bin/gatehouse setup code --data "
                                    + directory.resolve("fresh")
                            : "SIMULATED new box; claim code " + second.claimCode() + ", the newest in "
                                    + second.claimCodeFile())
                    + ")");
        }
        out.println("Admin API    " + url(running) + "/api/v1   (token in " + directory.resolve("admin-token") + ")");
        out.println("Description  " + url(running) + "/api/openapi.json");
        out.println();
        out.println("Try it:");
        out.println("  curl -sSN " + endpoint + "/chat/completions -H 'Authorization: Bearer " + keys.getFirst().text()
                + "' -H 'Content-Type: application/json' -d '{\"model\":\"sim-small\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hello!\"}]}'");
        out.println("Then see whose call it was, what it used and what it cost:");
        out.println("  bin/gatehouse usage --by department,key,model --data " + directory);
        out.println("  bin/gatehouse audit search --kind call --data " + directory);
        out.println();
        out.printf(Locale.ROOT, "READY after %.1f s. Ctrl-C stops everything.%n", (System.nanoTime() - begun) / 1e9);
        out.flush();
    }

    private void say(String what) {
        out.printf(Locale.ROOT, "[%5.1f s] %s%n", (System.nanoTime() - begun) / 1e9, what);
        out.flush();
    }

    /** Stops everything; in the middle of a start, when the step under way has ended. */
    @Override
    public void close() {
        stopping = true;
        steps.lock();
        try {
            DemoFreshBox second = fresh;
            if (second != null) {
                second.close();
            }
            ApplianceDaemon running = daemon;
            if (running != null) {
                running.close();
            }
            DemoEngines started = engines;
            if (started != null) {
                started.close();
            }
        } finally {
            steps.unlock();
        }
    }
}
