package org.gatehouse.daemon;

import java.time.Clock;
import java.util.UUID;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.JsonNode;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.AdminTrail;
import org.gatehouse.machine.update.Arrivals;

/**
 * Writes down what became of updates, as the box's own doing.
 *
 * @param noun of what, such as {@code releases}
 */
record UpdateTrail(AdminTrail trail, Clock clock, Supplier<UUID> ids, String noun) implements Arrivals.Told {

    @Override
    public void ended(String verb, String release, JsonNode how) {
        trail.append(Actor.system("update").did(ids.get(), clock.instant(), verb, noun, release, null, how));
    }
}
