package org.gatehouse.supervisor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What a daemon that died leaves behind, and what the next one does about it; with real processes. */
@Timeout(60)
class OrphanIT {
    @TempDir
    Path directory;
    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endWhatIsLeft() {
        started.forEach(Process::destroyForcibly);
    }

    private static long pidIn(Path file) throws Exception {
        SupervisorBench.awaitThat(() -> Files.exists(file));
        return Long.parseLong(Files.readString(file).strip());
    }

    private Process innocent(Map<String, String> environment) throws Exception {
        ProcessBuilder builder = new ProcessBuilder("sleep", "1000");
        builder.environment().putAll(environment);
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private void manifest(String marker, String bootId, long root, Member... members) throws Exception {
        Path state = Files.createDirectories(directory.resolve("state"));
        new ManifestStore(state)
                .write(new Manifest("chat", 3, marker, bootId, "hash", "tcp:1", Path.of(""), "", Lifetime.WITH_DAEMON,
                        Duration.ZERO, 0, root, true, List.of(members)));
    }

    @Test
    void daemonKilledHardLeavesNoOrphanAndNoDoubleAfterARestart() throws Exception {
        Process daemon = SupervisingDaemon.start(directory);
        started.add(daemon);
        long root = pidIn(directory.resolve("root"));
        List<Long> family = List.of(root, pidIn(directory.resolve("child")), pidIn(directory.resolve("escaped")));
        daemon.destroyForcibly().waitFor();
        assertThat(family).allSatisfy(pid -> assertThat(SupervisorBench.lives(pid)).isTrue());

        try (SupervisorBench bench = new SupervisorBench(directory)) {
            assertThat(family).allSatisfy(pid -> assertThat(SupervisorBench.lives(pid)).isFalse());
            assertThat(bench.supervisor.orphans()).satisfiesExactly(orphan -> {
                assertThat(orphan.id()).isEqualTo("chat");
                assertThat(orphan.pids()).containsExactlyInAnyOrderElementsOf(family);
                assertThat(orphan.ended()).isTrue();
            });
            assertThat(directory.resolve("state/chat.manifest")).doesNotExist();
            bench.ready(bench.engine("chat"));
        }
    }

    @Test
    void orphansWhoseRootIsGoneAreFoundByTheManifest() throws Exception {
        Process daemon = SupervisingDaemon.start(directory);
        started.add(daemon);
        long root = pidIn(directory.resolve("root"));
        List<Long> children = List.of(pidIn(directory.resolve("child")), pidIn(directory.resolve("escaped")));
        daemon.destroyForcibly().waitFor();
        new Signals().toProcess(root, Signals.Signal.KILL);
        SupervisorBench.awaitThat(() -> !SupervisorBench.lives(root));

        try (SupervisorBench bench = new SupervisorBench(directory)) {
            assertThat(children).allSatisfy(pid -> assertThat(SupervisorBench.lives(pid)).isFalse());
            assertThat(bench.supervisor.orphans()).hasSize(1);
        }
    }

    @Test
    void processThatMerelyHasThePidIsNeverTouched() throws Exception {
        Process innocent = innocent(Map.of());
        ProcessTable table = ProcessTable.ofThisMachine();
        ProcessEntry entry = Objects.requireNonNull(table.read().get(innocent.pid()));
        manifest("none", table.bootId(), innocent.pid(),
                new Member(innocent.pid(), entry.startedAt() - 1, entry.session(),
                        table.commandHash(innocent.pid())));

        try (SupervisorBench bench = new SupervisorBench(directory)) {
            assertThat(bench.supervisor.orphans()).isEmpty();
            assertThat(innocent.isAlive()).isTrue();
            assertThat(directory.resolve("state/chat.manifest")).doesNotExist();
        }
    }

    @Test
    void processWithAnotherCommandInAnotherSessionIsNeverTouched() throws Exception {
        Process innocent = innocent(Map.of());
        ProcessTable table = ProcessTable.ofThisMachine();
        ProcessEntry entry = Objects.requireNonNull(table.read().get(innocent.pid()));
        manifest("none", table.bootId(), 2_000_000_000,
                new Member(innocent.pid(), entry.startedAt(), entry.session() + 1, "other"));

        try (SupervisorBench bench = new SupervisorBench(directory)) {
            assertThat(bench.supervisor.orphans()).isEmpty();
            assertThat(innocent.isAlive()).isTrue();
        }
    }

    @Test
    void manifestFromBeforeARebootMatchesNobody() throws Exception {
        Process innocent = innocent(Map.of());
        ProcessTable table = ProcessTable.ofThisMachine();
        ProcessEntry entry = Objects.requireNonNull(table.read().get(innocent.pid()));
        manifest("none", "another-boot", innocent.pid(),
                new Member(innocent.pid(), entry.startedAt(), entry.session(), table.commandHash(innocent.pid())));

        try (SupervisorBench bench = new SupervisorBench(directory)) {
            assertThat(bench.supervisor.orphans()).isEmpty();
            assertThat(innocent.isAlive()).isTrue();
        }
    }

    @Test
    void engineOfADaemonThatDiedRightAfterStartingItIsFoundByItsMarker() throws Exception {
        Process orphan = innocent(Map.of(EngineEnvironment.MARKER, "7c9e6679"));
        manifest("7c9e6679", ProcessTable.ofThisMachine().bootId(), 0);

        try (SupervisorBench bench = new SupervisorBench(directory)) {
            assertThat(bench.supervisor.orphans()).containsExactly(new Orphan("chat", List.of(orphan.pid()), true));
            orphan.waitFor();
        }
    }

    @Test
    void damagedManifestIsPutAsideAndDoesNotHinderTheStart() throws Exception {
        manifest("none", "", 0);
        Path file = directory.resolve("state/chat.manifest");
        Files.writeString(file, Files.readString(file).replace("end=", ""));

        try (SupervisorBench bench = new SupervisorBench(directory)) {
            assertThat(bench.supervisor.orphans()).isEmpty();
            assertThat(directory.resolve("state/chat.manifest.unreadable")).exists();
        }
    }
}
