package org.gatehouse.listen;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

import io.helidon.webserver.http.RoutingRequest;
import org.jspecify.annotations.Nullable;

/** The calls in flight of one HTTP/2 connection: each has a client that may leave alone and a body that may stall alone. Thread-safe. */
final class Streams {
    /** A stream can be reset before its thread has begun; so many such resets are remembered. */
    private static final int MAX_EARLY_RESETS = 256;

    private final ListenerSettings.Timeouts timeouts;
    private final CoarseClock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Integer, Stream> running = new HashMap<>();
    private final LinkedHashSet<Integer> earlyResets = new LinkedHashSet<>();
    private boolean allGone;

    Streams(ListenerSettings.Timeouts timeouts, CoarseClock clock) {
        this.timeouts = timeouts;
        this.clock = clock;
    }

    void begins(RoutingRequest request) {
        Stream stream = new Stream();
        boolean gone;
        lock.lock();
        try {
            running.put(request.id(), stream);
            gone = earlyResets.remove(request.id()) || allGone;
        } finally {
            lock.unlock();
        }
        request.streamFilter(body -> stream.body = new StreamBody(body, new BodyPace(timeouts, clock)));
        if (gone) {
            stream.client.fire();
        }
    }

    void ends(int id) {
        Stream stream;
        lock.lock();
        try {
            stream = running.remove(id);
        } finally {
            lock.unlock();
        }
        if (stream != null) {
            stream.client.forgetCalls();
        }
    }

    /** The client of a running stream; null if it does not run (any more). */
    @Nullable
    ClientSignal clientOf(int id) {
        Stream stream = find(id);
        return stream == null ? null : stream.client;
    }

    /** The body of a running stream if somebody has begun to read it. */
    @Nullable
    StreamBody bodyOf(int id) {
        Stream stream = find(id);
        return stream == null ? null : stream.body;
    }

    boolean bodyGivenUp(int id) {
        StreamBody body = bodyOf(id);
        return body != null && body.pace().givenUp();
    }

    /** The client reset one stream. */
    void reset(int id) {
        Stream stream;
        lock.lock();
        try {
            stream = running.get(id);
            if (stream == null) {
                earlyResets.add(id);
                if (earlyResets.size() > MAX_EARLY_RESETS) {
                    earlyResets.removeFirst();
                }
            }
        } finally {
            lock.unlock();
        }
        if (stream != null) {
            stream.client.fire();
        }
    }

    /** The connection is over: nobody waits for the answers, and bodies that are being read end. */
    void allLeft() {
        List<Stream> left;
        lock.lock();
        try {
            allGone = true;
            left = List.copyOf(running.values());
        } finally {
            lock.unlock();
        }
        for (Stream stream : left) {
            stream.client.fire();
            StreamBody body = stream.body;
            if (body != null) {
                body.giveUp();
            }
        }
    }

    /** Ends the bodies that stall or drip; returns how many. */
    int giveUpSlowBodies(long now) {
        int count = 0;
        lock.lock();
        try {
            for (Stream stream : running.values()) {
                StreamBody body = stream.body;
                if (body != null && !body.pace().givenUp() && body.pace().tooSlow(now)) {
                    body.giveUp();
                    count++;
                }
            }
        } finally {
            lock.unlock();
        }
        return count;
    }

    private @Nullable Stream find(int id) {
        lock.lock();
        try {
            return running.get(id);
        } finally {
            lock.unlock();
        }
    }

    private static final class Stream {
        private final ClientSignal client = new ClientSignal();
        private volatile @Nullable StreamBody body;
    }
}
