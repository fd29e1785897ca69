package org.gatehouse.supervisor.models;

import java.util.Optional;

/** The hubs that are set up now. Asked when an import begins or goes on. Must be thread-safe. */
@FunctionalInterface
public interface Hubs {
    /** The hub of this name. */
    Optional<HubSettings> find(String name);

    /** No hub: a box that is cut off from the world. */
    static Hubs none() {
        return _ -> Optional.empty();
    }
}
