package org.gatehouse.supervisor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** systemd by {@code systemd-run} and {@code systemctl}, which take tens of milliseconds and have ten seconds. Thread-safe. */
final class SystemdPrograms implements ServiceManager {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int LONGEST_ANSWER = 4096;

    private record Outcome(int status, String output) {}

    private final SystemdSettings settings;
    private final Path directory;

    /** Keeps environment files in this directory of the daemon's for as long as a start takes. */
    SystemdPrograms(SystemdSettings settings, Path directory) {
        this.settings = settings;
        this.directory = directory;
    }

    @Override
    public void start(Unit unit) throws IOException {
        Path environment = environment(unit.name());
        try {
            Files.deleteIfExists(environment);
            PrivateFiles.create(environment);
            Files.writeString(environment, EnvironmentFile.text(unit.environment()), StandardOpenOption.WRITE);
            List<String> argv = new ArrayList<>(List.of(settings.run().toString(), "--quiet",
                    "--no-ask-password", "--unit=" + unit.name(), "--slice=" + settings.slice(),
                    "--description=Inference engine " + unit.id(),
                    // Returns when the program runs, or with what hinders it.
                    "--service-type=exec", "--working-directory=" + unit.command().workingDirectory()));
            UnitProperties.of(unit, environment, settings.user())
                    .forEach(property -> argv.add("--property=" + property));
            argv.add("--");
            // systemd puts variables' values in place of their names, and a dollar in place of two (systemd.service(5)).
            unit.command().argv().forEach(argument -> argv.add(argument.replace("$", "$$")));
            Outcome started = run(argv);
            if (started.status() != 0) {
                forget(unit.name());
                throw new IOException("the unit " + unit.name() + " was not started: " + started.output());
            }
        } finally {
            Files.deleteIfExists(environment);
        }
    }

    @Override
    public String show(String unit) throws IOException {
        return control("show", "--property=LoadState,MainPID,ExecMainCode,ExecMainStatus", unit).output();
    }

    @Override
    public boolean askToEnd(String unit) throws IOException {
        return control("stop", "--no-block", unit).status() == 0;
    }

    @Override
    public boolean kill(String unit) throws IOException {
        return control("kill", "--signal=SIGKILL", unit).status() == 0;
    }

    @Override
    public void forget(String unit) throws IOException {
        // Waits until systemd has done with it: what is reset sooner fails later, and stays.
        control("stop", unit);
        control("reset-failed", unit);
        Files.deleteIfExists(environment(unit)); // Of a daemon that was killed while it started one.
    }

    private Path environment(String unit) {
        return directory.resolve(unit + ".env");
    }

    private Outcome control(String... words) throws IOException {
        List<String> argv = new ArrayList<>(List.of(settings.control().toString()));
        argv.addAll(List.of(words));
        return run(argv);
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
}
