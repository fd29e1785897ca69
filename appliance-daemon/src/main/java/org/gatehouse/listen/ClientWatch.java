package org.gatehouse.listen;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Notices that a client left, within milliseconds, while its call waits for an upstream or streams into a window that still has room: moments in
 * which a server that only reads and writes learns nothing.
 *
 * <p>Each connection's socket is handed to the kernel once, when it opens ({@link Epoll}: edge-triggered, hang-ups only, so that traffic causes no
 * event); one daemon thread waits for hang-ups of all connections. Nothing is done per request. Numbers are never reused, so an event that
 * outlives its connection finds nobody, although the kernel reuses file descriptors at once.
 *
 * <p>Where there is no epoll (not Linux, or the JVM lacks the options named by {@link SocketDescriptor}) the watch says so once in the log and is
 * blind: departures are then noticed when a write fails, which takes a reset or two writes.
 */
final class ClientWatch implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(ClientWatch.class.getName());
    /** How long the watching thread may need to see that the watch was closed. */
    private static final int WAKE_UP_MILLIS = 500;

    private final ConcurrentMap<Long, Runnable> watched = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong();
    private final Eyes eyes;
    private volatile boolean closed;

    private ClientWatch(Eyes eyes) {
        this.eyes = eyes;
    }

    /** Starts the watch, blind if the system offers nothing to see with. */
    static ClientWatch start() {
        try {
            // In this order: an epoll instance that nobody uses would stay open.
            SocketDescriptor descriptor = SocketDescriptor.open();
            Open open = new Open(Epoll.open(), descriptor);
            ClientWatch watch = new ClientWatch(open);
            Thread.ofPlatform().daemon().name("client-watch").start(() -> watch.look(open.epoll()));
            return watch;
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.WARNING,
                    "Clients that leave are noticed on the next failing write only: " + e.getMessage());
            return new ClientWatch(new Blind());
        }
    }

    /**
     * Watches a connection from now on.
     *
     * @param channel open and connected
     * @param gone    run once or more when the peer has left; must not block
     * @return the number to {@link #forget} with; 0 if the watch is blind or the kernel refused
     */
    long watch(SocketChannel channel, Runnable gone) {
        return switch (eyes) {
            case Blind _ -> 0;
            case Open open -> {
                long number = numbers.incrementAndGet();
                watched.put(number, gone);
                try {
                    open.epoll().watch(open.descriptor().of(channel), number);
                    yield number;
                } catch (IOException e) {
                    watched.remove(number);
                    LOGGER.log(System.Logger.Level.WARNING,
                            "A client's departure will be noticed on write only: " + e.getMessage());
                    yield 0;
                }
            }
        };
    }

    /** Ends the watch of a connection; closing its channel is what takes it out of the kernel's list. */
    void forget(long number) {
        watched.remove(number);
    }

    /** How many connections are watched now. */
    int size() {
        return watched.size();
    }

    /** Whether departures are noticed without writing. */
    boolean seesDepartures() {
        return eyes instanceof Open;
    }

    @Override
    public void close() {
        closed = true;
    }

    private void look(Epoll epoll) {
        try {
            epoll.awaitAll(WAKE_UP_MILLIS, new Epoll.Receiver() {
                @Override
                public void departed(long data) {
                    Runnable gone = watched.get(data);
                    if (gone != null) {
                        tell(gone);
                    }
                }

                @Override
                public boolean stopped() {
                    return closed;
                }
            });
        } catch (IOException | RuntimeException e) {
            LOGGER.log(System.Logger.Level.ERROR,
                    "The client watch ended; clients that leave are noticed on the next failing write only", e);
        }
    }

    /** Whatever one connection does with the news, the others must hear theirs. */
    private static void tell(Runnable gone) {
        try {
            gone.run();
        } catch (RuntimeException | Error e) {
            LOGGER.log(System.Logger.Level.WARNING, "A connection did not take the news that its client left", e);
        }
    }

    private sealed interface Eyes {}

    private record Open(Epoll epoll, SocketDescriptor descriptor) implements Eyes {}

    private record Blind() implements Eyes {}
}
