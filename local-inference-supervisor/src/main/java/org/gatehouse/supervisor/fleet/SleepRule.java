package org.gatehouse.supervisor.fleet;

/**
 * Whether an engine may give its GPU memory back without ending, which comes back in seconds instead of minutes. Sleep mode opens a
 * door in vLLM through which any code can be run, so it is only had over a Unix socket that nobody but the daemon can reach.
 */
public enum SleepRule {
    /** Never: unloading ends the engine. */
    NEVER,
    /** With its weights kept in the box's own memory where there is room for them, otherwise the engine is ended. */
    KEEP_WEIGHTS,
    /** The same; where there is no room its weights are dropped, and read again when it wakes. */
    MAY_DROP_WEIGHTS
}
