package org.gatehouse.supervisor;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * Turns a deployment into a running process: checks what would only fail minutes later, clears stale things away, and writes the
 * manifest before the process exists, so that not even a daemon killed in between leaves an engine that nobody knows.
 */
final class EngineLauncher {
    private static final Duration ADDRESS_CHECK = Duration.ofMillis(500);

    /** What came of it. */
    sealed interface Launch {
        /** The process runs. */
        record Launched(EngineRun run) implements Launch {}

        /** There is no process. */
        record NotLaunched(Cause cause) implements Launch {}
    }

    private final Host host;
    private final ManifestStore manifests;
    private final HealthProbe probe;

    EngineLauncher(Host host, ManifestStore manifests, HealthProbe probe) {
        this.host = host;
        this.manifests = manifests;
        this.probe = probe;
    }

    Launch launch(Deployment deployment, long generation, EngineLog log) {
        EngineCommand command = deployment.command();
        if (!isExecutable(command)) {
            return new Launch.NotLaunched(Cause.of(FailureKind.COMMAND_NOT_FOUND,
                    "no executable program " + command.program() + " (working directory " + command.workingDirectory()
                            + ")"));
        }
        if (probe.accepts(deployment.listen(), ADDRESS_CHECK)) {
            return new Launch.NotLaunched(Cause.of(FailureKind.ADDRESS_IN_USE,
                    "somebody already accepts connections at " + deployment.listen()));
        }
        boolean ownSession = host.setsid() != null;
        Manifest manifest = new Manifest(deployment.id(), generation, UUID.randomUUID().toString(),
                host.processes().bootId(), Hashes.ofArguments(command.argv()), socketOf(deployment.listen()), 0,
                ownSession,
                List.of());
        try {
            clearSocket(deployment.listen());
        } catch (IOException e) {
            return new Launch.NotLaunched(Cause.of(FailureKind.ADDRESS_IN_USE, String.valueOf(e)));
        }
        Process process = null;
        try {
            log.begin(generation);
            manifests.write(manifest);
            process = spawn(command, manifest.marker(), log.file());
            Family family = Family.of(host.processes(), process.pid(), ownSession, manifest.marker());
            EngineRun run = new EngineRun(deployment, process, family, log, manifests, manifest, host, probe);
            run.record();
            return new Launch.Launched(run);
        } catch (IOException | UncheckedIOException e) {
            if (process != null) {
                process.destroyForcibly();
            }
            return new Launch.NotLaunched(Cause.of(FailureKind.STATE_UNWRITABLE, String.valueOf(e)));
        }
    }

    private Process spawn(EngineCommand command, String marker, Path log) throws IOException {
        List<String> argv = new ArrayList<>();
        Path setsid = host.setsid();
        if (setsid != null) {
            // A child that Java starts leads no group, so setsid(1) does not fork: the pid stays ours to wait for.
            argv.add(setsid.toString());
        }
        argv.addAll(command.argv());
        ProcessBuilder builder = new ProcessBuilder(argv).directory(command.workingDirectory().toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null"))).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().clear();
        builder.environment().putAll(EngineEnvironment.of(host.environment(), command, marker));
        return builder.start();
    }

    private static void clearSocket(Listen listen) throws IOException {
        if (listen instanceof Listen.UnixSocket(Path path)) {
            Path directory = path.getParent();
            if (directory != null) {
                PrivateFiles.createDirectories(directory);
            }
            SocketFiles.unlink(path);
        }
    }

    private static Path socketOf(Listen listen) {
        return switch (listen) {
            case Listen.UnixSocket(Path path) -> path;
            case Listen.LoopbackPort _ -> Path.of("");
        };
    }

    private boolean isExecutable(EngineCommand command) {
        Path directory = command.workingDirectory();
        if (!Files.isDirectory(directory)) {
            return false;
        }
        if (command.program().contains("/")) {
            return isProgram(directory.resolve(command.program()));
        }
        String own = command.environment().get("PATH");
        @Nullable
        String search = own != null ? own : host.environment().get("PATH");
        return search != null && List.of(search.split(File.pathSeparator)).stream()
                .anyMatch(entry -> isProgram(directory.resolve(entry).resolve(command.program())));
    }

    private static boolean isProgram(Path path) {
        return Files.isRegularFile(path) && Files.isExecutable(path);
    }
}
