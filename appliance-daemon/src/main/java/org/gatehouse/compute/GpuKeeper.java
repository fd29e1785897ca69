package org.gatehouse.compute;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.AdminTrail;
import org.gatehouse.governance.TrailQueue;
import org.gatehouse.gpu.GpuEvent;
import org.gatehouse.gpu.Severity;
import org.gatehouse.gpu.monitor.GpuMinute;
import org.gatehouse.gpu.monitor.MinuteStore;

/**
 * Takes minutes and events from the threads that read GPUs, and writes them behind their backs: minutes and events to the store, each turn
 * of an event to the log and the trail. Nothing here waits for a database while somebody waits for a GPU. While the database is away, a day
 * of minutes waits here; older ones go. Thread-safe; {@link #work} is for one thread.
 */
final class GpuKeeper implements MinuteStore {
    private static final System.Logger LOG = System.getLogger(GpuKeeper.class.getName());
    private static final int MOST_MINUTES = 20_000;
    private static final int MOST_KEYS = 10_000;
    private static final int BATCH = 500;
    private static final Duration PRUNE_EVERY = Duration.ofHours(1);
    /** A symptom that comes again and again is in the trail this often; its row in the store counts every time. */
    private static final Duration AGAIN = Duration.ofMinutes(10);
    private static final Actor GPUS = Actor.system("gpus");

    private final MinuteRows minuteRows;
    private final EventRows eventRows;
    private final TrailQueue records;
    private final Clock clock;
    private final Supplier<UUID> ids;
    // Guarded by this.
    private final Deque<GpuMinute> minutes = new ArrayDeque<>();
    private final Map<String, GpuEvent> events = new LinkedHashMap<>();
    private final Map<String, Told> told = new HashMap<>();
    private long lostMinutes;
    // Of the one thread that works.
    private Instant pruneAt = Instant.MIN;
    private boolean failing;

    private record Told(Instant at, boolean active) {}

    GpuKeeper(MinuteRows minuteRows, EventRows eventRows, AdminTrail trail, Clock clock, Supplier<UUID> ids) {
        this.minuteRows = minuteRows;
        this.eventRows = eventRows;
        this.records = new TrailQueue(trail);
        this.clock = clock;
        this.ids = ids;
    }

    @Override
    public synchronized void keep(List<GpuMinute> fresh) {
        minutes.addAll(fresh);
        while (minutes.size() > MOST_MINUTES) {
            minutes.removeFirst();
            lostMinutes++;
        }
    }

    @Override
    public List<GpuMinute> minutes(String node, String gpuUuid, Instant from, Instant to) {
        return minuteRows.read(node, gpuUuid, from, to);
    }

    /** How many minutes were dropped because the database was away for too long. */
    synchronized long lostMinutes() {
        return lostMinutes;
    }

    /** Takes an event that began, came again, or ended. */
    synchronized void tell(GpuEvent event) {
        // The newest state of an event is the whole of it, so a burst of one symptom is one write.
        events.remove(event.key());
        events.put(event.key(), event);
        Instant now = clock.instant();
        Told before = told.get(event.key());
        if (before != null && before.active() == event.active() && now.isBefore(before.at().plus(AGAIN))) {
            return;
        }
        if (told.size() >= MOST_KEYS && before == null) {
            told.clear();
        }
        told.put(event.key(), new Told(now, event.active()));
        boolean ended = before != null && before.active() && !event.active();
        log(event, ended);
        records.add(GPUS.did(ids.get(), now, ended ? "recover" : "alert", "gpus", event.gpuUuid(), null,
                describe(event)));
    }

    private static void log(GpuEvent event, boolean ended) {
        System.Logger.Level level = ended || event.symptom().severity() == Severity.INFO
                ? System.Logger.Level.INFO
                : System.Logger.Level.WARNING;
        LOG.log(level, "{0}", ended ? "It is over: " + event.message() : event.message());
    }

    private static ObjectNode describe(GpuEvent event) {
        return JsonNodeFactory.instance.objectNode().put("node", event.node()).put("gpu", event.gpuIndex())
                .put("symptom", event.symptom().key())
                .put("severity", event.symptom().severity().name().toLowerCase(Locale.ROOT))
                .put("text", event.symptom().text()).put("advice", event.symptom().advice())
                .put("times", event.count()).put("active", event.active())
                .put("firstSeen", event.firstSeen().toString()).put("lastSeen", event.lastSeen().toString());
    }

    /** Writes what waits and removes what is too old; what fails waits for the next time. */
    void work() {
        try {
            writeMinutes();
            writeEvents();
            records.write();
            prune();
            failing = false;
        } catch (RuntimeException e) {
            if (!failing) {
                LOG.log(System.Logger.Level.WARNING,
                        "What the GPUs did cannot be stored for now, and is tried again: " + e.getMessage());
            }
            failing = true;
        }
    }

    private void writeMinutes() {
        for (List<GpuMinute> batch = firstMinutes(); !batch.isEmpty(); batch = firstMinutes()) {
            minuteRows.write(batch);
            synchronized (this) {
                // Those that had to go meanwhile went from the same end.
                for (GpuMinute written : batch) {
                    if (minutes.peekFirst() == written) {
                        minutes.removeFirst();
                    }
                }
            }
        }
    }

    private synchronized List<GpuMinute> firstMinutes() {
        return minutes.stream().limit(BATCH).toList();
    }

    private void writeEvents() {
        List<GpuEvent> batch;
        synchronized (this) {
            batch = new ArrayList<>(events.values());
        }
        if (!batch.isEmpty()) {
            eventRows.write(batch);
            synchronized (this) {
                batch.forEach(event -> events.remove(event.key(), event));
            }
        }
    }

    private void prune() {
        Instant now = clock.instant();
        if (!now.isBefore(pruneAt)) {
            minuteRows.prune(now);
            eventRows.prune(now);
            pruneAt = now.plus(PRUNE_EVERY);
        }
    }
}
