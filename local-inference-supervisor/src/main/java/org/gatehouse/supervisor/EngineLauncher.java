package org.gatehouse.supervisor;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.supervisor.engines.EngineFailure;

/**
 * Turns a deployment into a running process, new or found: checks what would only fail minutes later, clears stale things away, and
 * writes the manifest before the process exists, so that not even a daemon killed in between leaves an engine that nobody knows.
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
    private final Backends backends;
    private final ManifestStore manifests;
    private final HealthProbe probe;

    EngineLauncher(Host host, Backends backends, ManifestStore manifests, HealthProbe probe) {
        this.host = host;
        this.backends = backends;
        this.manifests = manifests;
        this.probe = probe;
    }

    /** Starts a process with this command for this deployment, which may wish for another one. */
    Launch launch(Deployment wish, EngineCommand command, long generation, EngineLog log) {
        if (!isExecutable(command)) {
            return new Launch.NotLaunched(Cause.of(EngineFailure.COMMAND_NOT_FOUND,
                    "no executable program " + command.program() + " (working directory " + command.workingDirectory()
                            + ")"));
        }
        if (probe.accepts(wish.listen(), ADDRESS_CHECK)) {
            return new Launch.NotLaunched(Cause.of(EngineFailure.ADDRESS_IN_USE,
                    "somebody already accepts connections at " + wish.listen()));
        }
        try {
            clearSocket(wish.listen());
        } catch (IOException e) {
            return new Launch.NotLaunched(Cause.of(EngineFailure.ADDRESS_IN_USE, String.valueOf(e)));
        }
        Backend backend = backends.chosen();
        try {
            log.begin(generation);
            Manifest manifest = manifest(wish, generation, backend, log.position());
            manifests.write(manifest);
            return started(wish, command, manifest, backend, log);
        } catch (IOException | UncheckedIOException e) {
            return new Launch.NotLaunched(Cause.of(EngineFailure.STATE_UNWRITABLE, String.valueOf(e)));
        }
    }

    private Launch started(Deployment wish, EngineCommand command, Manifest manifest, Backend backend, EngineLog log) {
        Deployment actual = wish.with(command);
        EngineProcess process;
        try {
            process = backend.start(new Backend.Order(actual, manifest.generation(),
                    EngineEnvironment.of(host.environment(), command, manifest.marker()), log.file()));
        } catch (IOException e) {
            manifests.delete(wish.id());
            return new Launch.NotLaunched(Cause.of(
                    manifest.unit().isEmpty() ? EngineFailure.STATE_UNWRITABLE : EngineFailure.UNIT_REFUSED,
                    String.valueOf(e.getMessage())));
        }
        Family family = process instanceof EngineProcess.Child
                ? Family.of(host.processes(), process.pid(), backend.ownSession(), manifest.marker())
                : Family.of(host.processes(), manifest.with(process.pid(), rootOf(process)));
        EngineRun run = new EngineRun(actual, new EngineRun.Parts(process, family, backend, manifest, manifests, log),
                false, host, probe);
        run.record();
        return new Launch.Launched(run);
    }

    private List<Member> rootOf(EngineProcess process) {
        ProcessEntry entry = host.processes().read(process.pid());
        return entry == null
                ? List.of()
                : List.of(new Member(entry.pid(), entry.startedAt(), entry.session(),
                        host.processes().commandHash(entry.pid())));
    }

    private Manifest manifest(Deployment wish, long generation, Backend backend, long logStart) {
        return new Manifest(wish.id(), generation, UUID.randomUUID().toString(), host.processes().bootId(),
                Hashes.of(wish.command()), wish.listen().toString(), socketOf(wish.listen()),
                backend.unit(wish.id(), generation), wish.lifetime(), wish.stop().grace(), logStart, 0,
                backend.ownSession(), List.of());
    }

    /** Takes over what an earlier daemon has left running, to serve or to end it. */
    EngineRun takeOver(Deployment wish, Manifest manifest, EngineLog log) {
        Family family = Family.of(host.processes(), manifest);
        long startedAt = manifest.members().stream().filter(member -> member.pid() == manifest.root())
                .mapToLong(Member::startedAt).findFirst().orElse(-1);
        try {
            log.resume(manifest.generation(), manifest.logStart());
        } catch (IOException e) {
            // The engine serves without its log being read; EngineRun says so at its first reading.
            System.getLogger(EngineLauncher.class.getName()).log(System.Logger.Level.WARNING,
                    "The log of the adopted instance " + wish.id() + " cannot be opened", e);
        }
        Backend backend = backends.of(manifest);
        EngineProcess process = new EngineProcess.Found(host.processes(), manifest.root(), startedAt,
                () -> backend.exitCode(manifest.unit()));
        return new EngineRun(wish,
                new EngineRun.Parts(process, family, backend, manifest, manifests, log), true, host,
                probe);
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
