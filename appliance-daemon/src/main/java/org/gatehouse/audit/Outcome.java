package org.gatehouse.audit;

/** How a call ended. Every call has exactly one. */
public enum Outcome {
    /** The client got a whole reply. */
    COMPLETED,
    /** The gateway said no before any upstream was asked: key, limit, budget, bad request. */
    REFUSED,
    /** The upstream failed, or answered with an error of its own. */
    FAILED,
    /** The client left before the end; what was produced until then is billed. */
    CLIENT_GONE,
    /** A quota or budget ran out while the reply was streaming; it was ended with the dialect's own finish. */
    CUT_BY_QUOTA,
    /** The daemon was killed while the call was in flight; found and settled at the next start. */
    INTERRUPTED
}
