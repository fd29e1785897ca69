package org.gatehouse.governance;

import java.util.Objects;

/**
 * Who wants a change. Immutable.
 *
 * @param type what kind of actor it is
 * @param name shown in the trail: a user's name, the name of an admin token, or the part of the box that acts
 * @param address the IP address it came from; empty for the box itself
 * @param requestId the request it came with; empty for the box itself
 */
public record Actor(Type type, String name, String address, String requestId) {

    /** The kinds of actors. */
    public enum Type {
        /** The holder of an admin token. */
        TOKEN,
        /** A person with a session. */
        USER,
        /** The box itself: first start, demo, repair. */
        SYSTEM
    }

    /** Checks that nothing is missing. */
    public Actor {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(requestId, "requestId");
    }

    /** The box itself, with a word on which part of it. */
    public static Actor system(String part) {
        return new Actor(Type.SYSTEM, part, "", "");
    }
}
