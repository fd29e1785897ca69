package org.gatehouse.supervisor.fleet;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.supervisor.BackendChoice;
import org.gatehouse.supervisor.CallsInFlight;
import org.gatehouse.supervisor.EngineSupervisor;
import org.gatehouse.supervisor.HangWatch;
import org.gatehouse.supervisor.Lifetime;
import org.gatehouse.supervisor.RestartPolicy;
import org.gatehouse.supervisor.SupervisorSettings;
import org.gatehouse.supervisor.SystemdSettings;
import org.gatehouse.supervisor.control.Asleep;
import org.gatehouse.supervisor.control.HttpEngineControl;
import org.gatehouse.supervisor.control.Probe;
import org.gatehouse.supervisor.engines.Engine;
import org.gatehouse.supervisor.engines.EngineVersion;
import org.gatehouse.supervisor.planning.EngineKind;

/**
 * A daemon for tests that kill it: a supervisor and a fleet over engines that outlive it. Reads an order a line and answers each with a
 * line: {@code apply NAME REPLICAS pinned|demand|sleeper PROGRAM}, {@code remove NAME}, {@code call NAME MILLIS}, {@code routes NAME…},
 * {@code status}, {@code close}, {@code end}.
 */
final class FleetProgram {
    static final double SHARE = 0.3;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration IDLE = Duration.ofMillis(1500);
    private static final Timing SWIFT = new Timing(Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(20),
            Duration.ofMinutes(1), Duration.ofMillis(250), Duration.ofSeconds(1), 3, Duration.ZERO,
            Duration.ofSeconds(5));

    private final Path directory;
    private final EngineSupervisor supervisor;
    private final Fleet fleet;
    private final HttpEngineControl control = new HttpEngineControl(new HttpEngineControl.Deadlines(
            Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(10),
            Duration.ofSeconds(3)), System::nanoTime);
    private final Map<String, AtomicInteger> counted = new ConcurrentSkipListMap<>();
    private final AtomicInteger open = new AtomicInteger();

    private FleetProgram(Path directory) throws Exception {
        this.directory = directory;
        this.supervisor = EngineSupervisor.open(new SupervisorSettings(directory.resolve("s"), directory.resolve("l"),
                1 << 20, 500, Duration.ofSeconds(2), Duration.ofMillis(500), Duration.ofSeconds(30),
                BackendChoice.PROCESS_GROUPS, SystemdSettings.DEFAULT), CallsInFlight.NOT_COUNTED);
        RestartPolicy restart = new RestartPolicy(Duration.ofMillis(100), Duration.ofMillis(500), 0.2, 10_000,
                Duration.ofMinutes(15), Duration.ofSeconds(5));
        Path state = Files.createDirectories(directory.resolve("f"));
        FleetSettings settings = new FleetSettings(state, directory.resolve("r"), programs(), 21_000, 8, restart,
                Duration.ofSeconds(10), FakeBox.GIB / 2, FakeBox.GIB, 64 * FakeBox.GIB, 64,
                new HangWatch(Duration.ofMillis(200), Duration.ofSeconds(1), Duration.ofMillis(300)),
                Lifetime.OUTLIVES_DAEMON, 50);
        this.fleet = Fleet.open(settings, supervisor, control,
                new ScriptedGpus(directory.resolve("gpus"), directory.resolve("r"),
                        new EngineProcesses(state.resolve("instances"))),
                ModelLibrary.directories(), new HistoryFile(state.resolve("history.json")),
                new WordBook(directory.resolve("book"), this::deployment), event -> count(event.kind().name()));
    }

    /** Each has a way of its own to be made of processes, and its name in its command line. */
    private static List<EngineProgram> programs() {
        return List.of(program("one", "none"), program("two", "none"), program("group", "group"),
                program("session", "session"));
    }

    private static EngineProgram program(String name, String child) {
        List<String> command = List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m", "-Xshare:auto", "-cp",
                System.getProperty("java.class.path"), "org.gatehouse.simulated.SimulatedEngine");
        return new EngineProgram(name, EngineKind.VLLM, command, EngineVersion.UNKNOWN,
                List.of("--simulate-control", "--load-seconds", "0.2", "--simulate-child", child, "--default-tokens",
                        name.equals("two") ? "22" : "11"),
                Map.of());
    }

    private ModelDeployment deployment(String words) {
        String[] parts = words.split(" ");
        ModelDeployment plain = ModelDeployment.of(parts[0], "model-" + parts[0],
                new ModelChoice.LocalDirectory(directory.resolve("tiny")),
                new EngineChoice(EngineKind.VLLM, parts[3], List.of())).replicas(Integer.parseInt(parts[1]))
                .sized(Sizing.PLANNED.on(List.of(), SHARE)).timing(SWIFT);
        return switch (parts[2]) {
            case "pinned" -> plain;
            case "demand" -> plain.mode(new LoadMode.OnDemand(IDLE), SleepRule.NEVER);
            default -> plain.mode(new LoadMode.OnDemand(IDLE), SleepRule.KEEP_WEIGHTS);
        };
    }

    private void count(String what) {
        counted.computeIfAbsent(what, _ -> new AtomicInteger()).incrementAndGet();
    }

    /** A call through a lease, as the gateway makes it. */
    private void call(String name, Duration hold) {
        try {
            switch (fleet.acquire("model-" + name, Duration.ofSeconds(10))) {
                case Admission.Ready(Lease lease) -> {
                    open.incrementAndGet();
                    try (lease) {
                        serve(name, lease, hold);
                    } finally {
                        open.decrementAndGet();
                    }
                }
                case Admission.Loading _ -> count("call-later");
                case Admission.Refused _ -> count("call-refused");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(String name, Lease lease, Duration hold) throws InterruptedException {
        Engine engine = Engine.of(EngineKind.VLLM);
        if (control.asleep(engine, lease.listen()) == Asleep.YES) {
            count("call-to-a-sleeper");
        }
        count(control.probe(engine, lease.listen(), "model-" + name) instanceof Probe.Answered
                ? "call-answered"
                : "call-broken");
        Thread.sleep(hold);
    }

    private String answer(String[] words, String line) throws Exception {
        return switch (words[0]) {
            case "apply" -> fleet.apply(deployment(line.substring("apply ".length()))).toString();
            case "remove" -> Boolean.toString(fleet.remove(words[1]));
            case "call" -> {
                Duration hold = Duration.ofMillis(Long.parseLong(words[2]));
                Thread.ofVirtual().name("call").start(() -> call(words[1], hold));
                yield "begun";
            }
            case "routes" -> routes(List.of(words).subList(1, words.length));
            case "status" -> status();
            case "close", "end" -> words[0];
            default -> throw new IllegalArgumentException(line);
        };
    }

    /** A lease for each, and how long after this process was started all were there, by its own clock. */
    private String routes(List<String> names) throws InterruptedException {
        List<String> instances = new ArrayList<>();
        for (String name : names) {
            Admission admission = fleet.acquire("model-" + name, Duration.ofSeconds(20));
            instances.add(admission instanceof Admission.Ready(Lease lease) ? lease.instance() : admission.toString());
            if (admission instanceof Admission.Ready(Lease lease)) {
                lease.close();
            }
        }
        Instant begun = ProcessHandle.current().info().startInstant().orElseThrow();
        return Duration.between(begun, Instant.now()).toMillis() + " " + String.join(" ", instances);
    }

    private String status() throws Exception {
        FleetView view = fleet.view();
        ObjectNode all = JSON.createObjectNode();
        all.put("open", open.get()).put("fresh", Duration.between(view.at(), Instant.now()).toMillis());
        ObjectNode deployments = all.putObject("deployments");
        for (FleetView.OfDeployment each : view.deployments()) {
            ObjectNode one = deployments.putObject(each.wanted().name());
            one.put("standing", each.standing().name()).put("desired", each.desired()).put("ready", each.ready())
                    .put("waiting", each.waiting()).put("reason", each.reason());
            ObjectNode replicas = one.putObject("replicas");
            each.replicas().forEach(replica -> replicas.putObject(replica.id()).put("phase", replica.phase().name())
                    .put("calls", replica.calls()).put("gpus", String.join(",", replica.memory().keySet())));
        }
        ObjectNode gpus = all.putObject("gpus");
        view.gpus().forEach(gpu -> gpus.putObject(gpu.id()).put("promised", gpu.promisedBytes())
                .put("holders", String.join(",", gpu.holders())).put("loading", gpu.loading())
                .put("closed", gpu.closed()));
        ObjectNode instances = all.putObject("instances");
        supervisor.instances().forEach(instance -> instances.putObject(instance.id())
                .put("state", instance.state().toString()).put("pid", instance.processId().orElse(0))
                .put("generation", instance.generation()));
        ObjectNode counts = all.putObject("counted");
        counted.forEach((what, times) -> counts.put(what, times.get()));
        return JSON.writeValueAsString(all);
    }

    /** Argument: the directory, with the file {@code gpus} and the model {@code tiny}. */
    public static void main(String[] arguments) throws Exception {
        FleetProgram program = new FleetProgram(Path.of(arguments[0]));
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line : (Iterable<String>) Stream.generate(() -> next(orders))::iterator) {
            String[] words = line.split(" ");
            System.out.println(program.answer(words, line).replace('\n', ' '));
            if (words[0].equals("close") || words[0].equals("end")) {
                program.fleet.close();
                if (words[0].equals("close")) {
                    program.supervisor.close();
                } else {
                    program.supervisor.stopEverything();
                }
                System.exit(0);
            }
        }
    }

    private static String next(BufferedReader orders) {
        try {
            String line = orders.readLine();
            return line == null ? "end" : line;
        } catch (java.io.IOException e) {
            return "end";
        }
    }
}
