package org.gatehouse.gateway.routing.sticky;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * Where sessions are: a bounded memory that forgets whatever was used longest ago, and what was idle for too long.
 * Thread-safe: sixteen parts, each with its own lock, which guards its map.
 */
public final class Sessions {
    private static final int PARTS = 16;

    private final Part[] parts = new Part[PARTS];

    private record Name(UUID route, String session) {}

    private static final class Seat {
        private UUID target;
        private long goodUntil;

        private Seat(UUID target, long goodUntil) {
            this.target = target;
            this.goodUntil = goodUntil;
        }
    }

    private static final class Part {
        private final LinkedHashMap<Name, Seat> seats = new LinkedHashMap<>(16, 0.75f, true);
    }

    /** Takes how many sessions are remembered at most, at least 16. */
    public Sessions(int most) {
        if (most < PARTS) {
            throw new IllegalArgumentException("at least " + PARTS + " sessions are remembered");
        }
        this.mostEach = most / PARTS;
        for (int i = 0; i < PARTS; i++) {
            parts[i] = new Part();
        }
    }

    private final int mostEach;

    /** The target of a session; {@code null} when none is remembered. Counts as use. */
    public @Nullable UUID targetOf(UUID route, String session, long idleNanos, long now) {
        Name name = new Name(route, session);
        Part part = part(name);
        synchronized (part) {
            Seat seat = part.seats.get(name);
            if (seat == null) {
                return null;
            }
            if (now - seat.goodUntil >= 0) {
                part.seats.remove(name);
                return null;
            }
            seat.goodUntil = now + idleNanos;
            return seat.target;
        }
    }

    /** Remembers, or moves, a session. */
    public void bind(UUID route, String session, UUID target, long idleNanos, long now) {
        Name name = new Name(route, session);
        Part part = part(name);
        synchronized (part) {
            Seat seat = part.seats.get(name);
            if (seat != null) {
                seat.target = target;
                seat.goodUntil = now + idleNanos;
                return;
            }
            part.seats.put(name, new Seat(target, now + idleNanos));
            Iterator<Map.Entry<Name, Seat>> oldest = part.seats.entrySet().iterator();
            // The one used longest ago goes when there are too many, and any that is over goes with it.
            while (oldest.hasNext()) {
                Seat last = oldest.next().getValue();
                if (part.seats.size() <= mostEach && now - last.goodUntil < 0) {
                    break;
                }
                oldest.remove();
            }
        }
    }

    /** Sessions that are remembered. */
    public int size() {
        int size = 0;
        for (Part part : parts) {
            synchronized (part) {
                size += part.seats.size();
            }
        }
        return size;
    }

    private Part part(Name name) {
        int hash = name.hashCode();
        return parts[(hash ^ hash >>> 16) & PARTS - 1];
    }
}
