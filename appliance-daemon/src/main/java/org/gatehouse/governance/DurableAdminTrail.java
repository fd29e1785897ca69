package org.gatehouse.governance;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import org.gatehouse.audit.AdminRecord;
import org.gatehouse.audit.Trail;
import org.gatehouse.store.Database;
import org.gatehouse.store.StoreFailure;

/** The real trail. Thread-safe. */
public final class DurableAdminTrail implements AdminTrail {
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private final Trail trail;
    private final Database database;

    /** Takes the trail and the database that it ends up in. */
    public DurableAdminTrail(Trail trail, Database database) {
        this.trail = trail;
        this.database = database;
    }

    @Override
    public UUID node() {
        return trail.node();
    }

    @Override
    public void append(AdminRecord action) {
        trail.appendAdmin(action, LONGEST);
    }

    /** Looks into the database, after everything durable came there. */
    @Override
    public boolean holds(AdminRecord action) {
        if (!trail.flush(LONGEST)) {
            throw new StoreFailure("The trail's rows did not reach the database within " + LONGEST.toSeconds()
                    + " s, so it can't be seen what it holds. Check the database.");
        }
        return database.jdbi().withHandle(handle -> handle.createQuery("""
                SELECT COUNT(*) FROM trail WHERE at_micros = :at AND id = :id
                """).bind("at", micros(action.at())).bind("id", action.id()).mapTo(Long.class).one()) > 0;
    }

    private static long micros(Instant at) {
        return TimeUnit.SECONDS.toMicros(at.getEpochSecond()) + TimeUnit.NANOSECONDS.toMicros(at.getNano());
    }
}
