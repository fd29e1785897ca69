package org.gatehouse.daemon;

import java.time.Duration;
import java.util.UUID;

import org.gatehouse.audit.AdminRecord;
import org.gatehouse.audit.Trail;
import org.gatehouse.audit.TrailSearch;
import org.gatehouse.governance.AdminTrail;
import org.gatehouse.store.StoreFailure;

/** The trail as governance sees it. */
record AdminTrailOver(Trail trail, TrailSearch search) implements AdminTrail {
    private static final Duration LONGEST_WRITE = Duration.ofSeconds(10);

    @Override
    public UUID node() {
        return trail.node();
    }

    @Override
    public void append(AdminRecord action) {
        trail.appendAdmin(action, LONGEST_WRITE);
    }

    @Override
    public boolean holds(AdminRecord action) {
        // What is in the journal only is not found yet.
        if (!trail.flush(LONGEST_WRITE)) {
            throw new StoreFailure(
                    "The database does not take the trail's records, so nobody can say which are there. Check the database.");
        }
        return search.byId(action.id()).isPresent();
    }
}
