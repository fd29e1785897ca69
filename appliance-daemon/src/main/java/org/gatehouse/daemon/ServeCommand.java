package org.gatehouse.daemon;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import org.gatehouse.admin.AdminTokens;

/** {@code gatehouse serve}: the daemon in the foreground, until it is told to stop. */
@Command(name = "serve", mixinStandardHelpOptions = true, description = "Runs the daemon until SIGTERM or Ctrl-C.", footer = {
        "", "Example:", "  gatehouse serve --config /etc/gatehouse/appliance.yaml"})
final class ServeCommand implements Callable<Integer> {
    private static final System.Logger LOG = System.getLogger(ServeCommand.class.getName());
    private static final Path USUAL = Path.of("/etc/gatehouse/appliance.yaml");

    @Option(names = "--config", paramLabel = "FILE", description = "Settings; by default /etc/gatehouse/appliance.yaml if it exists. GATEHOUSE_* variables override them.")
    private @Nullable Path config;

    @Override
    public Integer call() throws InterruptedException {
        long begun = System.nanoTime();
        Path named = config;
        Settings settings = Settings.read(named == null ? USUAL : named, named != null, System.getenv());
        ApplianceDaemon daemon = ApplianceDaemon.start(settings);
        LOG.log(System.Logger.Level.INFO,
                "Ready on port {0} after {1} ms; data in {2}, the admin token in its file {3}",
                Integer.toString(daemon.port()), Long.toString((System.nanoTime() - begun) / 1_000_000),
                daemon.data().toAbsolutePath(), AdminTokens.FILE);
        daemon.certificateFingerprint().ifPresent(fingerprint -> LOG.log(System.Logger.Level.INFO,
                "Clients see the certificate with the SHA-256 fingerprint {0}", fingerprint));
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            LOG.log(System.Logger.Level.INFO, "Stopping: running calls may end, new ones are refused");
            daemon.close();
            stopped.countDown();
        }, "stop"));
        stopped.await();
        return 0;
    }
}
