package org.gatehouse.supervisor.control;

/** What came of an order to an engine. */
public sealed interface Said {

    /** It obeyed. */
    record Done() implements Said {}

    /**
     * It did not.
     *
     * @param why what it answered, or that it did not; at most 300 characters
     */
    record Failed(String why) implements Said {}
}
