package org.gatehouse.daemon;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.gatehouse.audit.InFlightJournal;
import org.gatehouse.audit.Trail;
import org.gatehouse.audit.TrailBlocks;
import org.gatehouse.audit.TrailSearch;
import org.gatehouse.audit.TrailSettings;
import org.gatehouse.governance.AdminTrail;
import org.gatehouse.governance.DurableAdminTrail;
import org.gatehouse.store.DataDirectory;
import org.gatehouse.store.Database;
import org.gatehouse.store.Ids;
import org.gatehouse.store.Replacement;
import org.gatehouse.store.SecretBox;
import org.gatehouse.store.StoreFailure;
import org.gatehouse.usage.KeyLastUse;
import org.gatehouse.usage.UsageDigests;
import org.gatehouse.usage.UsageRollups;

/** What outlives the daemon: its directory, the database with its secrets, the trail and everything that is derived from it. */
record Lasting(DataDirectory data, Database database, SecretBox secrets, Trail trail, TrailSearch search,
        AdminTrail adminTrail, InFlightJournal inFlight) {
    private static final Duration LONGEST_CATCH_UP = Duration.ofMinutes(2);

    /** Opens all of it. */
    static Lasting open(Settings settings, OpenRooms rooms, Clock clock, Ids ids, SecureRandom random) {
        DataDirectory data = rooms.keep(DataDirectory.open(settings.data()));
        // A backup that waits to be put in place, or a restore that was cut off.
        new Replacement(data.root()).proceed();
        Database database = rooms.keep(Database.open(settings.database().toStore(data.database())));
        SecretBox secrets = SecretBox.open(database, data.secret(), random, clock);
        Trail trail = rooms.keep(openTrail(data, settings, database, secrets, clock, ids));
        rooms.keep(TrailBlocks.open(database));
        rooms.keep(UsageDigests.open(database, clock));
        return new Lasting(data, database, secrets, trail, new TrailSearch(database, trail),
                new DurableAdminTrail(trail, database), rooms.keep(InFlightJournal.open(data.journal(), clock)));
    }

    /** The trail with everything that is derived from its rows: who opens it without brings the sums out of step. */
    static Trail openTrail(DataDirectory data, Settings settings, Database database, SecretBox secrets, Clock clock,
            Ids ids) {
        return Trail.open(database, secrets, TrailSettings.with(settings.journal().toTrail(data.journal())),
                List.of(new UsageRollups(), new KeyLastUse()), clock, ids);
    }

    /**
     * Waits until what is in the trail is in the database too.
     *
     * @param consequence what comes of it if it does not get there
     * @throws StoreFailure if it did not get there in two minutes
     */
    void catchUp(String consequence) {
        if (!trail.flush(LONGEST_CATCH_UP)) {
            throw new StoreFailure(
                    "The database does not take the trail's records" + consequence + ". Check the database.");
        }
    }

    /** When the oldest call that is not in the database began, by upstream. */
    Map<String, Instant> underWay() {
        // Asked in this order: a call that has landed since is in the trail, and so in the database behind it.
        Map<String, Instant> oldest = inFlight.oldest();
        catchUp("");
        return oldest;
    }
}
