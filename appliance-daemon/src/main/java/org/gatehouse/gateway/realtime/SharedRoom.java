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
        // Never below nothing, not even for a moment: somebody else's smaller message would find no room then.
        while (true) {
            long now = left.get();
            if (now < bytes) {
                return false;
            }
            if (left.compareAndSet(now, now - bytes)) {
                return true;
            }
        }
    }

    @Override
    public void giveBack(int bytes) {
        left.addAndGet(bytes);
    }
}
