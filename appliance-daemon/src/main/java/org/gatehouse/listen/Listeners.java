package org.gatehouse.listen;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import io.helidon.webserver.http.HttpRouting;
import org.jspecify.annotations.Nullable;

/**
 * The box's listeners: the main port and, if wanted, a second one for management. HTTP/1.1, and over TLS also HTTP/2. Life: {@link #start},
 * {@link #drain} when it is time to go, {@link #close}; each once. Thread-safe.
 */
public final class Listeners implements AutoCloseable {
    /** The name of the main listener, in metrics and in {@link EarlyRefusal}. */
    public static final String MAIN = "main";
    /** The name of the second listener. */
    public static final String MANAGEMENT = "management";
    private static final System.Logger LOGGER = System.getLogger(Listeners.class.getName());
    private static final Duration CERTIFICATE_POLL = Duration.ofSeconds(5);
    private static final long DRAIN_POLL_MILLIS = 10;

    private final Door mainDoor;
    private final @Nullable Door managementDoor;
    private final TransportErrorRenderer renderer;
    private final EarlyRefusal.Observer observer;
    private final ReentrantLock lifecycle = new ReentrantLock();
    private volatile @Nullable Running running;
    private boolean closed;

    /**
     * Listeners on a main port and a management port.
     *
     * @param main       where everything is reached that has no door of its own
     * @param management a second port, or null for none
     * @param renderer   shapes the errors that arise below the routing
     */
    public Listeners(Door main, @Nullable Door management, TransportErrorRenderer renderer) {
        this(main, management, renderer, _ -> {});
    }

    /**
     * Listeners whose early refusals are told.
     *
     * @param observer told of each request that is refused before a handler gets it
     */
    public Listeners(Door main, @Nullable Door management, TransportErrorRenderer renderer,
            EarlyRefusal.Observer observer) {
        this.mainDoor = main;
        this.managementDoor = management;
        this.renderer = renderer;
        this.observer = observer;
    }

    /** One listener whose errors are shaped by {@link PathErrors}. */
    public Listeners(ListenerSettings settings, Supplier<HttpRouting> routing) {
        this(new Door(settings, routing), null, new PathErrors());
    }

    /**
     * Where to listen and what to do with requests.
     *
     * @param settings place, certificate, limits
     * @param routing  asked once, at the start; its services' {@code beforeStart} and {@code afterStop} are called, {@code afterStart} is not, because
     *                 there is no Helidon server to hand over
     */
    public record Door(ListenerSettings settings, Supplier<HttpRouting> routing) {}

    /**
     * Binds the ports and begins to accept.
     *
     * @throws IOException           if a port cannot be bound or a certificate not be used; nothing is left open then
     * @throws IllegalStateException if called twice
     */
    public void start() throws IOException {
        lifecycle.lock();
        try {
            if (running != null || closed) {
                throw new IllegalStateException("The listeners were started before: make new ones");
            }
            Running started = Running.open(mainDoor, managementDoor, renderer, observer);
            running = started;
            started.all().forEach(Listener::start);
            Thread.ofVirtual().name("certificate-watch").start(() -> watchCertificates(started));
        } finally {
            lifecycle.unlock();
        }
    }

    /** The port of the main listener, also if it was chosen by the system. */
    public int port() {
        return started().main().port();
    }

    /** The port of the management listener; the main one if there is no second. */
    public int managementPort() {
        return started().all().getLast().port();
    }

    /** SHA-256 fingerprint of the certificate that the main listener shows, as {@code AB:CD:…}; empty without TLS. */
    public Optional<String> certificateFingerprint() {
        return Optional.ofNullable(started().main().certificate().material()).map(TlsMaterial::fingerprint);
    }

    /** When the certificate that the main listener shows ends, or has ended; empty without TLS. */
    public Optional<Instant> certificateExpires() {
        return Optional.ofNullable(started().main().certificate().material()).map(TlsMaterial::expires);
    }

    /** What the main listener has seen. */
    public ListenerCounts counts() {
        return started().main().counts();
    }

    /** What the management listener has seen; the main one if there is no second. */
    public ListenerCounts managementCounts() {
        return started().all().getLast().counts();
    }

    /** Whether departures of clients are noticed at once; false on systems without epoll, where a failing write tells. */
    public boolean noticesDepartures() {
        return started().clientWatch().seesDepartures();
    }

    /**
     * Reads the certificates again; new connections use them, open ones go on with theirs. Changed files are found within seconds without this call.
     *
     * @throws IOException if one cannot be used; it stays as it was then
     */
    public void reloadTls() throws IOException {
        for (Listener listener : started().all()) {
            listener.certificate().reload();
        }
    }

    /**
     * Stops accepting connections, answers new calls on open ones with 503, and waits for the calls in flight. Only {@link #close} may follow.
     *
     * @param grace how long to wait at most
     * @return true if all calls have finished, false if some still run
     */
    public boolean drain(Duration grace) {
        Running now = started();
        now.all().forEach(Listener::beginDrain);
        long end = System.nanoTime() + grace.toNanos();
        while (now.all().stream().anyMatch(listener -> listener.callsInFlight() > 0)) {
            if (System.nanoTime() - end > 0 || !sleep(DRAIN_POLL_MILLIS)) {
                LOGGER.log(System.Logger.Level.WARNING,
                        "Calls were still running after " + grace.toSeconds() + " s of draining: they will be cut");
                return false;
            }
        }
        return true;
    }

    /** Drains for as long as the main listener's settings say, then closes all that is open. Does nothing if never started or closed before. */
    @Override
    public void close() {
        lifecycle.lock();
        try {
            Running now = running;
            if (now == null || closed) {
                closed = true;
                return;
            }
            closed = true;
            drain(now.main().settings().timeouts().drainGrace());
            now.close();
        } finally {
            lifecycle.unlock();
        }
    }

    private Running started() {
        Running now = running;
        if (now == null) {
            throw new IllegalStateException("The listeners have not been started: call start() first");
        }
        return now;
    }

    private static void watchCertificates(Running running) {
        while (!running.closing() && sleep(CERTIFICATE_POLL.toMillis())) {
            running.all().forEach(listener -> listener.certificate().refresh());
        }
    }

    private static boolean sleep(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** What exists between start and close. */
    private static final class Running implements AutoCloseable {
        private final ClientWatch clientWatch = ClientWatch.start();
        private final Reaper reaper = new Reaper();
        private final List<Listener> all = new ArrayList<>(2);
        private volatile boolean closing;

        static Running open(Door main, @Nullable Door management, TransportErrorRenderer renderer,
                EarlyRefusal.Observer observer) throws IOException {
            Running running = new Running();
            try {
                running.open(MAIN, main, renderer, observer);
                if (management != null) {
                    running.open(MANAGEMENT, management, renderer, observer);
                }
                running.reaper.start();
                return running;
            } catch (IOException | RuntimeException e) {
                running.close();
                throw e;
            }
        }

        private void open(String name, Door door, TransportErrorRenderer renderer, EarlyRefusal.Observer observer)
                throws IOException {
            all.add(Listener.open(name, door.settings(), door.routing().get(), renderer, observer, clientWatch,
                    reaper));
        }

        Listener main() {
            return all.getFirst();
        }

        List<Listener> all() {
            return all;
        }

        ClientWatch clientWatch() {
            return clientWatch;
        }

        boolean closing() {
            return closing;
        }

        @Override
        public void close() {
            closing = true;
            all.forEach(Listener::close);
            reaper.close();
            clientWatch.close();
        }
    }
}
