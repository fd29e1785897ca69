package org.gatehouse.admin;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

import com.fasterxml.jackson.databind.JsonNode;

import org.gatehouse.governance.Reach;

/**
 * Something that can be listened to. Immutable.
 *
 * @param permission who may hear it
 * @param within whether who holds the permission for some things only hears of these; else they hear nothing
 * @param every how often it is looked at while somebody listens
 * @param state as it is now for somebody of that reach; called on the feed's own thread
 */
record EventTopic(String name, Permission permission, boolean within, Duration every,
        Function<Reach, JsonNode> state) {

    /** For whose things somebody hears it; empty when they may not. */
    Optional<Reach> heardBy(Identity identity) {
        return identity.mayEverywhere(permission) || within && identity.may(permission)
                ? Optional.of(identity.reach(permission))
                : Optional.empty();
    }

    /**
     * What listeners of the same reach hear alike.
     *
     * @param topic its name
     */
    record Part(String topic, Reach reach) {}
}
