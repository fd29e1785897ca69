package org.gatehouse.listen;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Supplier;

import io.helidon.webserver.http.HttpRouting;
import org.jspecify.annotations.Nullable;

/**
 * The box's listeners: the main port and, if wanted, a second one for management. Thread-safe.
 */
public final class Listeners implements AutoCloseable {
    private final ListenerSettings settings;
    private final Supplier<HttpRouting> routing;
    private final ClientWatch clientWatch = ClientWatch.start();
    private volatile @Nullable Listener main;

    public Listeners(ListenerSettings settings, Supplier<HttpRouting> routing) {
        this.settings = settings;
        this.routing = routing;
    }

    /** Binds and starts to accept. */
    public void start() throws IOException {
        Listener opened = Listener.open("main", settings, routing.get(), clientWatch);
        main = opened;
        opened.start();
    }

    /** The bound port. */
    public int port() {
        return started().port();
    }

    /** Stops accepting and waits for the running calls, at most so long. */
    public boolean drain(Duration grace) {
        return started().drain(grace);
    }

    @Override
    public void close() {
        Listener running = main;
        if (running != null) {
            running.close();
        }
        clientWatch.close();
    }

    private Listener started() {
        Listener running = main;
        if (running == null) {
            throw new IllegalStateException("The listeners have not been started: call start() first");
        }
        return running;
    }
}
