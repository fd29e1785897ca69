package org.gatehouse.daemon.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.gatehouse.supervisor.BackendChoice;
import org.gatehouse.supervisor.CallsInFlight;
import org.gatehouse.supervisor.Deployment;
import org.gatehouse.supervisor.EngineCommand;
import org.gatehouse.supervisor.EngineState;
import org.gatehouse.supervisor.EngineSupervisor;
import org.gatehouse.supervisor.Instance;
import org.gatehouse.supervisor.Listen;
import org.gatehouse.supervisor.Readiness;
import org.gatehouse.supervisor.StartOutcome;
import org.gatehouse.supervisor.SupervisorSettings;
import org.gatehouse.supervisor.Trial;

/** The demo's simulated programs, run by the real supervisor: two engines and one commercial API. */
final class DemoEngines implements AutoCloseable {
    static final String CLOUD_KEY = "sk-simulated-0000";
    // A commercial API has no health page that answers without a key.
    private static final Readiness CLOUD_READINESS = new Readiness("/simulated/ledger", Readiness.DEFAULT.interval(),
            Readiness.DEFAULT.deadline(), Readiness.DEFAULT.stall(), Readiness.DEFAULT.compileStall(),
            Readiness.DEFAULT.longest());
    private static final Duration LONGEST_START = Duration.ofSeconds(60);

    private final EngineSupervisor supervisor;
    private final Path directory;
    private final Path sockets;
    private final int cloudPort;

    DemoEngines(Path directory) throws IOException, InterruptedException {
        this.directory = directory;
        this.supervisor = EngineSupervisor.open(SupervisorSettings.in(directory).with(BackendChoice.PROCESS_GROUPS),
                CallsInFlight.NOT_COUNTED);
        // A socket's path may have 107 bytes only (unix(7)); a data directory's path may be longer.
        Path near = directory.resolve("run");
        this.sockets = near.toString().length() < 80
                ? Files.createDirectories(near)
                : Files.createTempDirectory("gatehouse-run-");
        this.cloudPort = freePort();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Starts the three and returns; {@link #awaitReady} waits. */
    void start() {
        start(engine("sim-small", "simulated/small-8b", "--token-ms", "15"));
        start(engine("sim-large", "simulated/large-70b", "--token-ms", "30"));
        start(Deployment.of("sim-cloud", "sim-cloud",
                command("sim-cloud", "simulated/cloud", "--host", "127.0.0.1", "--port", Integer.toString(cloudPort),
                        "--personality", "openai", "--api-key", CLOUD_KEY, "--token-ms", "10"),
                new Listen.LoopbackPort(cloudPort)).with(CLOUD_READINESS).with(Trial.HEALTH_ONLY));
    }

    private Deployment engine(String id, String model, String... more) {
        Path socket = sockets.resolve(id + ".sock");
        List<String> arguments = new ArrayList<>(List.of("--uds", socket.toString()));
        arguments.addAll(List.of(more));
        return Deployment.of(id, id, command(id, model, arguments.toArray(String[]::new)),
                new Listen.UnixSocket(socket));
    }

    private EngineCommand command(String servedName, String model, String... more) {
        List<String> argv = new ArrayList<>(List.of(java(), "-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                "-jar", program(), "serve", model, "--served-model-name", servedName));
        argv.addAll(List.of(more));
        return new EngineCommand(argv, Map.of(), directory);
    }

    private static String java() {
        return Optional.ofNullable(System.getProperty("gatehouse.java"))
                .orElse(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    }

    private static String program() {
        return Optional.ofNullable(System.getProperty("gatehouse.simulated-engine")).orElseThrow(
                () -> new IllegalStateException(
                        "The demo needs the simulated engine, which is part of a checkout and not of an appliance. Run bin/gatehouse demo in a checkout."));
    }

    private void start(Deployment deployment) {
        if (supervisor.start(deployment) instanceof StartOutcome.Refused refused) {
            throw new IllegalStateException(refused.message());
        }
    }

    void awaitReady(String id) throws InterruptedException {
        Optional<Instance> instance = supervisor.awaitReady(id, LONGEST_START);
        if (instance.isEmpty() || !(instance.get().state() instanceof EngineState.Ready)) {
            throw new IllegalStateException("The simulated program " + id + " did not start ("
                    + instance.map(Instance::state) + "). Its log is in " + directory.resolve("engine-logs") + ".");
        }
    }

    List<Long> pids() {
        return supervisor.instances().stream().flatMap(instance -> instance.processId().stream().boxed()).toList();
    }

    String engineUrl(String id) {
        return "unix:" + sockets.resolve(id + ".sock");
    }

    String cloudUrl() {
        return "http://127.0.0.1:" + cloudPort + "/v1";
    }

    @Override
    public void close() {
        supervisor.close();
        if (!sockets.startsWith(directory)) {
            TemporaryTree.delete(sockets);
        }
    }
}
