package org.gatehouse.machine.agent;

/** Told how far something is. */
@FunctionalInterface
public interface Progress {
    /** Tells nobody. */
    Progress NONE = (_, _) -> {};

    /**
     * How far it is.
     *
     * @param step what is done now, for people
     * @param percent of the whole, from 0 to 100
     */
    void at(String step, int percent);
}
