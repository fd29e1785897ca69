package org.gatehouse.supervisor.models;

/** What an import does, in this order. */
public enum ImportPhase {
    /** Waits until fewer imports run. */
    WAITING,
    /** Finds out which files there are, and whether they are wanted and fit. */
    LOOKING,
    /** Brings the files and computes their digests. */
    FETCHING,
    /** Looks whether the whole is a model with intact weights. */
    CHECKING,
    /** Writes and signs the manifest, and makes the model visible. */
    SEALING,
    /** Ended; see its outcome. */
    ENDED
}
