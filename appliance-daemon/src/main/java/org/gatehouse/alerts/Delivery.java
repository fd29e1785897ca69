package org.gatehouse.alerts;

/** What came of bringing a notice to a destination, once. */
sealed interface Delivery {

    /**
     * The destination has it.
     *
     * @param answer what it said, short: a status, a line
     */
    record Taken(String answer) implements Delivery {}

    /**
     * It has not.
     *
     * @param message what happened, with which destination, what to do
     * @param passing whether it may well take it later
     */
    record Failed(String message, boolean passing) implements Delivery {}
}
