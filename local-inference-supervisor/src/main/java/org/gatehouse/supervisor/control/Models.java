package org.gatehouse.supervisor.control;

import java.util.Set;

/** What an engine says it serves. */
public sealed interface Models {

    /**
     * These.
     *
     * @param names of models and adapters
     */
    record Served(Set<String> names) implements Models {
        /** Copies the set. */
        public Served {
            names = Set.copyOf(names);
        }
    }

    /**
     * It did not say.
     *
     * @param why in words
     */
    record Unknown(String why) implements Models {}
}
