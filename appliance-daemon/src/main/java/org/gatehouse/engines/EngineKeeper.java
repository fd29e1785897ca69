package org.gatehouse.engines;

import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.AdminTrail;
import org.gatehouse.governance.TrailQueue;
import org.gatehouse.supervisor.fleet.FleetEvent;

/** Writes down what happened to engines: to the log at once, to the trail behind the fleet's back. Thread-safe. */
final class EngineKeeper implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(EngineKeeper.class.getName());
    private static final Duration WRITE_EVERY = Duration.ofSeconds(1);
    private static final Duration LAST_WRITE = Duration.ofSeconds(5);
    private static final Actor ENGINES = Actor.system("engines");

    private final TrailQueue records;
    private final Clock clock;
    private final Supplier<UUID> ids;
    private final ScheduledExecutorService writer = Executors
            .newSingleThreadScheduledExecutor(Thread.ofVirtual().name("engine-keeper").factory());
    private boolean failing; // Of the writer's thread.

    EngineKeeper(AdminTrail trail, Clock clock, Supplier<UUID> ids) {
        this.records = new TrailQueue(trail);
        this.clock = clock;
        this.ids = ids;
        writer.scheduleWithFixedDelay(this::write, WRITE_EVERY.toMillis(), WRITE_EVERY.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /** Takes an event; never waits. */
    void tell(FleetEvent event) {
        LOG.log(isTrouble(event.kind()) ? System.Logger.Level.WARNING : System.Logger.Level.INFO, "{0}",
                message(event));
        if (isForTheTrail(event.kind())) {
            records.add(ENGINES.did(ids.get(), clock.instant(), verb(event.kind()), "deployments",
                    event.deployment().isEmpty() ? event.gpu() : event.deployment(), null, describe(event)));
        }
    }

    private static String message(FleetEvent event) {
        String what = event.instance().isEmpty() ? event.deployment() : event.instance();
        return (what.isEmpty() ? event.gpu() : what) + ": "
                + event.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ') + ". " + event.reason();
    }

    /** Such as {@code rolled-back}. */
    private static String verb(FleetEvent.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static boolean isTrouble(FleetEvent.Kind kind) {
        return switch (kind) {
            case CRASHED, FAILED, REMEDIED, SLEEP_FAILED, ADAPTER_FAILED, ROLLED_BACK, GPU_QUARANTINED,
                    WAITING_FOR_ROOM ->
                true;
            default -> false;
        };
    }

    /** Wishes are in the trail as the changes that they came by; what only leads to something else is told by that. */
    private static boolean isForTheTrail(FleetEvent.Kind kind) {
        return switch (kind) {
            case APPLIED, REMOVED, PLACED, DRAINING, IDLE -> false;
            default -> true;
        };
    }

    private static ObjectNode describe(FleetEvent event) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        if (!event.instance().isEmpty()) {
            node.put("instance", event.instance());
        }
        if (!event.gpu().isEmpty()) {
            node.put("gpu", event.gpu());
        }
        return node.put("reason", event.reason()).put("at", event.at().toString());
    }

    private void write() {
        try {
            records.write();
            failing = false;
        } catch (RuntimeException e) {
            if (!failing) {
                LOG.log(System.Logger.Level.WARNING,
                        "What the engines did cannot be recorded for now, and is tried again: " + e.getMessage());
            }
            failing = true;
        }
    }

    /** Writes what still waits, for a few seconds at most. */
    @Override
    public void close() {
        writer.execute(this::write);
        writer.shutdown();
        try {
            if (!writer.awaitTermination(LAST_WRITE.toSeconds(), TimeUnit.SECONDS)) {
                writer.shutdownNow();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
