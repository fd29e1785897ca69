package org.gatehouse.supervisor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/** One supervisor in a directory of its own with real processes, on a clock that can be moved on, and what tests ask of it. */
final class SupervisorBench implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(20);
    /** Short enough for tests, with every step still there. */
    private static final Readiness EAGER = new Readiness("/health", Duration.ofMillis(50), Duration.ofSeconds(2),
            Readiness.DEFAULT.stall(), Readiness.DEFAULT.compileStall(), Readiness.DEFAULT.longest());
    private static final StopPolicy SWIFT = new StopPolicy(Duration.ofSeconds(5), Duration.ofSeconds(2));

    final Path directory;
    final Path control;
    final ManualTime time = ManualTime.flowing();
    final Chronicle chronicle = new Chronicle();
    final EngineSupervisor supervisor;

    SupervisorBench(Path directory) throws Exception {
        this(directory, CallsInFlight.NOT_COUNTED);
    }

    SupervisorBench(Path directory, CallsInFlight calls) throws Exception {
        this.directory = directory;
        this.control = Files.createDirectories(directory.resolve("control"));
        this.supervisor = EngineSupervisor.open(settings(directory), calls,
                Host.ofThisMachine(time, time::nanoTime, new Random(11)));
        supervisor.addListener(chronicle);
    }

    static SupervisorSettings settings(Path directory) {
        return new SupervisorSettings(directory.resolve("state"), directory.resolve("logs"), 1 << 20, 500,
                Duration.ofSeconds(2), Duration.ofMillis(500), Duration.ofSeconds(30), BackendChoice.PROCESS_GROUPS,
                SystemdSettings.DEFAULT);
    }

    Listen socket(String id) {
        return new Listen.UnixSocket(directory.resolve("run").resolve(id + ".sock"));
    }

    /** An engine that loads for 150 ms and then serves on a socket. */
    Deployment engine(String id) {
        return engine(id, socket(id));
    }

    Deployment engine(String id, Listen listen) {
        return Deployment
                .of(id, "tiny", new EngineCommand(ScriptedEngine.command(listen, control, 150), Map.of(), directory),
                        listen)
                .with(SWIFT).with(EAGER);
    }

    /** The stand-in engine, which speaks all of the surface, with these further arguments. */
    Deployment simulated(String id, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m", "-Xshare:auto", "-cp",
                System.getProperty("java.class.path"), "org.gatehouse.simulated.SimulatedEngine", "serve", "any",
                "--served-model-name", "tiny", "--uds", directory.resolve("run").resolve(id + ".sock").toString()));
        command.addAll(List.of(arguments));
        return Deployment.of(id, "tiny", new EngineCommand(command, Map.of(), directory), socket(id)).with(SWIFT)
                .with(EAGER);
    }

    /** The same engine, started by a shell that first does something. */
    Deployment engineAfter(String id, String shell) {
        List<String> command = ScriptedEngine.command(socket(id), control, 150);
        String exec = shell + "\nexec '" + String.join("' '", command) + "'";
        return script(id, exec);
    }

    /** A shell script for an engine; it never listens. */
    Deployment script(String id, String shell) {
        return Deployment.of(id, "tiny", new EngineCommand(List.of("sh", "-c", shell), Map.of(), directory), socket(id))
                .with(SWIFT).with(EAGER);
    }

    /** Starts it and waits until it is ready. */
    Instance ready(Deployment deployment) throws InterruptedException {
        assertThat(supervisor.start(deployment)).isInstanceOf(StartOutcome.Accepted.class);
        Instance instance = supervisor.awaitReady(deployment.id(), PATIENCE).orElseThrow();
        assertThat(instance.state()).as(() -> String.valueOf(supervisor.log(deployment.id(), 20)))
                .isInstanceOf(EngineState.Ready.class);
        return instance;
    }

    Instance instance(String id) {
        return supervisor.instance(id).orElseThrow();
    }

    void order(String file) throws IOException {
        Files.createFile(control.resolve(file));
    }

    void callOff(String file) throws IOException {
        Files.delete(control.resolve(file));
    }

    /** A pid that a script has written into a file of the directory. */
    long pidIn(String file) throws Exception {
        Path path = directory.resolve(file);
        awaitThat(() -> Files.exists(path) && Files.size(path) > 1 && Files.readString(path).endsWith("\n"));
        return Long.parseLong(Files.readString(path).strip());
    }

    static boolean lives(long pid) {
        return ProcessTable.ofThisMachine().read().containsKey(pid);
    }

    /** A question that is asked again and again. */
    interface Question {
        boolean isSo() throws Exception;
    }

    static void awaitThat(Question question) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!question.isSo()) {
            assertThat(System.nanoTime()).as("patience").isLessThan(end);
            Thread.sleep(5);
        }
    }

    @Override
    public void close() {
        supervisor.close();
    }
}
