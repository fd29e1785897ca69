package org.gatehouse.gateway.realtime;

import java.util.concurrent.atomic.AtomicLong;

import org.gatehouse.gateway.websocket.Room;

/** What the large messages of all sessions may take of the memory together. Thread-safe. */
final class SharedRoom implements Room {
    private final AtomicLong left;

    SharedRoom(long bytes) {
        this.left = new AtomicLong(bytes);
    }

    @Override
    public boolean take(int bytes) {
        if (left.addAndGet(-bytes) >= 0) {
            return true;
        }
        left.addAndGet(bytes);
        return false;
    }

    @Override
    public void giveBack(int bytes) {
        left.addAndGet(bytes);
    }
}
