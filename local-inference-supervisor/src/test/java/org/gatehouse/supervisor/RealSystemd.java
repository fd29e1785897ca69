package org.gatehouse.supervisor;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.opentest4j.TestAbortedException;

/**
 * This machine's systemd as the first process of namespaces of its own, on a file tree in memory: nothing that it does reaches the
 * machine. Ends with its standard input, so also with a test that is killed.
 */
final class RealSystemd implements AutoCloseable {
    /** Where {@link #work} is seen inside. Not below {@code /tmp}, which units have for themselves. */
    static final Path INSIDE = Path.of("/srv/gatehouse");
    private static final Path PROGRAM = Path.of("/lib/systemd/systemd");
    private static final List<String> TOOLS = List.of("unshare", "nsenter", "setpriv", "pivot_root", "systemd-run",
            "systemctl");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** The directory that both sides can write to. */
    final Path work;
    private final Path log;
    private final Process outside;
    private final long first;

    /** Starts it. Throws {@link TestAbortedException}, with the reason printed, where that cannot be. */
    RealSystemd(Path directory) throws Exception {
        if (!Files.isExecutable(PROGRAM)) {
            throw skipped("there is no " + PROGRAM);
        }
        if (!"root".equals(System.getProperty("user.name"))) {
            throw skipped("namespaces need root");
        }
        for (String tool : TOOLS) {
            if (Stream.of("/usr/bin", "/usr/sbin", "/bin", "/sbin").noneMatch(
                    place -> Files.isExecutable(Path.of(place, tool)))) {
                throw skipped("there is no program " + tool);
            }
        }
        work = Files.createDirectories(directory.resolve("work"));
        Files.createDirectories(directory.resolve("groups"));
        Files.createDirectories(directory.resolve("root"));
        log = directory.resolve("systemd.log");
        for (String script : List.of("outside.sh", "inside.sh")) {
            try (InputStream text = Objects.requireNonNull(
                    RealSystemd.class.getResourceAsStream("/real-systemd/" + script))) {
                Files.copy(text, directory.resolve(script));
            }
        }
        Set<String> shown = new LinkedHashSet<>(List.of(System.getProperty("java.home")));
        shown.addAll(List.of(System.getProperty("java.class.path").split(File.pathSeparator)));
        Files.write(directory.resolve("shown"), shown);
        outside = new ProcessBuilder("unshare", "--mount", "sh", directory.resolve("outside.sh").toString(),
                directory.toString()).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.to(log.toFile())).start();
        first = awaitRunning();
        String shared = run("sh", "-c",
                "for place in / /tmp /run /etc /var /root /dev /srv; do [ $(stat -f -c %T $place)"
                        + " = tmpfs ] || echo $place; done; for place in /usr /proc/sys; do [ -w $place ] && echo $place; done");
        if (!shared.isEmpty()) {
            close();
            throw new IllegalStateException("systemd could write to the machine's own " + shared);
        }
    }

    private static TestAbortedException skipped(String reason) {
        System.out.println("Skipped, no test with a real systemd: " + reason);
        return new TestAbortedException(reason);
    }

    private long awaitRunning() throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            // outside.sh, the unshare that it started, and what that one forked.
            ProcessHandle found = outside.children().flatMap(ProcessHandle::children)
                    .filter(child -> isSystemd(child.pid())).findFirst().orElse(null);
            if (found != null && run(found.pid(), List.of("systemctl", "is-system-running")).equals("running")) {
                return found.pid();
            }
            if (!outside.isAlive()) {
                break;
            }
            Thread.sleep(50);
        }
        String said = Files.readString(log).strip();
        close();
        throw skipped("systemd does not come up in namespaces here: " + said);
    }

    private static boolean isSystemd(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/comm")).strip().equals("systemd");
        } catch (IOException _) {
            return false;
        }
    }

    /** The words that make a command run inside when they stand before it. */
    List<String> entering() {
        return entering(first);
    }

    private static List<String> entering(long pid) {
        return List.of("nsenter", "--target", Long.toString(pid), "--mount", "--uts", "--ipc", "--net", "--pid",
                "--cgroup", "--");
    }

    /** Runs a command inside and returns what it says. */
    String run(String... command) throws IOException, InterruptedException {
        return run(first, List.of(command));
    }

    private static String run(long pid, List<String> command) throws IOException, InterruptedException {
        List<String> argv = new ArrayList<>(entering(pid));
        argv.addAll(command);
        Process process = new ProcessBuilder(argv).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
        }
        return said;
    }

    /** A property of a unit. */
    String property(String unit, String name) throws IOException, InterruptedException {
        return run("systemctl", "show", "--value", "--property=" + name, unit);
    }

    @Override
    public void close() throws Exception {
        outside.getOutputStream().close();
        if (!outside.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            outside.descendants().forEach(ProcessHandle::destroyForcibly);
            outside.destroyForcibly();
            throw new IllegalStateException("The namespaces' systemd did not end: " + Files.readString(log));
        }
    }
}
