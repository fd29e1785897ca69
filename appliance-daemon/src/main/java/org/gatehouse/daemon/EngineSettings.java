package org.gatehouse.daemon;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import org.gatehouse.engines.EnginePlan;
import org.gatehouse.machine.agent.AgentClient;
import org.gatehouse.machine.engines.AgentUnits;
import org.gatehouse.supervisor.BackendChoice;
import org.gatehouse.supervisor.HangWatch;
import org.gatehouse.supervisor.Lifetime;
import org.gatehouse.supervisor.RestartPolicy;
import org.gatehouse.supervisor.ServiceManager;
import org.gatehouse.supervisor.ServiceManagerAccess;
import org.gatehouse.supervisor.SupervisorSettings;
import org.gatehouse.supervisor.SystemdSettings;
import org.gatehouse.supervisor.engines.EngineVersion;
import org.gatehouse.supervisor.fleet.EngineProgram;
import org.gatehouse.supervisor.fleet.FleetSettings;
import org.gatehouse.supervisor.planning.EngineKind;

/**
 * Which engine programs there are, and how they are run. Immutable.
 *
 * @param programs the installed engines; of a kind the first is the usual one. By default those that {@code PATH} has
 * @param backend {@code auto} (default): units of the appliance's agent where there is one, systemd's units where systemd runs the
 *        box and the daemon is root, else process groups; {@code systemd}; {@code processes}
 * @param user whom systemd's units run as; by default the daemon's own user. An appliance's agent decides that by itself
 * @param sockets where engines make their sockets; by default {@code run} in the data directory, or a private directory for temporary
 *        files where that path is too long for a socket
 * @param onStop what an orderly stop of the daemon does with engines: {@code keep}, for the next start to take over, or {@code end}. By
 *        default {@code keep} where they are units of systemd and {@code end} elsewhere. Engines of a daemon that was killed go on
 * @param sleepMemoryBytes memory of the box that weights of sleeping engines may take together; by default half of it
 */
public record EngineSettings(@Nullable List<Program> programs, @Nullable String backend, @Nullable String user,
        @Nullable Path sockets, @Nullable String onStop, @Nullable Long sleepMemoryBytes) {
    /** unix(7): a socket's path may have 107 bytes; the rest is for an instance's name. */
    private static final int LONGEST_DIRECTORY = 60;
    private static final int FIRST_PORT = 21_000;
    private static final int PORTS = 64;
    private static final long MIB = 1L << 20;
    /** What the engines' programs are called. SGLang is a module of Python and has none. */
    private static final Map<EngineKind, String> USUAL = Map.of(EngineKind.VLLM, "vllm", EngineKind.LLAMA_CPP,
            "llama-server", EngineKind.TENSORRT_LLM, "trtllm-serve", EngineKind.TRANSFORMERS, "transformers");

    /**
     * An installed engine.
     *
     * @param name how deployments call it in {@code release}
     * @param engine {@code vllm}, {@code sglang}, {@code llama_cpp}, {@code tensorrt_llm} or {@code transformers}
     * @param command the program and its first arguments; by default its usual name in {@code PATH}
     * @param version such as {@code 0.28}, as far as flags depend on it; the newest when not said
     * @param environment variables for it
     */
    public record Program(@Nullable String name, @Nullable String engine, @Nullable List<String> command,
            @Nullable String version, @Nullable Map<String, String> environment) {}

    /** What holds when nothing is said. */
    public static EngineSettings standard() {
        return new EngineSettings(null, null, null, null, null, null);
    }

    /**
     * How the box is to keep engines.
     *
     * @param data the data directory
     * @throws SettingsException says which setting is wrong
     */
    EnginePlan plan(Path data) {
        return plan(data, BackendChoice::usesUnits,
                AgentUnits.here(new AgentClient(AgentClient.USUAL), data).orElse(null));
    }

    /**
     * The same on a box where engines become units as this says.
     *
     * @param appliance whoever runs units there for a daemon that is not root
     */
    EnginePlan plan(Path data, Predicate<BackendChoice> units, @Nullable ServiceManager appliance) {
        BackendChoice choice = switch (Objects.requireNonNullElse(backend, "auto")) {
            case "auto" -> BackendChoice.AUTOMATIC;
            case "systemd" -> BackendChoice.SYSTEMD;
            case "processes" -> BackendChoice.PROCESS_GROUPS;
            default -> throw new SettingsException(
                    "engines.backend is '" + backend + "'. Use 'auto', 'systemd' or 'processes'.");
        };
        if (appliance != null && choice == BackendChoice.AUTOMATIC) {
            return plan(data, SupervisorSettings.in(data).with(BackendChoice.SYSTEMD)
                    .with(new ServiceManagerAccess.By(appliance)), installed(), ends(true), Lifetime.OUTLIVES_DAEMON);
        }
        SystemdSettings usual = SystemdSettings.DEFAULT;
        return plan(data, SupervisorSettings.in(data).with(choice)
                .with(new SystemdSettings(usual.run(), usual.control(), usual.slice(),
                        Objects.requireNonNullElse(user, usual.user()))),
                installed(), ends(units.test(choice)), Lifetime.OUTLIVES_DAEMON);
    }

    /** A plan with these programs, whatever the settings say of them. */
    public EnginePlan plan(Path data, SupervisorSettings processes, List<EngineProgram> installed,
            boolean endWithDaemon,
            Lifetime lifetime) {
        return new EnginePlan(processes,
                new FleetSettings(data.resolve("fleet"), sockets(data), installed, FIRST_PORT, PORTS,
                        RestartPolicy.DEFAULT, Duration.ofSeconds(15), 1024 * MIB, 1536 * MIB, sleepMemory(), 256,
                        HangWatch.DEFAULT, lifetime, 1.5),
                endWithDaemon);
    }

    private boolean ends(boolean units) {
        return switch (Objects.requireNonNullElse(onStop, "")) {
            case "keep" -> false;
            case "end" -> true;
            // Whatever is no unit of its own ends with the daemon's service or session sooner or later: better in order.
            case "" -> !units;
            default -> throw new SettingsException("engines.on-stop is '" + onStop + "'. Use 'keep' or 'end'.");
        };
    }

    private long sleepMemory() {
        if (sleepMemoryBytes != null) {
            if (sleepMemoryBytes < 0) {
                throw new SettingsException("engines.sleep-memory-bytes is negative. Use 0 or more.");
            }
            return sleepMemoryBytes;
        }
        return java.lang.management.ManagementFactory
                .getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean box
                        ? box.getTotalMemorySize() / 2
                        : 0;
    }

    private Path sockets(Path data) {
        if (sockets != null) {
            if (sockets.toAbsolutePath().toString().length() > LONGEST_DIRECTORY) {
                throw new SettingsException("engines.sockets is longer than " + LONGEST_DIRECTORY
                        + " characters, too long for the sockets in it. Choose a shorter path.");
            }
            return sockets;
        }
        Path near = data.toAbsolutePath().normalize().resolve("run");
        // The same at the next start, which must find the engines again.
        return near.toString().length() <= LONGEST_DIRECTORY
                ? near
                : Path.of(System.getProperty("java.io.tmpdir"),
                        "gatehouse-run-" + Integer.toHexString(near.toString().hashCode()));
    }

    private List<EngineProgram> installed() {
        if (programs == null) {
            return found(Objects.requireNonNullElse(System.getenv("PATH"), ""));
        }
        List<EngineProgram> installed = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Program program : programs) {
            EngineKind kind = kind(program);
            String name = Objects.requireNonNullElse(program.name(), kind.name().toLowerCase(Locale.ROOT));
            if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}") || !names.add(name)) {
                throw new SettingsException("engines.programs: the name '" + name
                        + "' is taken or none. Give each program its own, of letters, digits, dots and dashes.");
            }
            installed.add(new EngineProgram(name, kind, Objects.requireNonNullElse(program.command(), List.of()),
                    program.version() == null ? EngineVersion.UNKNOWN : EngineVersion.in(program.version()),
                    List.of(), Objects.requireNonNullElse(program.environment(), Map.of())));
        }
        return installed;
    }

    private static EngineKind kind(Program program) {
        String engine = Objects.requireNonNullElse(program.engine(), "vllm");
        return Arrays.stream(EngineKind.values())
                .filter(kind -> kind.name().toLowerCase(Locale.ROOT).equals(engine)).findFirst()
                .orElseThrow(() -> new SettingsException("engines.programs: the engine '" + engine + "' is none. Use "
                        + String.join(", ", Arrays.stream(EngineKind.values())
                                .map(kind -> kind.name().toLowerCase(Locale.ROOT)).toList())
                        + "."));
    }

    private static List<EngineProgram> found(String path) {
        List<EngineProgram> found = new ArrayList<>();
        for (EngineKind kind : EngineKind.values()) {
            String name = USUAL.get(kind);
            if (name != null && Arrays.stream(path.split(":", -1)).filter(directory -> directory.startsWith("/"))
                    .anyMatch(directory -> Files.isExecutable(Path.of(directory, name)))) {
                found.add(EngineProgram.inPath(kind));
            }
        }
        return found;
    }
}
