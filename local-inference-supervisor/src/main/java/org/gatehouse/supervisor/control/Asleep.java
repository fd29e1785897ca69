package org.gatehouse.supervisor.control;

/** Whether an engine sleeps. */
public enum Asleep {
    /** It has given its GPU memory back. */
    YES,
    /** It works. */
    NO,
    /** It did not say. */
    UNKNOWN
}
