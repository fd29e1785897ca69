package org.gatehouse.supervisor.control;

import java.time.Duration;

/** What came of asking an engine for one token. */
public sealed interface Probe {

    /**
     * It gave one.
     *
     * @param after how long that took
     */
    record Answered(Duration after) implements Probe {}

    /**
     * It answered that it does not do such calls, as an engine for embeddings does: it lives, and nothing was measured.
     *
     * @param status what it said, 400 to 499
     */
    record NotItsKind(int status) implements Probe {}

    /**
     * It did not.
     *
     * @param why in words
     */
    record Failed(String why) implements Probe {}
}
