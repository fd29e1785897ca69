package org.gatehouse.acme;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

import org.gatehouse.listen.ExpiredCertificate;

/**
 * The real test authority pebble on loopback, with a name server that says of every name that it is this machine. It refuses a twentieth of all good
 * nonces, as it does by default.
 */
public final class PebbleServer implements AutoCloseable {
    /** A key id and key that it knows where it wants an account of its own. */
    public static final String BINDING_ID = "kid-1";
    public static final String BINDING_KEY = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";
    /** For this name it gives no certificate. */
    public static final String FORBIDDEN = "forbidden.example.com";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<Process> processes = new ArrayList<>();
    private final int port = freePort();
    private final int httpPort = freePort();
    private final String pem;

    private PebbleServer(Path directory, boolean bindingRequired) throws IOException {
        ExpiredCertificate.writeGood(directory);
        pem = Files.readString(directory.resolve("certificate.pem"));
        Path config = directory.resolve("pebble.json");
        Files.writeString(config, """
                {"pebble": {"listenAddress": "127.0.0.1:%d", "certificate": "%s", "privateKey": "%s",
                 "httpPort": %d, "tlsPort": %d, "domainBlocklist": ["%s"], "externalAccountBindingRequired": %s,
                 "externalAccountMACKeys": {"%s": "%s"}}}
                """.formatted(port, directory.resolve("certificate.pem"), directory.resolve("key.pem"), httpPort,
                freePort(), FORBIDDEN, bindingRequired, BINDING_ID, BINDING_KEY));
        int names = freePort();
        run(directory, "names", "pebble-challtestsrv", "-dns01", "127.0.0.1:" + names, "-defaultIPv4", "127.0.0.1",
                "-defaultIPv6", "", "-http01", "", "-https01", "", "-tlsalpn01", "", "-management",
                "127.0.0.1:" + freePort());
        run(directory, "pebble", "pebble", "-config", config.toString(), "-dnsserver", "127.0.0.1:" + names);
        awaitPort();
    }

    /** Whether it is installed here. */
    public static boolean installed() {
        return Files.isExecutable(Path.of("/usr/bin/pebble"))
                && Files.isExecutable(Path.of("/usr/bin/pebble-challtestsrv"));
    }

    /** One that serves everybody. */
    public static PebbleServer start(Path directory) throws IOException {
        return new PebbleServer(directory, false);
    }

    /** One that serves those only who have an account already. */
    public static PebbleServer startForMembers(Path directory) throws IOException {
        return new PebbleServer(directory, true);
    }

    /** Its directory's address. */
    public String directory() {
        return "https://127.0.0.1:" + port + "/dir";
    }

    /** Where it looks at those who want a certificate. */
    public int httpPort() {
        return httpPort;
    }

    /** What to trust it by. */
    public String pem() {
        return pem;
    }

    private void run(Path directory, String name, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(directory.resolve(name + ".log").toFile());
        builder.environment().putAll(Map.of("PEBBLE_VA_NOSLEEP", "1", "PEBBLE_AUTHZREUSE", "0"));
        processes.add(builder.start());
    }

    private void awaitPort() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                if (socket.isConnected()) {
                    return;
                }
            } catch (IOException _) {
                LockSupport.parkNanos(20_000_000);
            }
        }
        close();
        throw new AssertionError("pebble does not listen");
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        processes.forEach(Process::destroyForcibly);
    }
}
