package org.gatehouse.daemon;

import java.util.ArrayDeque;
import java.util.Deque;

/** What is open, and is closed in the reverse order of opening. For the thread that starts the daemon, and then the one that stops it. */
final class OpenRooms implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(OpenRooms.class.getName());

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    /** Will close it before everything that was opened sooner. */
    <T extends AutoCloseable> T keep(T room) {
        opened.push(room);
        return room;
    }

    /** Closes each, also when another can't be closed; what that was is logged. */
    @Override
    public void close() {
        while (!opened.isEmpty()) {
            AutoCloseable room = opened.pop();
            try {
                room.close();
            } catch (Exception e) {
                LOG.log(System.Logger.Level.WARNING, "Closing " + room.getClass().getSimpleName() + " failed", e);
            }
        }
    }
}
