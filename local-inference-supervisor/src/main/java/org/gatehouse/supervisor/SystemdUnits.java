package org.gatehouse.supervisor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import org.gatehouse.supervisor.Signals.Signal;
import org.gatehouse.supervisor.engines.Diagnosis;

/**
 * Engines as transient services of systemd, one unit for each process, named by instance and generation. They are children of the
 * first process, so a daemon's end or upgrade does not touch them. Its programs take tens of milliseconds and have ten seconds.
 */
final class SystemdUnits implements Backend {
    private static final System.Logger LOG = System.getLogger(SystemdUnits.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration BETWEEN_KILLS = Duration.ofSeconds(1);
    private static final int LONGEST_ANSWER = 4096;
    private static final int QUESTIONS = 10;
    private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(30);

    private record Outcome(int status, String output) {}

    private final SystemdSettings settings;
    private final Path directory;
    private final Host host;

    SystemdUnits(SupervisorSettings settings, Host host) {
        this.settings = settings.systemd();
        this.directory = settings.stateDirectory();
        this.host = host;
    }

    @Override
    public String unit(String id, long generation) {
        return "gatehouse-engine-" + id + "-g" + generation + ".service";
    }

    @Override
    public boolean ownSession() {
        return true; // systemd gives each service one.
    }

    @Override
    public EngineProcess start(Order order) throws IOException {
        EngineCommand command = order.deployment().command();
        String unit = unit(order.deployment().id(), order.generation());
        Path environment = directory.resolve(order.deployment().id() + ".env");
        try {
            Files.deleteIfExists(environment);
            PrivateFiles.create(environment);
            Files.writeString(environment, UnitProperties.environmentFile(order.environment()),
                    StandardOpenOption.WRITE);
            List<String> argv = new ArrayList<>(List.of(settings.run().toString(), "--quiet",
                    "--no-ask-password", "--unit=" + unit, "--slice=" + settings.slice(),
                    "--description=Inference engine " + order.deployment().id(),
                    // Returns when the program runs, or with what hinders it.
                    "--service-type=exec", "--working-directory=" + command.workingDirectory()));
            UnitProperties.of(order, environment, settings.user())
                    .forEach(property -> argv.add("--property=" + property));
            argv.add("--");
            // systemd puts variables' values in place of their names, and a dollar in place of two (systemd.service(5)).
            command.argv().forEach(argument -> argv.add(argument.replace("$", "$$")));
            Outcome started = run(argv);
            if (started.status() != 0) {
                forget(unit);
                throw new IOException("the unit " + unit + " was not started: " + started.output());
            }
        } finally {
            Files.deleteIfExists(environment);
        }
        long pid = mainPid(unit);
        ProcessEntry entry = pid == 0 ? null : host.processes().read(pid);
        // Without an entry it has ended already, and its log says why.
        return new EngineProcess.Found(host.processes(), pid, entry == null ? -1 : entry.startedAt(),
                () -> exitCode(unit));
    }

    private long mainPid(String unit) throws IOException {
        Outcome shown = run(List.of(settings.control().toString(), "show", "--property=MainPID", "--value", unit));
        try {
            return Long.parseLong(shown.output().strip());
        } catch (NumberFormatException _) {
            throw new IOException("systemctl does not tell the process of " + unit + ": " + shown.output());
        }
    }

    @Override
    public Ender ender(Family family, String unit) {
        return new UnitEnder(family, unit);
    }

    @Override
    public int exitCode(String unit) {
        try {
            for (int question = 0; question < QUESTIONS; question++) {
                String shown = run(List.of(settings.control().toString(), "show",
                        "--property=LoadState,ExecMainCode,ExecMainStatus", unit)).output();
                OptionalInt code = UnitEnd.exitCode(shown);
                if (code.isPresent()) {
                    return code.getAsInt();
                }
                Thread.sleep(BETWEEN_QUESTIONS); // The kernel has told us before systemd has read that it was told too.
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "systemctl does not tell how " + unit + " ended", e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        return Diagnosis.EXIT_UNKNOWN;
    }

    /** A unit that failed is kept by systemd, with its exit code, until it is told to forget it. */
    private void forget(String unit) throws IOException {
        // Waits until systemd has done with it: what is reset sooner fails later, and stays.
        run(List.of(settings.control().toString(), "stop", unit));
        run(List.of(settings.control().toString(), "reset-failed", unit));
    }

    @Override
    public void cleared(String id, String unit) {
        try {
            forget(unit);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "The ended unit " + unit + " stays in systemd's list", e);
        }
        try {
            Files.deleteIfExists(directory.resolve(id + ".env"));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "The environment file of instance " + id + " cannot be deleted", e);
        }
    }

    private Outcome run(List<String> argv) throws IOException {
        Path output = Files.createTempFile(directory, "systemd-", ".out");
        try {
            Process process = new ProcessBuilder(argv).redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(output.toFile()).start();
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                return new Outcome(-1, argv.getFirst() + " did not end within " + PATIENCE.toSeconds() + " s");
            }
            byte[] bytes = Files.readAllBytes(output);
            String text = new String(bytes, 0, Math.min(bytes.length, LONGEST_ANSWER), StandardCharsets.UTF_8);
            return new Outcome(process.exitValue(), text.strip());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for " + argv.getFirst(), e);
        } finally {
            Files.deleteIfExists(output);
        }
    }

    private final class UnitEnder implements Ender {
        private final Family family;
        private final String unit;
        private long nextKill;
        private boolean killed;

        UnitEnder(Family family, String unit) {
            this.family = family;
            this.unit = unit;
        }

        @Override
        public void askRoot() {
            family.look();
            if (!ask("stop", "--no-block", unit)) {
                host.signals().toProcess(family.root(), Signal.TERM);
            }
        }

        @Override
        public void askRest(Set<Long> living) {
            // systemd ends what outlives a service's main process by itself; a unit that it no longer knows it cannot.
            if (!ask("stop", "--no-block", unit)) {
                family.signal(host.signals(), living, Signal.TERM);
            }
        }

        @Override
        public void kill(Set<Long> living) {
            long now = host.nanoTime().getAsLong();
            if (killed && now - nextKill < 0) {
                return;
            }
            killed = true;
            nextKill = now + BETWEEN_KILLS.toNanos();
            if (!ask("kill", "--signal=SIGKILL", unit)) {
                family.signal(host.signals(), living, Signal.KILL);
            }
        }

        private boolean ask(String... words) {
            List<String> argv = new ArrayList<>(List.of(settings.control().toString()));
            argv.addAll(List.of(words));
            try {
                return run(argv).status() == 0;
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "systemctl cannot be run for " + unit
                        + "; its processes are signalled one by one", e);
                return false;
            }
        }
    }
}
