package org.gatehouse.listen;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Ends connections that keep us waiting: one daemon thread looks at every open connection ten times a second. There is no timer per connection or
 * request. Its look is also the tick of the {@link CoarseClock}.
 */
final class Reaper implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(Reaper.class.getName());
    private static final long TICK_MILLIS = 100;

    private final CoarseClock clock = new CoarseClock(System::nanoTime);
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final Thread thread = Thread.ofPlatform().daemon().name("connection-reaper").unstarted(this::run);
    private volatile boolean closed;

    void start() {
        thread.start();
    }

    CoarseClock clock() {
        return clock;
    }

    void add(Connection connection) {
        connections.add(connection);
    }

    void remove(Connection connection) {
        connections.remove(connection);
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }

    private void run() {
        while (!closed) {
            long now = clock.tick();
            for (Connection connection : connections) {
                try {
                    connection.judge(now);
                } catch (RuntimeException e) {
                    LOGGER.log(System.Logger.Level.WARNING, "Ending a slow connection failed; looking at it again", e);
                }
            }
            try {
                Thread.sleep(TICK_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }
}
