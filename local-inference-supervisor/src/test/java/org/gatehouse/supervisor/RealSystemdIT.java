package org.gatehouse.supervisor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

import static org.assertj.core.api.Assertions.assertThat;

/** Engines as transient units of a real systemd, which runs in namespaces of its own. */
@Timeout(90)
class RealSystemdIT {
    private static final Path PROGRAMS = Path.of("/usr/bin");

    @TempDir
    static Path machine;
    private static RealSystemd systemd;
    private Path outside;
    private Path inside;
    private RemoteDaemon daemon;

    @BeforeAll
    static void boot() throws Exception {
        systemd = new RealSystemd(machine);
    }

    @AfterAll
    static void shutDown() throws Exception {
        if (systemd != null) {
            systemd.close();
        }
    }

    @BeforeEach
    void open(TestInfo test) throws IOException {
        assume(!System.getProperty("java.class.path").contains(":/tmp/"),
                "the checkout lies below /tmp, of which each engine's unit has one of its own");
        String name = "d" + Math.abs(test.getDisplayName().hashCode() % 10_000);
        outside = Files.createDirectories(systemd.work.resolve(name));
        Files.createDirectories(outside.resolve("cache"));
        inside = RealSystemd.INSIDE.resolve(name);
        daemon = daemon();
    }

    @AfterEach
    void close() throws IOException {
        if (daemon != null) {
            daemon.close();
        }
    }

    private RemoteDaemon daemon() throws IOException {
        return new RemoteDaemon(systemd.entering(), inside, PROGRAMS, outside.resolve("daemon.log"));
    }

    private String unit(String id, int generation) {
        return "gatehouse-engine-" + id + "-g" + generation + ".service";
    }

    private void script(String id, String... lines) throws IOException {
        Files.write(outside.resolve(id + ".sh"), List.of(lines));
    }

    /** The simulated engine, in a program of its own. */
    private String engine(String id) {
        return "exec " + Path.of(System.getProperty("java.home"), "bin", "java") + " -XX:TieredStopAtLevel=1"
                + " -XX:+UseSerialGC -Xmx64m -cp '" + System.getProperty("java.class.path")
                + "' org.gatehouse.simulated.SimulatedEngine serve tiny --uds "
                + inside.resolve("run").resolve(id + ".sock") + " --default-tokens 1";
    }

    private long ready(String id) throws IOException {
        assertThat(daemon.ask("start-confined " + id)).isEqualTo("Accepted");
        assertThat(daemon.ask("ready " + id)).as(() -> log(id)).contains("=Ready ");
        return Long.parseLong(Objects.requireNonNull(daemon.all().get(id)).get(1));
    }

    private String log(String id) {
        try {
            Path log = outside.resolve("logs").resolve(id + ".log");
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static void assume(boolean holds, String reason) {
        if (!holds) {
            System.out.println("Skipped, no test of this with a real systemd: " + reason);
            throw new TestAbortedException(reason);
        }
    }

    private boolean lives(long pid) throws Exception {
        return systemd
                .run("sh", "-c", "kill -0 " + pid + " && ! grep -q '^State:.Z' /proc/" + pid + "/status && echo yes")
                .equals("yes");
    }

    private long pidIn(String file) throws Exception {
        Path path = outside.resolve(file);
        SupervisorBench.awaitThat(() -> Files.exists(path) && Files.readString(path).endsWith("\n"));
        return Long.parseLong(Files.readString(path).strip());
    }

    @Test
    void engineIsHeldToItsNetworkItsDevicesAndItsDirectoriesAndReachedByItsSocket() throws Exception {
        script("chat", "touch /usr/written 2>/dev/null || echo system is read-only",
                "touch " + inside.resolve("cache/written") + " && echo cache is writable",
                "for n in 0 1; do (: < /dev/nvidia$n) 2>/dev/null && echo gpu$n opens || echo gpu$n refused; done",
                engine("chat"));
        // Without a unit around it both open, or this kernel lacks the drivers that play GPUs.
        assume(systemd.run("sh", "-c", ": < /dev/nvidia0; : < /dev/nvidia1").isEmpty(),
                "this kernel has neither tun nor fuse, which play GPUs");

        long pid = ready("chat");

        assertThat(log("chat")).contains("system is read-only", "cache is writable", "gpu0 opens", "gpu1 refused");
        assertThat(systemd.run("readlink", "/proc/" + pid + "/ns/net"))
                .isNotEqualTo(systemd.run("readlink", "/proc/1/ns/net"));
        assertThat(systemd.run("sh", "-c", "tail -n +3 /proc/" + pid + "/net/dev | cut -d: -f1").strip())
                .isEqualTo("lo");
        assertThat(systemd.property(unit("chat", 1), "ControlGroup"))
                .isEqualTo("/gatehouse.slice/gatehouse-engines.slice/" + unit("chat", 1));
        assertThat(systemd.property(unit("chat", 1), "KillMode")).isEqualTo("mixed");
        assertThat(systemd.property(unit("chat", 1), "MemoryMax")).isEqualTo(Long.toString(512L << 20));
        assertThat(systemd.property(unit("chat", 1), "MainPID")).isEqualTo(Long.toString(pid));
        assertThat(systemd.run("sh", "-c", "tr '\\0' ' ' < /proc/" + pid + "/cmdline")).contains("SimulatedEngine");
    }

    @Test
    void unitAndItsChildAreAdoptedAfterTheDaemonWasKilledAndEndedByTheNextOne() throws Exception {
        script("chat", "sleep 1000 &", "echo $! > " + inside.resolve("cache/child"), engine("chat"));
        long pid = ready("chat");
        long child = pidIn("cache/child");

        daemon.kill();
        assertThat(lives(pid)).isTrue();
        daemon = daemon();
        daemon.ask("start-confined chat");

        assertThat(daemon.ask("ready chat")).isEqualTo("chat=Ready " + pid + " 1");
        assertThat(daemon.ask("stop chat")).startsWith("chat=Stopped");
        assertThat(lives(pid)).isFalse();
        assertThat(lives(child)).isFalse();
        assertThat(systemd.run("systemctl", "list-units", "--all", "--no-legend", "gatehouse-engine-chat-*")).isEmpty();
    }

    @Test
    void stopAsksTheRootAloneAndKillsWhomItLeavesBehind() throws Exception {
        script("chat", "cd " + inside.resolve("cache"),
                "sh -c 'trap \"echo asked > child-asked\" TERM; echo $$ > child; while :; do sleep 0.05; done' &",
                "trap 'echo asked > root-asked; exit 0' TERM", "while :; do sleep 0.05; done");
        daemon.ask("start-confined chat");
        long child = pidIn("cache/child");

        assertThat(daemon.ask("stop chat")).startsWith("chat=Stopped");

        assertThat(outside.resolve("cache/root-asked")).exists();
        assertThat(outside.resolve("cache/child-asked")).doesNotExist();
        assertThat(lives(child)).isFalse();
    }

    @Test
    void engineDeafToTermIsKilledWhenItsGraceIsOver() throws Exception {
        script("chat", "trap '' TERM", "sleep 1000 &", "echo $! > " + inside.resolve("cache/child"), "wait");
        daemon.ask("start-confined chat");
        long child = pidIn("cache/child");
        long before = System.nanoTime();

        assertThat(daemon.ask("stop chat")).startsWith("chat=Stopped");

        assertThat(System.nanoTime() - before).isBetween(1_500_000_000L, 15_000_000_000L);
        assertThat(lives(child)).isFalse();
    }

    @Test
    void childThatOutlivesACrashedRootIsGoneBeforeTheNextGenerationRuns() throws Exception {
        script("chat", "sleep 1000 &", "echo $! > " + inside.resolve("cache/child"), engine("chat"));
        long pid = ready("chat");
        long child = pidIn("cache/child");

        systemd.run("kill", "-KILL", Long.toString(pid));

        SupervisorBench.awaitThat(() -> Objects.requireNonNull(daemon.all().get("chat")).get(2).equals("2"));
        assertThat(daemon.ask("ready chat")).startsWith("chat=Ready ").endsWith(" 2");
        assertThat(lives(child)).isFalse();
        assertThat(systemd.property(unit("chat", 1), "LoadState")).isEqualTo("not-found");
    }

    @Test
    void engineThatEndsWithACodeIsDiagnosedByIt() throws Exception {
        script("chat", "exit 7");
        daemon.ask("start-confined chat");
        SupervisorBench.awaitThat(() -> daemon.ask("seen chat").contains("Crashed"));

        assertThat(daemon.ask("seen chat")).contains("exit code 7");
        daemon.ask("stop chat");
        assertThat(systemd.run("systemctl", "list-units", "--all", "--no-legend", "gatehouse-engine-chat-*")).isEmpty();
    }

    @Test
    void engineThatASignalEndsIsDiagnosedByItAlsoWhenItWasAdopted() throws Exception {
        script("chat", engine("chat"));
        long pid = ready("chat");
        daemon.kill();
        daemon = daemon();
        daemon.ask("start-confined chat");
        assertThat(daemon.ask("ready chat")).isEqualTo("chat=Ready " + pid + " 1");

        systemd.run("kill", "-KILL", Long.toString(pid));

        SupervisorBench.awaitThat(() -> daemon.ask("seen chat").contains("ended by signal 9"));
    }

    @Test
    void programThatTheKernelRefusesIsACauseAndLeavesNoUnit() throws Exception {
        script("chat", "#!/missing/shell");
        Files.setPosixFilePermissions(outside.resolve("chat.sh"), PosixFilePermissions.fromString("rwx------"));
        daemon.ask("start-unrunnable chat");
        SupervisorBench.awaitThat(() -> daemon.ask("seen chat").contains("UNIT_REFUSED"));
        daemon.ask("stop chat");

        assertThat(systemd.run("systemctl", "list-units", "--all", "--no-legend", "gatehouse-engine-chat-*")).isEmpty();
    }

    @Test
    void memoryBoundEndsAnEngineThatGoesOverIt() throws Exception {
        assume(List.of(systemd.run("cat", "/sys/fs/cgroup/cgroup.controllers").split(" ")).contains("memory"),
                "control groups of the second version do not count memory here");
        script("chat", "exec tail /dev/zero");
        daemon.ask("start-confined chat");
        SupervisorBench.awaitThat(() -> daemon.ask("seen chat").contains("Crashed"));

        assertThat(daemon.ask("seen chat")).contains("ended by signal 9");
    }
}
