package org.gatehouse.supervisor;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A daemon of its own that a test orders about and kills: it reads an order a line ({@code start ID}, {@code start-confined ID}, {@code start-unrunnable ID}, {@code seen ID}, {@code stop ID}, {@code ready
 * ID}, {@code all}, {@code unclaimed}, {@code end-unclaimed}, {@code close}, {@code stop-everything}) and answers each with a line. Its engines outlive it.
 */
final class RemoteDaemon implements AutoCloseable {
    private final Process process;
    private final boolean entering;
    private final Writer orders;
    private final BufferedReader answers;
    /** When the process was asked for, in nanoTime. */
    final long startedAt = System.nanoTime();

    RemoteDaemon(Path directory) throws IOException {
        this(directory, Path.of(""));
    }

    /** With systemd's programs in this directory instead of process groups, unless it is empty. */
    RemoteDaemon(Path directory, Path systemd) throws IOException {
        this(List.of(), directory, systemd, directory.resolve("daemon.log"));
    }

    /** Behind these words, which may enter a place where the directory has this name; its errors go into the log of this side. */
    RemoteDaemon(List<String> entering, Path directory, Path systemd, Path log) throws IOException {
        List<String> argv = new ArrayList<>(entering);
        argv.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "-cp",
                System.getProperty("java.class.path"), RemoteDaemon.class.getName(), directory.toString(),
                systemd.toString()));
        this.entering = !entering.isEmpty();
        process = new ProcessBuilder(argv).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
        orders = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Gives an order and returns the answer. */
    String ask(String order) throws IOException {
        orders.write(order + "\n");
        orders.flush();
        String answer = answers.readLine();
        assertThat(answer).as("answer to " + order).isNotNull();
        return answer;
    }

    void tell(String order) throws IOException {
        orders.write(order + "\n");
        orders.flush();
    }

    /** What all instances are, as {@code id=State pid generation}. */
    Map<String, List<String>> all() throws IOException {
        String answer = ask("all");
        return answer.isEmpty()
                ? Map.of()
                : List.of(answer.split(";")).stream().map(instance -> instance.split("="))
                        .collect(Collectors.toMap(pair -> pair[0], pair -> List.of(pair[1].split(" "))));
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        if (entering) {
            process.children().forEach(ProcessHandle::destroyForcibly); // The daemon: the process only waits for it.
        }
        process.destroyForcibly().waitFor();
    }

    void awaitEnd() throws InterruptedException {
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    @Override
    public void close() throws IOException {
        try {
            if (process.isAlive()) {
                tell("stop-everything");
                process.waitFor(30, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
        }
    }

    /** The wish for what {@code ID.sh} in the directory does, confined as on the appliance, with the first GPU. */
    private static Deployment confined(Path directory, String id) {
        return deployment(directory, id)
                .with(new EngineCommand(List.of("sh", directory.resolve(id + ".sh").toString()), Map.of(), directory))
                .with(new Confinement(true, List.of("/dev/nvidia0"), List.of(directory.resolve("cache")), 512L << 20))
                .with(new StopPolicy(Duration.ofSeconds(3), Duration.ofSeconds(2)));
    }

    /** The wish for the engine with this id, with a control directory of its own and a child that outlives a killed root. */
    static Deployment deployment(Path directory, String id) {
        Path control = directory.resolve("control-" + id);
        try {
            Files.createDirectories(control);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Listen listen = new Listen.UnixSocket(directory.resolve("run").resolve(id + ".sock"));
        String engine = "sleep 1000 & exec '" + String.join("' '", ScriptedEngine.command(listen, control, 30)) + "'";
        return Deployment
                .of(id, "tiny", new EngineCommand(List.of("sh", "-c", engine), Map.of(), directory), listen)
                .with(Lifetime.OUTLIVES_DAEMON).with(new StopPolicy(Duration.ofMillis(200), Duration.ofSeconds(2)))
                .with(new Readiness("/health", Duration.ofMillis(50), Duration.ofSeconds(2), Duration.ofSeconds(5),
                        Duration.ofSeconds(5), Duration.ofHours(1)))
                .with(new Trial(Trial.Depth.ANSWERED, Duration.ofSeconds(1), Duration.ofSeconds(3)))
                .with(new HealthWatch(Duration.ofMillis(200), Duration.ofMillis(500), 2))
                .with(new HangWatch(Duration.ofMillis(100), Duration.ofMillis(1500), Duration.ofMillis(500)))
                .with(new RestartPolicy(Duration.ofMillis(100), Duration.ofMillis(500), 0.2, 1000,
                        Duration.ofMinutes(15), Duration.ofSeconds(5)));
    }

    /** Arguments: directory, directory of systemd's programs or nothing. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        SupervisorSettings settings = SupervisorBench.settings(directory);
        if (!arguments[1].isEmpty()) {
            Path programs = Path.of(arguments[1]);
            settings = settings.with(BackendChoice.SYSTEMD).with(new SystemdSettings(programs.resolve("systemd-run"),
                    programs.resolve("systemctl"), "gatehouse-engines.slice", ""));
        }
        EngineSupervisor supervisor = EngineSupervisor.open(settings, CallsInFlight.NOT_COUNTED);
        List<String> seen = new CopyOnWriteArrayList<>();
        supervisor.addListener((now, _) -> seen.add(now.toString().replace('\n', ' ')));
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (true) {
            String order = orders.readLine();
            if (order == null) {
                return;
            }
            String[] words = order.split(" ");
            System.out.println(switch (words[0]) {
                case "start" -> supervisor.start(deployment(directory, words[1])).getClass().getSimpleName();
                case "start-confined" ->
                    supervisor.start(confined(directory, words[1])).getClass().getSimpleName();
                case "start-unrunnable" -> supervisor.start(confined(directory, words[1])
                        .with(new EngineCommand(List.of(directory.resolve(words[1] + ".sh").toString()), Map.of(),
                                directory)))
                        .getClass()
                        .getSimpleName();
                case "seen" -> String.join(";", seen);
                case "stop" -> supervisor.stop(words[1]).map(RemoteDaemon::words).orElse("none");
                case "ready" -> supervisor.awaitReady(words[1], Duration.ofSeconds(20)).map(RemoteDaemon::words)
                        .orElse("none");
                case "all" ->
                    supervisor.instances().stream().map(RemoteDaemon::words).collect(Collectors.joining(";"));
                case "unclaimed" -> String.join(",", new ArrayList<>(supervisor.unclaimed()));
                case "end-unclaimed" -> {
                    supervisor.endUnclaimed();
                    yield "ended";
                }
                default -> words[0];
            });
            if (words[0].equals("close")) {
                supervisor.close();
                return;
            }
            if (words[0].equals("stop-everything")) {
                supervisor.stopEverything();
                return;
            }
        }
    }

    private static String words(Instance instance) {
        return instance.id() + "=" + instance.state().getClass().getSimpleName() + " "
                + instance.processId().orElse(0) + " " + instance.generation();
    }
}
