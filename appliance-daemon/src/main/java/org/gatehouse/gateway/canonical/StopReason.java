package org.gatehouse.gateway.canonical;

/** Why an answer ended. */
public enum StopReason {
    /** The model was done. */
    END,
    /** A stop string of the client's came up. */
    STOP_SEQUENCE,
    /** The cap on output was reached. */
    LENGTH,
    /** The model's context is full. */
    CONTEXT_FULL,
    /** The model waits for the results of tools. */
    TOOL_CALLS,
    /** The provider held the answer back, or the model declined. */
    CONTENT_FILTER,
    /** The provider paused a long turn of its own tools; the client may send it back to go on. */
    PAUSE,
    /** A tool call that the model botched. */
    MALFORMED_TOOL_CALL,
    /** Something else, which the provider's own word says. */
    OTHER
}
