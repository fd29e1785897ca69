package org.gatehouse.daemon;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import org.gatehouse.admin.AdminTokens;

/** {@code gatehouse serve}: the daemon in the foreground, until it is told to stop. */
@Command(name = "serve", mixinStandardHelpOptions = true, description = "Runs the daemon until SIGTERM or Ctrl-C.", footer = {
        "", "Example:", "  gatehouse serve --config /etc/gatehouse/appliance.yaml"})
final class ServeCommand implements Callable<Integer> {
    private static final System.Logger LOG = System.getLogger(ServeCommand.class.getName());
    private static final Duration ANSWER = Duration.ofMillis(300);
    private static final Duration LONGEST_START = Duration.ofMinutes(1);
    private static final Path USUAL = Path.of("/etc/gatehouse/appliance.yaml");

    @Option(names = "--config", paramLabel = "FILE", description = "Settings; by default /etc/gatehouse/appliance.yaml if it exists. GATEHOUSE_* variables override them.")
    private @Nullable Path config;

    @Override
    public Integer call() throws InterruptedException {
        ServiceManager manager = ServiceManager.of(System.getenv());
        manager.status("Starting");
        Semaphore restarts = new Semaphore(0);
        BlockingQueue<ApplianceDaemon> running = new ArrayBlockingQueue<>(1);
        running.add(start(settings(), restarts));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(running, manager), "stop"));
        manager.ready(serving(running.element()));
        SignsOfLife signs = SignsOfLife.begin(manager, running.element()::answers);
        while (true) {
            restarts.acquire();
            // Whoever asked shall have the answer.
            Thread.sleep(ANSWER);
            Settings settings;
            try {
                settings = settings();
            } catch (SettingsException e) {
                LOG.log(System.Logger.Level.ERROR, "Not restarted, because it could not start again: {0}",
                        e.getMessage());
                continue;
            }
            // Whoever holds it, closes it: a stop that comes meanwhile waits for the new one.
            ApplianceDaemon old = running.take();
            LOG.log(System.Logger.Level.INFO, "Restarting, as somebody asked for: running calls may end");
            manager.status("Restarting, as somebody asked for");
            // While nobody answers, each part of the way is a sign of life: a restart that gets stuck is ended as well.
            signs.close();
            manager.alive();
            old.close();
            manager.alive();
            restarts.drainPermits();
            ApplianceDaemon fresh = start(settings, restarts);
            running.add(fresh);
            manager.status(serving(fresh));
            signs = SignsOfLife.begin(manager, fresh::answers);
        }
    }

    private static String serving(ApplianceDaemon daemon) {
        return "Serving on port " + daemon.port();
    }

    private static void stop(BlockingQueue<ApplianceDaemon> running, ServiceManager manager) {
        manager.stopping();
        LOG.log(System.Logger.Level.INFO, "Stopping: running calls may end, new ones are refused");
        try {
            ApplianceDaemon daemon = running.poll(LONGEST_START.toSeconds(), TimeUnit.SECONDS);
            if (daemon != null) {
                daemon.close();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private Settings settings() {
        Path named = config;
        return Settings.read(named == null ? USUAL : named, named != null, System.getenv());
    }

    private static ApplianceDaemon start(Settings settings, Semaphore restarts) {
        long begun = System.nanoTime();
        ApplianceDaemon daemon;
        try {
            daemon = ApplianceDaemon.start(settings, restarts::release);
        } catch (RuntimeException e) {
            StartFailure.keep(settings.data(), Gatehouse.oneLine(e));
            throw e;
        }
        StartFailure.forget(settings.data());
        LOG.log(System.Logger.Level.INFO,
                "Ready on port {0} after {1} ms; data in {2}, the admin token in its file {3}",
                Integer.toString(daemon.port()), Long.toString((System.nanoTime() - begun) / 1_000_000),
                daemon.data().toAbsolutePath(), AdminTokens.FILE);
        daemon.certificateFingerprint().ifPresent(fingerprint -> LOG.log(System.Logger.Level.INFO,
                "Clients see the certificate with the SHA-256 fingerprint {0}", fingerprint));
        SetupNotice.show(daemon, settings, System.out, SetupNotice.isSeenOnATerminal());
        return daemon;
    }
}
