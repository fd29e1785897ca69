package org.gatehouse.supervisor.control;

import java.time.Duration;

/** What came of the smallest real call to an engine. */
public sealed interface Probe {

    /**
     * It gave a real answer: a token or, if its model completes nothing, what the model is for.
     *
     * @param after how long that took
     */
    record Answered(Duration after) implements Probe {}

    /**
     * It did not.
     *
     * @param why in words
     */
    record Failed(String why) implements Probe {}
}
