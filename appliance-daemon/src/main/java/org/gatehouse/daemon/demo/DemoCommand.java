package org.gatehouse.daemon.demo;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code gatehouse demo}: see a governed call in a minute, on any machine. */
@Command(name = "demo", mixinStandardHelpOptions = true, description = "Runs a whole box on this machine with simulated engines and one simulated commercial API.", footer = {
        "", "Example:", "  gatehouse demo --port 8080 --data ./demo-data"})
public final class DemoCommand implements Callable<Integer> {

    @Option(names = "--port", paramLabel = "N", defaultValue = "8080", description = "Loopback port, 0 for any free one. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(names = "--data", paramLabel = "DIR", description = "Where everything is kept; used again if it is there. Default: a new temporary directory, removed at the end.")
    private @Nullable Path data;

    @Option(names = "--show-failover", description = "After the start, call a model while its engine is killed, tell what the clients saw, and go on.")
    private boolean showFailover;

    @Option(names = "--without-setup", description = "Leave out the second, small box that is not set up yet, at the port above.")
    private boolean withoutSetup;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path named = data;
        requireFree(port);
        Path directory = named == null
                ? Files.createTempDirectory("gatehouse-demo-")
                : named.toAbsolutePath().normalize();
        Files.createDirectories(directory);
        // Before the first logger is made.
        System.setProperty("logback.configurationFile", "logback-demo.xml");
        System.setProperty("gatehouse.log.file", directory.resolve("gatehouse.log").toString());
        DemoBox box = new DemoBox(directory, port, !withoutSetup, System.out);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            box.close();
            if (named == null) {
                TemporaryTree.delete(directory);
            }
            stopped.countDown();
        }, "stop"));
        box.start();
        if (showFailover) {
            box.showFailover();
        }
        stopped.await();
        return 0;
    }

    /** Said before anything starts; the listener itself would find out after the engines came up. */
    private static void requireFree(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress("127.0.0.1", port));
        } catch (BindException e) {
            throw new IOException("Another program has the port " + port
                    + " of 127.0.0.1. Choose another, such as: gatehouse demo --port " + (port + 1), e);
        }
    }
}
