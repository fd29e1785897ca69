package org.gatehouse.supervisor.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import org.gatehouse.supervisor.Confinement;
import org.gatehouse.supervisor.Deployment;
import org.gatehouse.supervisor.EngineCommand;
import org.gatehouse.supervisor.HealthWatch;
import org.gatehouse.supervisor.Listen;
import org.gatehouse.supervisor.Readiness;
import org.gatehouse.supervisor.RestartPolicy;
import org.gatehouse.supervisor.StartOutcome;
import org.gatehouse.supervisor.StopPolicy;
import org.gatehouse.supervisor.engines.Adjustments;
import org.gatehouse.supervisor.engines.Capabilities.AdapterLoading;
import org.gatehouse.supervisor.engines.Engine;
import org.gatehouse.supervisor.engines.EngineAddress;
import org.gatehouse.supervisor.engines.EngineOrder;
import org.gatehouse.supervisor.engines.Launch;
import org.gatehouse.supervisor.planning.EngineKind;
import org.gatehouse.supervisor.planning.GpuCapacity;
import org.gatehouse.supervisor.planning.Placement;
import org.gatehouse.supervisor.planning.Plan;

/** Makes a process of a placed replica. Thread-safe. */
final class Launching {
    private static final Duration ASK = Duration.ofMillis(250);
    private static final Duration LEAST_COMPILE_SILENCE = Duration.ofMinutes(15);
    private static final String HUB_HOME = "HF_HOME";
    private static final Duration NEVER = Duration.ofDays(365);

    private final FleetSettings settings;
    private final Surroundings outside;
    private final GpuDevices devices = new GpuDevices();

    Launching(FleetSettings settings, Surroundings outside) {
        this.settings = settings;
        this.outside = outside;
    }

    /** What came of a start. */
    sealed interface Started {
        /** Its process runs, as this one of its instance, by this command. */
        record Running(long generation, EngineCommand command) implements Started {}

        /** Nothing runs. */
        record Not(String why) implements Started {}
    }

    /** Where a new instance listens: a socket of its own, or a port that no other replica has. */
    Optional<Listen> listen(String id, Engine engine, Set<Listen> taken) {
        if (Planning.onSocket(engine)) {
            return Optional.of(new Listen.UnixSocket(settings.socketDirectory().resolve(id + ".sock")));
        }
        for (int port = settings.firstPort(); port < settings.firstPort() + settings.ports(); port++) {
            Listen listen = new Listen.LoopbackPort(port);
            if (!taken.contains(listen)) {
                return Optional.of(listen);
            }
        }
        return Optional.empty();
    }

    /** The command that a plan would lead to, without doing anything. */
    Launch tryOut(ModelDeployment deployment, Path model, Plan.Fits plan) {
        Engine engine = Engine.of(deployment.engine().kind());
        EngineProgram program = settings.program(engine.kind(), deployment.engine().release()).orElseThrow();
        String id = deployment.name() + "-0";
        EngineAddress address = Planning.onSocket(engine)
                ? new EngineAddress.UnixSocket(settings.socketDirectory().resolve(id + ".sock"))
                : new EngineAddress.LoopbackPort(settings.firstPort());
        return engine.launch(order(deployment, engine, program, model, id, Adjustments.NONE), plan,
                plan.placements().getFirst(), address);
    }

    private EngineOrder order(ModelDeployment deployment, Engine engine, EngineProgram program, Path model, String id,
            Adjustments adjustments) {
        // Where adapters can come later they do: a broken one must not keep the model itself from starting.
        List<EngineOrder.Adapter> adapters = engine.capabilities().adapters() == AdapterLoading.AT_START
                ? deployment.adapters().stream()
                        .map(adapter -> new EngineOrder.Adapter(adapter.name(), adapter.directory())).toList()
                : List.of();
        return EngineOrder
                .of(deployment.publicName(), model, deployment.sizing().wish(engine.kind(), 1), directory(id))
                .program(program.command(), program.version()).adapters(adapters)
                .modes(deployment.sleep() != SleepRule.NEVER, engine.capabilities().priorities())
                .draining(deployment.timing().drain()).adjusted(adjustments)
                .extra(deployment.engine().extraArguments());
    }

    private Path directory(String id) {
        return Remains.directory(settings, id);
    }

    /** Looks the model over and starts the process. Blocks. */
    Started start(ModelDeployment deployment, Replica replica, Adjustments adjustments) {
        if (outside.models()
                .findToServe(deployment.model()) instanceof ModelLibrary.Found.Missing(String what, String advice)) {
            return new Started.Not(what + " " + advice);
        }
        Placement placement = replica.placement;
        Launch launch = replica.engine.launch(
                order(deployment, replica.engine, replica.program, replica.model, replica.id, adjustments),
                replica.plan,
                placement, Planning.address(replica.listen));
        return switch (launch) {
            case Launch.Refused(var problem) -> new Started.Not(problem.message());
            case Launch.Command command -> start(deployment, replica, command.plus(replica.program.added()));
        };
    }

    private Started start(ModelDeployment deployment, Replica replica, Launch.Command command) {
        Path directory = directory(replica.id);
        // Links have a directory of their own: their names are anybody's.
        Path runs = command.links().isEmpty() ? directory : directory.resolve("served");
        try {
            Files.createDirectories(runs);
            Files.createDirectories(settings.socketDirectory());
            for (Map.Entry<String, Path> link : command.links().entrySet()) {
                Path at = runs.resolve(link.getKey()).normalize();
                if (!at.startsWith(runs)) {
                    return new Started.Not("This engine finds a model by a path of its public name, and "
                            + link.getKey() + " leads elsewhere. Give the model a name without dots between slashes.");
                }
                Files.createDirectories(Objects.requireNonNull(at.getParent()));
                Files.deleteIfExists(at); // Of an earlier start.
                Files.createSymbolicLink(at, link.getValue());
            }
            for (Map.Entry<String, String> file : command.files().entrySet()) {
                Files.writeString(directory.resolve(file.getKey()), file.getValue());
            }
        } catch (IOException e) {
            return new Started.Not("The directory " + directory + " cannot be used: " + e.getMessage()
                    + ". Free its disk and check its owner.");
        }
        Map<String, String> environment = new HashMap<>(command.environment());
        environment.putAll(replica.program.environment());
        try {
            hub(replica, environment);
        } catch (IOException e) {
            return new Started.Not("The directory hub in " + environment.get(HUB_HOME) + " cannot be made: "
                    + e.getMessage() + ". Make it, or let the daemon write there.");
        }
        return start(deployment, replica, new EngineCommand(command.arguments(), environment, runs));
    }

    /** The server of transformers answers 500 to the question for its models while its cache is not there. */
    private void hub(Replica replica, Map<String, String> environment) throws IOException {
        String home = environment.get(HUB_HOME);
        // Elsewhere it is an admin's own directory, which other engines can do with as it is.
        if (home != null && (replica.engine.kind() == EngineKind.TRANSFORMERS
                || Path.of(home).startsWith(directory(replica.id)))) {
            Files.createDirectories(Path.of(home, "hub"));
        }
    }

    /** Starts just this command for a replica, or adopts the process that an earlier daemon started with it. Blocks for milliseconds. */
    private Started start(ModelDeployment deployment, Replica replica, EngineCommand command) {
        return started(outside.instances().start(process(deployment, replica, command)), command);
    }

    /** Takes over what an earlier daemon started with this command, if it still runs; starts nothing. */
    Started adopt(ModelDeployment deployment, Replica replica, EngineCommand command) {
        return started(outside.instances().adopt(process(deployment, replica, command)), command);
    }

    private static Started started(StartOutcome outcome, EngineCommand command) {
        return switch (outcome) {
            case StartOutcome.Accepted(var instance) -> new Started.Running(instance.generation(), command);
            case StartOutcome.Refused(String message) -> new Started.Not(message);
        };
    }

    private Deployment process(ModelDeployment deployment, Replica replica, EngineCommand command) {
        Timing timing = deployment.timing();
        Duration compiling = timing.silence().compareTo(LEAST_COMPILE_SILENCE) > 0
                ? timing.silence()
                : LEAST_COMPILE_SILENCE;
        // The fleet starts crashed engines again itself: their memory must be seen to come back first.
        RestartPolicy once = new RestartPolicy(Duration.ofSeconds(1), Duration.ofSeconds(1), 0, 1, NEVER, NEVER);
        return Deployment.of(replica.id, deployment.publicName(), command, replica.listen)
                .with(replica.engine.kind()).with(settings.lifetime())
                .with(new Readiness(replica.engine.endpoints().health(), ASK, timing.healthDeadline(),
                        timing.silence(), compiling, timing.longestLoad()))
                .with(new HealthWatch(timing.healthInterval(), timing.healthDeadline(), timing.healthMisses()))
                .with(settings.hang()).with(new StopPolicy(timing.drain(), timing.grace())).with(once)
                .with(confinement(replica));
    }

    private Confinement confinement(Replica replica) {
        // As they are now: the numbers may be others than when it was placed, if the box was booted meanwhile.
        return new Confinement(true, devices.of(replica.placement.gpus(), outside.gpus().gpus()).names(),
                List.of(directory(replica.id), settings.socketDirectory()), 0);
    }

    /** What keeps engines on these GPUs from being confined to them, in words; nothing where engines are not confined at all. */
    List<String> doubts(List<GpuCapacity> gpus, Collection<GpuView.Sight> sights) {
        return outside.instances().confines() ? devices.of(gpus, sights).doubts() : List.of();
    }

    /** Everywhere that replicas listen. */
    static Set<Listen> taken(List<Replica> replicas) {
        return replicas.stream().map(replica -> replica.listen).collect(Collectors.toSet());
    }
}
