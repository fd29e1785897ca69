package org.gatehouse.setup;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * How far the set-up is. Immutable.
 *
 * @param generation which claim it is; grows with each
 * @param codeHash keyed hash of the code that is open; {@code null} for none
 * @param codeExpiresAt until when that counts
 * @param tokenHash keyed hash of what the claiming program holds; {@code null} for none
 * @param claimedAt when it was last claimed
 */
record SetupState(Phase phase, long generation, @Nullable String codeHash, @Nullable Instant codeExpiresAt,
        @Nullable String tokenHash, @Nullable Instant claimedAt) {

    /** Leaves the hashes out. */
    @Override
    public String toString() {
        return "SetupState[" + phase + ", " + generation + "]";
    }
}
