package org.gatehouse.listen;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts open connections, in all and by client, and says when there are too many. One IPv6 client owns a /64 network at least, so that counts as
 * one. Thread-safe.
 */
final class Admission {
    private static final int NETWORK_BYTES = 8;

    private final int maxConnections;
    private final int maxPerClient;
    private final AtomicInteger open = new AtomicInteger();
    private final ConcurrentMap<String, Integer> byClient = new ConcurrentHashMap<>();

    Admission(int maxConnections, int maxPerClient) {
        this.maxConnections = maxConnections;
        this.maxPerClient = maxPerClient;
    }

    /** Counts a new connection in, or says why not. Everyone admitted must {@link #leave} once. */
    Answer enter(InetAddress client) {
        if (open.incrementAndGet() > maxConnections) {
            open.decrementAndGet();
            return Answer.FULL;
        }
        int[] count = new int[1];
        byClient.merge(network(client), 1, (now, one) -> {
            count[0] = now;
            return now < maxPerClient ? now + one : now;
        });
        if (count[0] >= maxPerClient) {
            open.decrementAndGet();
            return Answer.TOO_MANY_OF_CLIENT;
        }
        return Answer.ADMITTED;
    }

    /** Counts a connection out. Once {@link #open} says so, its client may have another one. */
    void leave(InetAddress client) {
        byClient.computeIfPresent(network(client), (key, count) -> count <= 1 ? null : count - 1);
        open.decrementAndGet();
    }

    /** How many connections are open. */
    int open() {
        return open.get();
    }

    private static String network(InetAddress client) {
        byte[] address = client.getAddress();
        return HexFormat.of()
                .formatHex(client instanceof Inet6Address ? Arrays.copyOf(address, NETWORK_BYTES) : address);
    }

    /** Whether a connection may come in. */
    enum Answer {
        ADMITTED, FULL, TOO_MANY_OF_CLIENT
    }
}
