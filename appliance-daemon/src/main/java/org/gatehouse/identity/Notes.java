package org.gatehouse.identity;

import java.time.Clock;
import java.util.UUID;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.AdminTrail;

/** Tells the trail what people did. Thread-safe. */
record Notes(AdminTrail trail, Clock clock, Supplier<UUID> ids) {

    /**
     * Returns once it is durable.
     *
     * @param why a word for what was refused; {@code null} for what was not
     */
    void did(Actor actor, String verb, String noun, String thing, @Nullable String why) {
        JsonNode after = why == null ? null : JsonNodeFactory.instance.objectNode().put("reason", why);
        trail.append(actor.did(ids.get(), clock.instant(), verb, noun, thing, null, after));
    }
}
