package org.gatehouse.daemon;

import java.time.Duration;
import java.util.Objects;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.AdminRecord;
import org.gatehouse.audit.Trail;
import org.gatehouse.governance.Actor;
import org.gatehouse.governance.AdminEntry;
import org.gatehouse.governance.AdminTrail;

/** Carries governance's admin entries into the trail. */
record AdminTrailOver(Trail trail) implements AdminTrail {
    private static final Duration LONGEST_WRITE = Duration.ofSeconds(10);

    @Override
    public void append(AdminEntry entry) {
        Actor actor = entry.actor();
        String who = switch (actor.type()) {
            case TOKEN -> "token:" + actor.name();
            case USER -> actor.name();
            case SYSTEM -> "system:" + actor.name();
        };
        trail.appendAdmin(
                new AdminRecord(entry.id(), entry.at(), who, actor.address().isEmpty() ? null : actor.address(),
                        entry.action(), entry.noun(), Objects.toString(entry.thing(), ""), text(entry.before()),
                        text(entry.after()), actor.requestId()),
                LONGEST_WRITE);
    }

    private static @Nullable String text(@Nullable JsonNode json) {
        return json == null ? null : json.toString();
    }
}
