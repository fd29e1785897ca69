package org.gatehouse.acceptance;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

import org.gatehouse.acceptance.box.Box;
import org.gatehouse.acceptance.machine.NotSeen;

/**
 * Callers who ask one thing after the other until they are stopped, and remember which calls the box said to have carried. Thread-safe.
 */
final class Load implements AutoCloseable {
    private static final int CALLERS = 6;

    private final Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
    private final List<Thread> callers = new ArrayList<>();
    private volatile boolean isOver;
    private volatile String trouble = "";

    Load(Box box, String key) {
        for (int i = 0; i < CALLERS; i++) {
            callers.add(Thread.ofVirtual().name("caller").start(() -> call(box, key)));
        }
    }

    private void call(Box box, String key) {
        while (!isOver) {
            try {
                Box.Reply reply = box.chat(key, Station.MODEL, "What does a record cost?");
                if (reply.status() == 200) {
                    acknowledged.add(reply.requestId());
                } else {
                    trouble = reply.status() + " " + reply.text();
                }
            } catch (IOException e) {
                trouble = String.valueOf(e);
                // The box may be away now: that is what this is for.
                LockSupport.parkNanos(100_000_000);
            }
        }
    }

    /** Waits until so many calls were acknowledged. */
    void await(int calls) {
        long end = System.nanoTime() + Lab.BOOT.toNanos();
        while (acknowledged.size() < calls) {
            if (System.nanoTime() > end) {
                throw new NotSeen("only " + acknowledged.size() + " calls of " + calls + " came through: " + trouble);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** The request ids of the calls whose answers came whole. */
    List<String> acknowledged() {
        return List.copyOf(acknowledged);
    }

    /** Ends it; calls in flight may still end. */
    @Override
    public void close() {
        isOver = true;
        callers.forEach(Thread::interrupt);
        try {
            for (Thread caller : callers) {
                caller.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
