package org.gatehouse.supervisor.models;

import java.time.Duration;

/** A request to a hub failed in a way that may pass: try again. Never leaves this room. */
final class HubTrouble extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient Duration wanted;

    HubTrouble(String why) {
        this(why, Duration.ZERO);
    }

    /** With the pause that the hub asked for. */
    HubTrouble(String why, Duration wanted) {
        super(why, null, false, false);
        this.wanted = wanted;
    }

    Duration wanted() {
        return wanted;
    }

    String why() {
        return String.valueOf(getMessage());
    }
}
