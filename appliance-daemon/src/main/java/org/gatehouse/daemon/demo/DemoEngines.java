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

import org.gatehouse.daemon.EngineSettings;
import org.gatehouse.engines.EnginePlan;
import org.gatehouse.supervisor.BackendChoice;
import org.gatehouse.supervisor.CallsInFlight;
import org.gatehouse.supervisor.Deployment;
import org.gatehouse.supervisor.EngineCommand;
import org.gatehouse.supervisor.EngineState;
import org.gatehouse.supervisor.EngineSupervisor;
import org.gatehouse.supervisor.Instance;
import org.gatehouse.supervisor.Lifetime;
import org.gatehouse.supervisor.Listen;
import org.gatehouse.supervisor.Readiness;
import org.gatehouse.supervisor.StartOutcome;
import org.gatehouse.supervisor.SupervisorSettings;
import org.gatehouse.supervisor.Trial;
import org.gatehouse.supervisor.engines.EngineVersion;
import org.gatehouse.supervisor.fleet.EngineProgram;
import org.gatehouse.supervisor.planning.EngineKind;

/**
 * The demo's simulated programs: the engines that the daemon starts as its deployments, and one commercial API, which no box would start,
 * under a supervisor of the demo's own.
 */
final class DemoEngines implements AutoCloseable {
    static final String CLOUD_KEY = "sk-simulated-0000";
    static final String CLOUD = "sim-cloud";
    /** The release that answers fast, and the one that answers slowly. */
    static final String FAST = "simulated-fast";
    static final String SLOW = "simulated-slow";
    // A commercial API has no health page that answers without a key.
    private static final Readiness CLOUD_READINESS = new Readiness("/simulated/ledger", Readiness.DEFAULT.interval(),
            Readiness.DEFAULT.deadline(), Readiness.DEFAULT.stall(), Readiness.DEFAULT.compileStall(),
            Readiness.DEFAULT.longest());
    private static final Duration LONGEST_START = Duration.ofSeconds(60);

    private final EngineSupervisor supervisor;
    private final Path directory;
    private final int cloudPort;

    DemoEngines(Path directory) throws IOException, InterruptedException {
        this.directory = directory;
        Path own = Files.createDirectories(directory.resolve("cloud"));
        this.supervisor = EngineSupervisor.open(SupervisorSettings.in(own).with(BackendChoice.PROCESS_GROUPS),
                CallsInFlight.NOT_COUNTED);
        this.cloudPort = freePort();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** How the daemon is to keep the demo's engines: simulated ones, which end with it. */
    static EnginePlan plan(Path directory) {
        return EngineSettings.standard().plan(directory,
                SupervisorSettings.in(directory).with(BackendChoice.PROCESS_GROUPS),
                List.of(program(FAST, "15"), program(SLOW, "30")), true, Lifetime.WITH_DAEMON);
    }

    private static EngineProgram program(String name, String tokenMillis) {
        return new EngineProgram(name, EngineKind.VLLM, java(), EngineVersion.UNKNOWN,
                List.of("--token-ms", tokenMillis), Map.of());
    }

    private static List<String> java() {
        return List.of(
                Optional.ofNullable(System.getProperty("gatehouse.java"))
                        .orElse(Path.of(System.getProperty("java.home"), "bin", "java").toString()),
                "-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", jar());
    }

    private static String jar() {
        return Optional.ofNullable(System.getProperty("gatehouse.simulated-engine")).orElseThrow(
                () -> new IllegalStateException(
                        "The demo needs the simulated engine, which is part of a checkout and not of an appliance. Run bin/gatehouse demo in a checkout."));
    }

    /** Starts the commercial API and returns; {@link #awaitCloud} waits. */
    void startCloud() {
        List<String> argv = new ArrayList<>(java());
        argv.addAll(List.of("serve", "simulated/cloud", "--served-model-name", CLOUD, "--host", "127.0.0.1", "--port",
                Integer.toString(cloudPort), "--personality", "openai", "--api-key", CLOUD_KEY, "--token-ms", "10"));
        Deployment cloud = Deployment
                .of(CLOUD, CLOUD, new EngineCommand(argv, Map.of(), directory), new Listen.LoopbackPort(cloudPort))
                .with(CLOUD_READINESS).with(Trial.HEALTH_ONLY);
        if (supervisor.start(cloud) instanceof StartOutcome.Refused refused) {
            throw new IllegalStateException(refused.message());
        }
    }

    void awaitCloud() throws InterruptedException {
        Optional<Instance> instance = supervisor.awaitReady(CLOUD, LONGEST_START);
        if (instance.isEmpty() || !(instance.get().state() instanceof EngineState.Ready)) {
            throw new IllegalStateException("The simulated program " + CLOUD + " did not start ("
                    + instance.map(Instance::state) + "). Its log is in " + directory.resolve("cloud") + ".");
        }
    }

    List<Long> pids() {
        return supervisor.instances().stream().flatMap(instance -> instance.processId().stream().boxed()).toList();
    }

    String cloudUrl() {
        return "http://127.0.0.1:" + cloudPort + "/v1";
    }

    @Override
    public void close() {
        supervisor.close();
    }
}
