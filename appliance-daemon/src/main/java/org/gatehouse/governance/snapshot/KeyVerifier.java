package org.gatehouse.governance.snapshot;

import java.util.Optional;

/** Finds the credential that a presented key text proves. Thread-safe, never blocks, takes as long for any wrong text. */
public interface KeyVerifier {

    /** The credential of that key text, whatever its state; empty when nobody has such a key. */
    Optional<Credential> find(PolicySnapshot snapshot, String presented);
}
