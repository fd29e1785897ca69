package org.gatehouse.setup;

/** How far the set-up of a box is. */
public enum Phase {
    /** Nobody has shown the code yet. */
    UNCLAIMED,
    /** Somebody is at it. */
    CLAIMED,
    /** It is done, or was never needed. */
    FINISHED
}
