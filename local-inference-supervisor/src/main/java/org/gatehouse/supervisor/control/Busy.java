package org.gatehouse.supervisor.control;

import org.gatehouse.supervisor.engines.EngineLoad;

/** How busy an engine says it is. */
public sealed interface Busy {

    /**
     * So.
     *
     * @param load what it gave
     */
    record Known(EngineLoad load) implements Busy {}

    /** It did not say. */
    record Unknown() implements Busy {}
}
